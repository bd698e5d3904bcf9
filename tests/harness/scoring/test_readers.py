"""The main score under a strict, the default and a lenient reader, against readings by hand."""

from __future__ import annotations

import pytest

from harness.kinds import get
from harness.kinds.reading import read
from harness.record import Answer, Interval, Sample, Score
from harness.scoring.readers import by_reader, moved, rank
from tests.making import item

CHOICES = ("joy", "fear")


def sample(number: int, text: str, label: str) -> Sample:
    given, answer = item(number, labels=[label], choices=CHOICES), Answer(text=text)
    kind = get("choice")
    parsed = read(kind, given, answer)
    return Sample(
        item=given, prompt="?", request_hash="0", answer=answer, parsed=parsed, scores=dict(kind.scores(given, parsed))
    )


def test_each_reader_reads_more_than_the_one_before() -> None:
    samples = [
        sample(0, "joy", "joy"),
        sample(1, "Fear, because it is high.", "fear"),
        sample(2, "It may be joy or fear.", "fear"),
        sample(3, "no idea", "joy"),
    ]
    found = by_reader(get("choice"), (), samples, main_score="accuracy", by=None)
    assert found == pytest.approx({"strict": 1 / 4, "default": 2 / 4, "lenient": 3 / 4})


def test_a_move_counts_beyond_half_the_interval_and_moves_the_rank() -> None:
    interval = Interval(low=0.4, high=0.6, method="wilson", draws=None, seed=None)
    score = Score(value=0.5, interval=interval, higher_is_better=True, baselines={"majority": 0.45, "oracle": 1.0})
    assert moved(score, {"strict": 0.39, "default": 0.5, "lenient": 0.6}) == {"strict": 0.39}
    assert [rank(score, value) for value in (0.5, 0.39)] == [(2, 3), (3, 3)]
