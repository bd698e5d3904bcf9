"""What a page says beside a score, against the record it was made from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.cli import main as vaemo_eval
from harness.metrics.likelihood import BINS
from harness.record import ReliabilityBin, Sampling
from leaderboard.commands.report import report
from leaderboard.pages import section
from leaderboard.run_folder import check_tasks, pack_all, place
from leaderboard.site import write_site
from tests.leaderboard.page import Page, read_page
from tests.making import emotic_lookalike

FEW = "below 30 intervals and tests are unreliable"


def _run(root: Path, *arguments: str) -> Path:
    assert vaemo_eval([*arguments, "--output_path", str(root)]) == 0
    return next(root.glob("*/*"))


def _record(folder: Path, task: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "run.json").read_bytes())["tasks"][task]
    return found


@pytest.fixture(scope="module")
def choices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run with log-likelihoods."""
    root = tmp_path_factory.mktemp("choices")
    return _run(root, "--model", "baseline:uniform", "--tasks", "iimi_basic_mc", "--limit", "60")


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return look-alike features of 20 clusters, and a run on them."""
    features = emotic_lookalike(tmp_path_factory.mktemp("features"))
    root = tmp_path_factory.mktemp("few")
    asked = ("--model", "baseline:gaussian", "--tasks", "emotic_complex", "--features", str(features))
    return features, _run(root, *asked)


@pytest.fixture(scope="module")
def page(choices: Path) -> Page:
    return read_page(report(choices))


def test_normalized_scores_and_ceilings_are_those_of_the_record(page: Page, choices: Path) -> None:
    task = _record(choices, "iimi_basic_mc")
    shown = page.table("Metric", "Value", "Normalized score|with interval")
    above = page.table("Metric", "Floor", "Ceiling")
    at = shown["Metric"].index("Normalized score|with interval")
    compared = 0
    for name, score in task["metrics"].items():
        if score["value"] is None:
            assert not [head for head in shown if head.split()[0] == name]
            continue
        [row] = [cells for head, cells in shown.items() if head.split()[0] == name]
        found = score["normalized_score"]
        [limits] = [cells for head, cells in above.items() if head.split()[0] == name]
        stated = dict(zip(above["Metric"], limits, strict=True))
        assert all(stated[one] == f"{value:.3f}" for one, value in score["ceilings"].items() if value is not None)
        if found is None:
            assert row[at] == "–"
        elif found["value"] is None:
            number = row[at].removeprefix("–|note ")
            assert page.texts[page.texts.index("Notes:") + int(number)] == found["reason"]
        else:
            said, *remarks = row[at].split("|note ")
            ends = found["interval"]
            between = f"|{ends['low'] + 0:.2f} to {ends['high'] + 0:.2f}" if ends else ""
            assert said == f"{found['value'] + 0:.2f}{between}".replace("-0.00", "0.00")
            start = page.texts.index("Notes:")
            told = [text for text in (found["reason"], found["note"]) if text]
            assert [page.texts[start + int(number)] for number in remarks] == told
            values = score["baselines"] | score["ceilings"] | {"chance": score["chance"]}
            assert stated["Floor"] == f"{found['floor']}|{values[found['floor']]:.3f}"
            assert stated["Ceiling"] == f"{found['ceiling']}|{values[found['ceiling']]:.3f}"
            compared += 1
    assert compared > 10


def test_all_three_reliability_diagrams_are_drawn_by_name(page: Page, choices: Path) -> None:
    stated = _record(choices, "iimi_basic_mc")["reliability"]
    assert list(stated) == ["raw", "normalised", "calibrated"]
    names = ("Probabilities as the model gives them", "Normalised by the label's length", "Contextually calibrated")
    assert [text for text in page.texts if text in names] == list(names)
    dots = [sum(one["items"] > 0 for one in bins) for bins in stated.values()]
    pictures = [part.split("</svg>")[0] for part in report(choices).split("<figcaption>")[1:]]
    assert [picture.count("<circle") for picture in pictures] == dots
    for picture, bins in zip(pictures, stated.values(), strict=True):
        for one in (one for one in bins if one["items"]):
            assert f'cx="{2 * round(100 * one["confidence"])}"' in picture
            assert f'cy="{200 - 2 * round(100 * one["accuracy"])}"' in picture


def test_a_page_of_texts_has_no_diagram_of_confidence(few: tuple[Path, Path]) -> None:
    assert "Reliability" not in read_page(report(few[1])).texts


def test_few_clusters_are_noted_beside_each_number(few: tuple[Path, Path]) -> None:
    page = read_page(report(few[1]))
    shown = page.table("Metric", "Value", "Interval")
    task = _record(few[1], "emotic_complex")
    assert task["clusters"] == 20
    start, noted = page.texts.index("Notes:"), 0
    for name, score in task["metrics"].items():
        [row] = [cells for head, cells in shown.items() if head.split()[0] == name]
        if score["value"] is not None and score["interval"]:
            number = int(row[1].rpartition("|note ")[2])
            assert page.texts[start + number].startswith("20 clusters: below ")
            assert page.texts[start + number] == score["note"]
            noted += 1
    assert noted > 10


def test_few_clusters_are_noted_in_the_cells_of_a_leaderboard(few: tuple[Path, Path], tmp_path: Path) -> None:
    features, run = few
    entries, refused = check_tasks(run, [str(features)], None)
    assert not refused
    place(entries, tmp_path / "repository")
    board = write_site(tmp_path / "repository", tmp_path / "site").board
    [row] = board.columns[0].rows
    assert row.note is not None
    assert FEW in row.note
    page = read_page((tmp_path / "site" / "index.html").read_text(encoding="utf-8"))
    [cells] = [cells for head, cells in page.table("Model").items() if head.startswith("baseline:gaussian")]
    assert "|note 1|" in cells[1]
    assert page.texts[page.texts.index("Notes") + 1] == row.note
    assert row.note in (tmp_path / "site" / "leaderboard.csv").read_text(encoding="utf-8")


def test_a_run_of_many_clusters_has_no_note_on_a_leaderboard(results: Path, tmp_path: Path) -> None:
    board = write_site(results, tmp_path).board
    assert not any(row.note for column in board.columns for row in column.rows)
    assert "Notes" not in read_page((tmp_path / "index.html").read_text(encoding="utf-8")).texts


def test_noise_of_repeats_stands_beside_a_repeated_score(choices: Path) -> None:
    [packed] = pack_all(choices)
    record = packed.entry.record
    task = record.tasks["iimi_basic_mc"]
    noise = Sampling(repeats=2, values=(0.1, 0.2), error=0.04, sampling_sd=0.0312, item_sd=0.0234)
    noisy = task.metrics["accuracy"].model_copy(update={"sampling": noise})
    changed = task.model_copy(update={"metrics": task.metrics | {"accuracy": noisy}})
    text = section(record.model_copy(update={"tasks": {"x": changed}}), "x", packed.entry.samples, None, 1)
    rows = read_page(text).table("Metric", "Item SD", "Sampling SD")
    assert rows["accuracy"][-2:] == ["0.023", "0.031"]
    assert rows["macro_f1_all"][-2:] == ["–", "–"]


def test_bins_that_no_run_would_state_do_not_break_a_page(choices: Path) -> None:
    [packed] = pack_all(choices)
    record = packed.entry.record
    wild = [
        ReliabilityBin(low=0.0, high=1.0, items=items, confidence=far, accuracy=-1e308)
        for items, far in ((3, 1e308), (-5, 0.5), (0, None), (2, None))
    ]
    stated = {"raw": tuple(wild), "<b>other</b>": tuple(wild)}
    task = record.tasks["iimi_basic_mc"].model_copy(update={"reliability": stated})
    text = section(record.model_copy(update={"tasks": {"x": task}}), "x", packed.entry.samples, None, 1)
    assert text.count("<circle") == 1
    assert 'cx="200" cy="200"' in text
    assert "other" not in text
    assert len(record.tasks["iimi_basic_mc"].reliability["raw"]) == BINS


def test_a_main_score_without_a_value_is_stated_above_the_table(choices: Path) -> None:
    [packed] = pack_all(choices)
    record = packed.entry.record
    task = record.tasks["iimi_basic_mc"]
    withheld = {
        name: one.model_copy(update={"value": None, "reason": "withheld"}) for name, one in task.metrics.items()
    }
    for metrics, rows in ((task.metrics | {task.main_score: withheld[task.main_score]}, True), (withheld, False)):
        changed = record.model_copy(update={"tasks": {"iimi_basic_mc": task.model_copy(update={"metrics": metrics})}})
        page = section(changed, "iimi_basic_mc", packed.entry.samples, None, 1)
        assert f"{task.main_score}: withheld." in page
        assert ("Metrics of iimi_basic_mc" in page) is rows
