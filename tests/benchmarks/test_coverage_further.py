"""What the second coverage study simulates is what it says."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from benchmarks import coverage_further
from harness.metrics.outcome import Confident, Labelled


@pytest.mark.parametrize("honest", [True, False])
def test_an_honest_model_is_calibrated_and_the_other_too_sure(honest: bool) -> None:
    (clusters, single), _ = coverage_further.simulate(40_000, np.random.default_rng(0), honest=honest)
    assert set(np.bincount(clusters)[:-1]) == {1, 2, 3, 4, 5}
    labelled, sure = single["labels"], single["confidence"]
    assert isinstance(labelled, Labelled)
    assert isinstance(sure, Confident)
    assert (labelled.predicted < 0).mean() == pytest.approx(coverage_further.SILENT, abs=0.005)
    right, said = calibration_curve(sure.gold == sure.predicted, sure.confidence, n_bins=5, strategy="quantile")
    assert (np.abs(right - said).max() < 0.03) == honest
    assert bool((said > right + 0.05)[-1]) != honest


def test_a_few_simulations_fill_the_table(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(coverage_further, "POPULATION", 2000)
    monkeypatch.setattr(sys, "argv", ["coverage_further", "--items", "60", "--simulations", "2", "--draws", "40"])
    coverage_further.main()
    printed = capsys.readouterr().out
    for name in {name for names in coverage_further.OF.values() for name in names}:
        assert name in printed
