"""Simulated coverage of normalized scores."""

from __future__ import annotations

from benchmarks.normalized_scores import cover


def test_most_intervals_hold_the_true_position() -> None:
    found = cover(60, 0.6, 40, split=True)
    assert [name for name, *_ in found] == ["accuracy", "macro_f1"]
    for _, true, placed, coverage in found:
        assert 0 < float(true) < 1  # the model beats the prior and loses to what learned
        assert int(placed.removesuffix("%")) > 80
        assert float(coverage.removesuffix("%")) >= 80
