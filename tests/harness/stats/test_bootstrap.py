"""The cluster bootstrap: against scipy's, the closed form of a mean, and what any interval must satisfy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from harness.metrics.algebra import weighted_mean
from harness.stats.arrays import Floats, Ints
from harness.stats.bootstrap import cluster_weights, interval


def clusters_of(sizes: list[int]) -> Ints:
    return np.repeat(np.arange(len(sizes)), sizes)


def all_weights(clusters: Ints, draws: int, seed: int) -> Floats:
    return np.concatenate(list(cluster_weights(clusters, draws, seed)))


@given(sizes=st.lists(st.integers(1, 6), min_size=1, max_size=12), seed=st.integers(0, 2**32))
def test_whole_clusters_are_drawn_as_many_as_there_are(sizes: list[int], seed: int) -> None:
    clusters = clusters_of(sizes)
    weights = all_weights(clusters, 20, seed)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    assert weights.shape == (20, len(clusters))
    assert (weights == weights[:, starts][:, clusters]).all()
    assert (weights[:, starts].sum(axis=1) == len(sizes)).all()
    assert (weights == np.round(weights)).all()
    assert (weights >= 0).all()


def test_draws_do_not_depend_on_the_block_size(monkeypatch: pytest.MonkeyPatch) -> None:
    clusters = clusters_of([1, 2, 3, 4])
    whole = all_weights(clusters, 50, 3)
    monkeypatch.setattr("harness.stats.bootstrap._CHUNK_CELLS", 70)
    assert (all_weights(clusters, 50, 3) == whole).all()
    assert len(list(cluster_weights(clusters, 50, 3))) > 1


@given(
    data=st.lists(st.floats(-100, 100), min_size=8, max_size=40),
    seed=st.integers(0, 2**32),
)
@settings(max_examples=25)
def test_an_interval_is_ordered_within_the_data_and_the_same_for_a_seed(data: list[float], seed: int) -> None:
    numbers, clusters = np.array(data), np.arange(len(data))
    first, again = (interval(lambda weights: weighted_mean(numbers, weights), clusters, seed=seed) for _ in range(2))
    assert first is not None
    assert first == again
    slack = 1e-9 * (1 + np.abs(numbers).max())
    assert numbers.min() - slack <= first.low <= first.high <= numbers.max() + slack
    assert first.seed == seed


@given(seed=st.integers(0, 2**32))
@settings(max_examples=25)
def test_an_interval_contains_the_mean_it_is_of(seed: int) -> None:
    numbers = np.random.default_rng(seed).normal(size=60)
    found = interval(lambda weights: weighted_mean(numbers, weights), np.arange(60))
    assert found is not None
    assert found.low < numbers.mean() < found.high


def test_single_items_give_scipys_percentile_interval() -> None:
    numbers = np.random.default_rng(5).gamma(2, size=120)
    ours = interval(lambda weights: weighted_mean(numbers, weights), np.arange(120), draws=10_000)
    theirs = stats.bootstrap(
        (numbers,), np.mean, method="percentile", n_resamples=10_000, rng=np.random.default_rng(1)
    ).confidence_interval
    error = numbers.std() / np.sqrt(120)
    assert ours is not None
    assert ours.low == pytest.approx(theirs.low, abs=0.1 * error)
    assert ours.high == pytest.approx(theirs.high, abs=0.1 * error)


def test_items_of_one_cluster_count_as_one_observation() -> None:
    by_cluster = np.random.default_rng(6).normal(size=80)
    sizes = [5] * 80
    repeated, clusters = np.repeat(by_cluster, 5), clusters_of(sizes)
    clustered = interval(lambda weights: weighted_mean(repeated, weights), clusters)
    single = interval(lambda weights: weighted_mean(by_cluster, weights), np.arange(80))
    naive = interval(lambda weights: weighted_mean(repeated, weights), np.arange(400))
    assert clustered is not None
    assert single is not None
    assert naive is not None
    assert (clustered.low, clustered.high) == pytest.approx((single.low, single.high))
    assert (clustered.high - clustered.low) / (naive.high - naive.low) == pytest.approx(np.sqrt(5), rel=0.2)
    normal = 2 * 1.96 * by_cluster.std() / np.sqrt(80)
    assert clustered.high - clustered.low == pytest.approx(normal, rel=0.15)


def test_where_there_is_nothing_to_draw_there_is_no_interval() -> None:
    for clusters in (np.empty(0, dtype=np.int64), np.zeros(5, dtype=np.int64)):
        assert interval(lambda weights: weights[:, 0].astype(np.float64), clusters) is None


def test_a_metric_that_most_draws_leave_undefined_has_no_interval() -> None:
    numbers = np.array([1.0, *[np.nan] * 9])
    assert interval(lambda weights: weighted_mean(numbers, weights), np.arange(10)) is None
