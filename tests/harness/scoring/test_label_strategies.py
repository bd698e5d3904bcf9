"""Answers of labels without understanding, on the samples that ship."""

from __future__ import annotations

import pytest

from benchmarks.strategies import scores, shipped
from harness.tasks.documents import Question


@pytest.mark.parametrize(("question", "main"), [pytest.param(*asked, id=name) for name, *asked in shipped()])
def test_no_strategy_is_above_the_ceiling_and_none_that_knows_nothing_above_the_floor(
    question: Question, main: str
) -> None:
    looking = {}
    for strategy, found in scores(question, main):
        place = found.normalized_score
        assert place is not None
        assert place.value is not None, place.reason
        low = place.interval.low if place.interval else place.value
        assert low <= (1 if strategy.looks else 0), strategy.name
        if strategy.looks:
            looking[strategy.name] = place.value
    nearest, wrong = (next(name for name in looking if word in name) for word in ("nearest", "wrong"))
    assert looking[nearest] > 0.5
    assert looking[wrong] < 0
