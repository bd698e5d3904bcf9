"""The forest plot: every effect in it, in words too, and nothing told by colour alone."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from harness.commands.sweep_table import show
from harness.record import Interval, Seeds
from harness.record.sweep import Effect, Settings, Sweep
from harness.runs.sweep.picture import draw

NAME = "{http://www.w3.org/2000/svg}"


def made(synthetic: bool, clusters: int = 30) -> Sweep:
    def effect(level: str, value: float, p: float) -> Effect:
        between = Interval(low=value - 0.05, high=value + 0.05, method="m", draws=2000, seed=1)
        return Effect(
            axis="scale", level=level, default="-1..1", pairs=2, at_level=0.4 + value, at_default=0.4, effect=value,
            interval=between, p=p, holm=p,
        )  # fmt: skip

    seeds = Seeds(python=0, numpy=0, torch=0, fewshot=0, bootstrap=1, chance=1)
    settings = Settings(
        harness_version="0", model="made <up>", model_args={}, task="iimi_basic", task_hash="0", features="f",
        features_sha256="0", design="crossed", axes={"scale": ("-1..1", "0..1", "percent")}, limit=None, seeds=seeds,
        apply_chat_template=False, system_instruction=None, gen_kwargs={},
    )  # fmt: skip
    return Sweep(
        settings=settings, synthetic=synthetic, main_score="macro_f1", higher_is_better=True, items=60,
        clusters=clusters,
        variants=(), effects=(effect("0..1", 0.1234, 0.01), effect("percent", -0.0321, 0.4)), spread=None,
    )  # fmt: skip


@pytest.mark.parametrize("synthetic", [True, False])
def test_the_picture_says_everything_in_words(tmp_path: Path, synthetic: bool) -> None:
    svg, png = draw(made(synthetic), tmp_path)
    root = ET.fromstring(svg.read_bytes())  # noqa: S314  our own file
    assert root.get("role") == "img"
    named = {
        element.get("id"): element.text or "" for element in root if element.tag in (f"{NAME}title", f"{NAME}desc")
    }
    assert set((root.get("aria-labelledby") or "").split()) == set(named) == {"t", "d"}
    assert named["t"] == "made <up> on iimi_basic: effects on macro_f1"
    assert "scale 0..1 against -1..1: +0.123 (+0.073, +0.173), p 0.010" in named["d"]
    shown = " ".join("".join(text.itertext()) for text in root.iter(f"{NAME}text"))
    for words in ("scale, against -1..1", "0..1", "percent", "+0.123 (+0.073, +0.173)", "-0.032 (-0.082, +0.018)"):
        assert words in shown
    assert ("SYNTHETIC" in shown) == synthetic == ("Synthetic" in named["d"])
    picture = np.asarray(Image.open(png).convert("RGB")).astype(int)
    assert (abs(picture[..., 0] - picture[..., 1]).max(), abs(picture[..., 1] - picture[..., 2]).max()) == (0, 0)


def test_the_same_sweep_gives_the_same_files(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    for one, other in zip(draw(made(True), tmp_path / "a"), draw(made(True), tmp_path / "b"), strict=True):
        assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize(("clusters", "warned"), [(29, True), (30, False)])
def test_few_clusters_are_said_in_table_and_picture(tmp_path: Path, clusters: int, warned: bool) -> None:
    sweep = made(False, clusters)
    svg, _ = draw(sweep, tmp_path)
    root = ET.fromstring(svg.read_bytes())  # noqa: S314  our own file
    drawn = " ".join("".join(text.itertext()) for text in root.iter(f"{NAME}text"))
    [words] = [element.text or "" for element in root.iter(f"{NAME}desc")]
    with (console := Console(width=140)).capture() as capture:
        show(sweep, tmp_path, console)
    for said in (drawn, words, capture.get()):
        assert (f"{clusters} clusters: below 30 intervals and tests are unreliable" in said) == warned
