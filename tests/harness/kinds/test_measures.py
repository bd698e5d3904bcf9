"""Per-item scores of descriptions: what stands for a missing text, and that items are measured apart."""

from __future__ import annotations

import numpy as np
import pytest

from harness.kinds import get
from harness.kinds.measures import PARTS, Instruments, Part, instruments
from harness.record import Item, ItemScores
from harness.text.va_readback import same_quadrant
from tests.making import item, toy_instruments

GOOD, BAD = "The person is overjoyed and full of energy.", "The person is sad, tired and hopeless."


@pytest.fixture(scope="module")
def real() -> Instruments:
    """Return the instruments that runs use."""
    return instruments()


def measured(
    kind: str, items: list[Item], texts: list[str | None], by: Instruments, parts: frozenset[Part] = PARTS
) -> list[ItemScores]:
    return get(kind).measure(items, texts, by, parts)


def test_a_missing_text_scores_nothing_is_read_as_neutral_and_has_no_style() -> None:
    items = [item(number, labels=[], references=(f"r{number}",)) for number in range(3)]
    first, _, third = measured("description", items, [None, "a b a b", "c"], toy_instruments())
    for name in ("cosine", "cosine_static", "own_auc", "same_quadrant", "read_valence", "read_arousal"):
        assert first[name] == 0.0
    for name in ("unsupported", "words", "repetition", "near_duplicate", "echo"):
        assert first[name] is None
    assert third["words"] == 1.0


@pytest.mark.parametrize("part", sorted(PARTS))
def test_a_part_measured_alone_is_as_measured_with_the_rest(part: Part) -> None:
    items = [item(number, labels=["Happiness"], references=(f"r{number}",)) for number in range(4)]
    texts = ["glad and lively", "sad", None, "calm, calm, calm"]
    whole = measured("description", items, texts, toy_instruments())
    alone = measured("description", items, texts, toy_instruments(), frozenset({part}))
    names = set(alone[0])
    assert names
    assert names < set(whole[0])
    assert alone == [{name: row[name] for name in row if name in names} for row in whole]


def test_the_right_affect_lies_in_the_points_quadrant(real: Instruments) -> None:
    items = [
        item(0, labels=["Happiness"], references=("Glad.",), valence=0.8, arousal=0.6),
        item(1, labels=["Sadness"], references=("Sad.",), valence=-0.7, arousal=-0.4),
    ]
    right, wrong = measured("description", items, [GOOD, BAD], real), measured("description", items, [BAD, GOOD], real)
    for well, ill in zip(right, wrong, strict=True):
        assert (well["same_quadrant"] or 0.0) > 0.5 > (ill["same_quadrant"] or 0.0)
        assert (well["wheel_f1"] or 0.0) > (ill["wheel_f1"] or 0.0)


def test_the_quadrant_score_follows_from_the_reading_in_the_record(real: Instruments) -> None:
    [row] = measured("description", [item(0, labels=[], references=("x",), valence=0.3, arousal=-0.2)], [GOOD], real)
    read = np.array([row["read_valence"], row["read_arousal"]], dtype=np.float64)
    expected = same_quadrant(read, np.array([0.3, -0.2]), real.read_sd)
    assert row["same_quadrant"] == pytest.approx(float(expected), abs=1e-5)


def test_the_record_names_embedder_and_reader(real: Instruments) -> None:
    assert real.record.id == "sentence-transformers/all-MiniLM-L6-v2"
    assert real.record.reader_sha256 is not None
    assert len(real.record.reader_sha256) == 64


RISES = ((-0.6, 0.1), (0.6, 0.1))
STILL = ((0.5, 0.5), (0.5, 0.45))


def course(number: int, points: tuple[tuple[float, float], ...]) -> Item:
    return item(number, labels=["x"], points=points)


def test_a_change_told_the_right_way_scores_and_its_reverse_does_not(real: Instruments) -> None:
    items = [course(0, RISES), course(1, RISES), course(2, STILL), course(3, RISES)]
    sad, glad = "She is miserable.", "She is delighted."
    right, wrong, still, silent = measured(
        "change", items, [f"{sad}\n{glad}", f"{glad}\n{sad}", f"{glad}\n{sad}", None], real
    )
    names = ("right_direction", "valence_direction", "arousal_direction")
    assert [right[name] for name in names] == [1.0, 1.0, None]
    assert [wrong[name] for name in names] == [0.0, 0.0, None]
    assert [still[name] for name in names] == [None, None, None]
    assert [silent[name] for name in names] == [0.0, 0.0, None]
    read = np.round(real.read([sad, glad]), 6).ravel()
    ends = ("read_first_valence", "read_first_arousal", "read_last_valence", "read_last_arousal")
    assert [right[name] for name in ends] == pytest.approx(read.tolist())
    assert [silent[name] for name in ends] == [0.0] * 4
    assert silent["words"] is None
    assert right["words"] == 6.0


@pytest.mark.parametrize("part", ["read", "written"])
def test_a_part_of_a_change_measured_alone_is_as_measured_with_the_rest(part: Part) -> None:
    items = [course(number, RISES) for number in range(3)]
    texts = ["Sad.\nGlad.", None, "Calm.\nCalm."]
    whole = measured("change", items, texts, toy_instruments())
    alone = measured("change", items, texts, toy_instruments(), frozenset({part}))
    assert set(alone[0]) < set(whole[0])
    assert alone == [{name: row[name] for name in row if name in alone[0]} for row in whole]
