"""Simulated coverage of normalized scores of rankings, in small."""

from __future__ import annotations

import pytest

from benchmarks.normalized_scores_of_rankings import KINDS, cover


def test_the_jackknife_holds_the_position_more_often_than_the_percentiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.normalized_scores_of_rankings.WHOLE", 3000)
    true, mean, percentile, jackknife = cover(20, 0.4, 20)
    assert KINDS == ("percentile", "jackknife")
    assert 0 < float(true) < float(mean)  # few items bias model and ceiling alike, but not the floor
    assert float(percentile.rstrip("%")) < float(jackknife.rstrip("%"))
