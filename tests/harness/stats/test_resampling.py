"""Resampling by clusters: what is drawn, what is left out, and that every metric sees the same draws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.metrics.algebra import weighted_mean
from harness.stats import bootstrap
from harness.stats.bootstrap import cluster_weights, interval, jackknife_weights, resample

CLUSTERS = np.array([0, 0, 1, 2, 2, 2, 3])
VALUES = np.array([0.1, 0.4, 0.9, 0.3, 0.2, 0.8, 0.5])


def test_items_of_a_cluster_are_drawn_together_and_each_draw_has_as_many_clusters() -> None:
    weights = np.concatenate(list(cluster_weights(CLUSTERS, 500, seed=1)))
    assert weights.shape == (500, 7)
    assert (weights[:, 0] == weights[:, 1]).all()
    assert (weights[:, 3] == weights[:, 5]).all()
    assert (weights[:, [0, 2, 3, 6]].sum(axis=1) == 4).all()


def test_cluster_counts_have_the_moments_of_a_multinomial() -> None:
    counts = np.concatenate(list(cluster_weights(np.arange(10), 20_000, seed=2)))
    assert counts.mean(axis=0) == pytest.approx(np.ones(10), abs=0.03)
    assert counts.var(axis=0) == pytest.approx(np.full(10, 0.9), abs=0.04)
    assert np.cov(counts.T)[0, 1] == pytest.approx(-0.1, abs=0.03)


def test_the_same_draws_come_out_whatever_the_block_size(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = np.concatenate(list(cluster_weights(CLUSTERS, 100, seed=3)))
    monkeypatch.setattr(bootstrap, "_CHUNK_CELLS", 50)
    blocks = list(cluster_weights(CLUSTERS, 100, seed=3))
    assert len(blocks) > 10
    assert (np.concatenate(blocks) == whole).all()


@settings(deadline=None)
@given(st.integers(1, 450), st.integers(0, 3))
def test_each_item_is_left_out_once_with_its_whole_cluster(count: int, extra: int) -> None:
    clusters = np.concatenate([np.arange(count), np.zeros(extra, dtype=int)])
    left_out = 1 - jackknife_weights(clusters, seed=0)
    assert len(left_out) == min(count, 200)
    assert (left_out.sum(axis=0) == 1).all()
    assert (left_out[:, clusters == 0].std(axis=1) == 0).all()


def test_several_values_are_taken_over_the_same_draws() -> None:
    both = resample([lambda w: weighted_mean(VALUES, w), lambda w: weighted_mean(-VALUES, w)], CLUSTERS, draws=200)
    assert both[0].draws == pytest.approx(-both[1].draws)
    assert both[0].value == pytest.approx(VALUES.mean())
    assert both[0].left_out[1] == pytest.approx(np.delete(VALUES, 2).mean())


def test_correlated_items_widen_the_interval() -> None:
    values = np.repeat(np.random.default_rng(0).normal(size=50), 4)
    apart = interval(lambda w: weighted_mean(values, w), np.arange(200))
    together = interval(lambda w: weighted_mean(values, w), np.repeat(np.arange(50), 4))
    assert apart is not None
    assert together is not None
    assert together.high - together.low == pytest.approx(2 * (apart.high - apart.low), rel=0.15)


@pytest.mark.parametrize("clusters", [np.zeros(0, dtype=int), np.zeros(1, dtype=int), np.zeros(9, dtype=int)])
def test_no_interval_from_fewer_than_two_clusters(clusters: np.ndarray) -> None:
    assert interval(lambda w: weighted_mean(np.ones(clusters.size), w), clusters) is None
