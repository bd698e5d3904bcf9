"""What the coverage study simulates is what it says."""

from __future__ import annotations

import numpy as np
import pytest
from rich.table import Table

from benchmarks.coverage import (
    CORRELATION,
    PREVALENCES,
    annotate,
    ccc,
    coverage,
    false_alarms,
    latent,
    simulate,
    true_values,
)
from harness.metrics.outcome import Ranked


def test_concordance_by_its_definition_on_items_repeated_as_often_as_they_count() -> None:
    rng = np.random.default_rng(0)
    ratings, counts = rng.normal(size=(2, 30)), rng.integers(0, 4, size=30)
    one, other = np.repeat(ratings, counts, axis=1)
    expected = 2 * np.cov(one, other, bias=True)[0, 1] / (one.var() + other.var() + (one.mean() - other.mean()) ** 2)
    assert ccc(ratings, counts[None].astype(float))[0] == pytest.approx(expected)


def test_labels_have_the_stated_prevalences_and_clusters_one_to_five_items() -> None:
    items = simulate(20_000, np.random.default_rng(1))
    ranked = items.outcomes["macro_auc"]
    assert isinstance(ranked, Ranked)
    assert ranked.gold.mean(axis=0) == pytest.approx(PREVALENCES, abs=0.02)
    sizes = np.bincount(items.clusters)[:-1]
    assert set(sizes) == {1, 2, 3, 4, 5}


def test_items_of_a_cluster_hang_together_as_stated() -> None:
    values = latent(np.random.default_rng(2), np.repeat(np.arange(20_000), 2), 1).reshape(-1, 2)
    assert np.atleast_2d(np.corrcoef(values.T))[0, 1] == pytest.approx(CORRELATION, abs=0.02)
    assert values.std() == pytest.approx(1, abs=0.02)


def test_annotators_give_the_stated_shares_of_true_and_of_other_labels() -> None:
    gold = np.random.default_rng(3).random((4000, 26)) < 0.3
    given = annotate(np.random.default_rng(4), gold)
    assert given.shape == (4000, 3, 26)
    assert given[np.repeat(gold[:, None], 3, axis=1)].mean() == pytest.approx(0.6, abs=0.01)
    assert given[np.repeat(~gold[:, None], 3, axis=1)].mean() == pytest.approx(0.02, abs=0.005)


def test_a_few_simulations_fill_both_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.coverage.POPULATION", 2000)
    shares, alarms = Table(*map(str, range(8))), Table(*map(str, range(3)))
    coverage(60, 3, 60, true_values(), shares)
    false_alarms(60, 2, 40, alarms)
    assert (shares.row_count, alarms.row_count) == (6, 5)
