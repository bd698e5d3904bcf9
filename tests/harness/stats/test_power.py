"""Detectable differences against statsmodels, and by the share of simulated samples in which they are found."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.power import TTestPower

from harness.stats.power import detectable, without_sampling
from harness.stats.sign_flip import sign_flip


def steps(gaps: list[np.ndarray]) -> float:
    found = [detectable(one).difference for one in gaps]
    return float(np.mean([step for step in found if step is not None]))


@pytest.mark.parametrize("clusters", [10, 15, 60])
def test_of_normal_differences_it_is_that_of_the_paired_t_test(clusters: int) -> None:
    rng = np.random.default_rng(clusters)
    wanted = TTestPower().solve_power(nobs=clusters, alpha=0.05, power=0.8)
    assert steps([rng.normal(size=clusters) for _ in range(30)]) == pytest.approx(wanted, rel=0.15)


def test_it_is_found_in_four_samples_of_five() -> None:
    rng = np.random.default_rng(0)
    step = steps([rng.chisquare(5, 20) for _ in range(20)])
    found = [sign_flip(rng.chisquare(5, 20) - 5 + step) < 0.05 for _ in range(400)]
    assert np.mean(found) == pytest.approx(0.8, abs=0.08)


@pytest.mark.parametrize(("n", "share"), [(40, 0.5), (120, 0.25)])
def test_of_right_and_wrong_answers_it_is_found_in_four_samples_of_five(n: int, share: float) -> None:
    rng = np.random.default_rng(n)
    step = steps([rng.choice((-1.0, 0, 1), p=(share / 2, 1 - share, share / 2), size=n) for _ in range(20)])
    chances = ((share - step) / 2, 1 - share, (share + step) / 2)
    found = [sign_flip(rng.choice((-1.0, 0, 1), p=chances, size=n)) < 0.05 for _ in range(400)]
    assert np.mean(found) == pytest.approx(0.8, abs=0.1)


@pytest.mark.parametrize(
    ("gaps", "why"),
    [
        (np.zeros(50), "differ in no cluster"),
        (np.repeat([1.0, -1.0, 0.0], [2, 2, 46]), "4 clusters only"),
        (np.random.default_rng(1).normal(size=5), "5 clusters are too few"),  # two of 32 flips: p = 1 / 16
    ],
)
def test_a_difference_that_cannot_be_found_has_a_reason_instead(gaps: np.ndarray, why: str) -> None:
    found = detectable(gaps)
    assert found.difference is None
    assert why in (found.reason or "")


def test_six_clusters_are_enough() -> None:
    assert detectable(np.random.default_rng(1).normal(size=6)).reason is None


def test_unlimited_repeats_take_the_share_of_sampling_away() -> None:
    assert without_sampling(0.1, 0.75) == pytest.approx(0.05)
    assert without_sampling(None, 0.5) is None
