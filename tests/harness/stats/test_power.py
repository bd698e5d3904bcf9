"""Detectable differences against statsmodels, textbook tables and simulated samples."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import TTestPower

from harness.kinds import get
from harness.metrics.algebra import weighted_mean
from harness.metrics.outcome import Described
from harness.scoring.difference import mcnemar, sign_flip
from harness.scoring.repeats import once
from harness.stats.bootstrap import resample
from harness.stats.intervals import Bootstrap
from harness.stats.power import Detectable, by_discordance, by_error, without_sampling

COSINE = next(metric for metric in get("description").metrics if metric.name == "cosine")


def spread(clusters: int, error: float) -> Bootstrap:
    """Return draws of the given standard deviation."""
    draws = stats.norm.ppf((np.arange(4000) + 0.5) / 4000)
    return Bootstrap(0.0, draws / draws.std(ddof=1) * error, np.zeros(clusters), clusters, seed=0)


@pytest.mark.parametrize("clusters", [8, 15, 30, 400])
def test_from_an_error_it_is_that_of_the_paired_t_test(clusters: int) -> None:
    error = np.sqrt((clusters - 1) / clusters) / np.sqrt(clusters)  # of the mean of values with standard deviation 1
    wanted = TTestPower().solve_power(nobs=clusters, alpha=0.05, power=0.8)
    assert by_error(spread(clusters, error)).difference == pytest.approx(wanted, rel=0.02)


def test_a_sign_flip_test_of_few_clusters_finds_it_in_four_samples_of_five() -> None:
    rng = np.random.default_rng(0)
    clusters, nothing = np.arange(20), Described({"cosine": np.zeros(20)})
    found = []
    for seed in range(400):
        gaps = rng.normal(size=20)
        step = by_error(resample([partial(weighted_mean, gaps)], clusters, draws=200)[0]).difference
        assert step is not None
        one = Described({"cosine": gaps + 0.66})
        found.append((step, sign_flip(COSINE, once(one), once(nothing), clusters, draws=400, seed=seed) < 0.05))
    steps, hits = np.mean(found, axis=0)
    assert steps == pytest.approx(0.66, abs=0.03)
    assert hits == pytest.approx(0.8, abs=0.06)  # three standard errors; normal quantiles would promise it of 0.61


@pytest.mark.parametrize(("n", "share"), [(40, 0.4), (120, 0.25), (400, 0.5)])
def test_exact_mcnemar_finds_it_in_four_samples_of_five(n: int, share: float) -> None:
    step = by_discordance(round(n * share), n).difference
    assert step is not None
    rng = np.random.default_rng(n)
    chances = [(share + step) / 2, (share - step) / 2, 1 - share]
    found = [mcnemar(won, lost) < 0.05 for won, lost, _ in rng.multinomial(n, chances, size=3000).tolist()]
    assert np.mean(found) == pytest.approx(0.8, abs=0.022)  # three standard errors


@pytest.mark.parametrize(
    "found",
    [
        by_discordance(0, 50),
        by_discordance(6, 50),  # p < 0.05 needs six of six, which happens less often
        by_error(spread(30, 0.0)),
        by_error(spread(5, 0.1)),  # of 32 ways to swap five clusters two are as extreme: p = 1 / 16
        by_error(Bootstrap(0.0, np.full(20, np.nan), np.zeros(9), 9, seed=0)),
    ],
)
def test_a_difference_that_cannot_be_found_has_a_reason_instead(found: Detectable) -> None:
    assert found.difference is None
    assert found.reason


def test_six_clusters_are_enough() -> None:
    assert by_error(spread(6, 0.1)).reason is None


def test_unlimited_repeats_take_the_share_of_sampling_away() -> None:
    assert without_sampling(0.1, 0.75) == pytest.approx(0.05)
    assert without_sampling(None, 0.5) is None
