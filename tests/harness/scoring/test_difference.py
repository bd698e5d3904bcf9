"""Differences against hand calculations, statsmodels and scipy; false alarms by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.power import TTestPower

from harness.kinds import Kind, get
from harness.metrics import Metric
from harness.metrics.outcome import Described, Labelled, LabelSets, Ranked
from harness.scoring.difference import difference, of_clusters
from harness.scoring.repeats import Repeated, once
from harness.stats.sign_flip import sign_flip

LABELS = ("a", "b", "c")


def named(kind: Kind, name: str) -> Metric:
    return kind.metric(name)


ACCURACY = named(get("single_label"), "accuracy")
MACRO_F1 = named(get("single_label"), "macro_f1")
COSINE = named(get("description"), "cosine")
AUC = named(get("ranking"), "macro_auc")
MEAN_AP = named(get("ranking"), "mean_ap")


def answers(rng: np.random.Generator, gold: np.ndarray, right: float) -> Labelled:
    predicted = np.where(rng.random(gold.size) < right, gold, rng.integers(0, 3, size=gold.size))
    return Labelled(gold, predicted, np.full(gold.size, 3), LABELS)


def test_a_ranking_is_compared_by_order_whatever_the_scale_of_its_scores() -> None:
    rng = np.random.default_rng(4)
    gold = rng.random((40, 2)) < 0.5
    one, other = (Ranked(gold, rng.normal(size=gold.shape) + gold * shift, ("a", "b")) for shift in (1.5, 0.5))
    scaled = Ranked(gold, np.exp(3 * other.scores) - 100, ("a", "b"))
    clusters = np.arange(40)
    assert difference(AUC, once(one), once(scaled), clusters) == difference(AUC, once(one), once(other), clusters)


def test_of_single_answers_to_independent_items_it_is_mcnemars_test() -> None:
    rng = np.random.default_rng(2)
    gold = rng.integers(0, 3, size=80)
    one, other = answers(rng, gold, 0.6), answers(rng, gold, 0.45)
    right = one.predicted == gold, other.predicted == gold
    table = [[int((right[0] == i).astype(int) @ (right[1] == j)) for j in (True, False)] for i in (True, False)]
    found = difference(ACCURACY, once(one), once(other), np.arange(80))
    assert found is not None
    assert found.p == pytest.approx(mcnemar(table, exact=True).pvalue, abs=0.02)


def test_the_same_answers_do_not_differ() -> None:
    rng = np.random.default_rng(5)
    one = answers(rng, rng.integers(0, 3, size=50), 0.5)
    for metric in (ACCURACY, MACRO_F1):
        found = difference(metric, once(one), once(one), np.arange(50))
        assert found is not None
        assert found.interval is not None
        assert (found.effect, found.p, found.interval.low, found.interval.high) == (0, 1, 0, 0)
        assert found.min_detectable_difference is None


def test_two_models_that_answer_alike_do_not_differ_in_agreement_with_annotators() -> None:
    rng = np.random.default_rng(1)
    gold, said = rng.random((90, 12)) < 0.2, rng.random((90, 12)) < 0.2
    annotated = gold[:, None] ^ (rng.random((90, 3, 12)) < 0.1)  # shares of three, which no binary number holds
    sets = LabelSets(gold, said, tuple("abcdefghijkl"), annotated=annotated)
    for name in ("annotator_kappa", "annotator_f1", "annotator_jaccard"):
        found = difference(named(get("multi_label"), name), once(sets), once(sets), np.repeat(np.arange(30), 3))
        assert found is not None
        assert (name, found.effect, found.p) == (name, 0, 1)


def test_effect_interval_and_detectable_difference_of_a_mean() -> None:
    rng = np.random.default_rng(7)
    gaps = rng.normal(0.2, 1, size=400)
    found = difference(
        COSINE, once(Described({"cosine": gaps})), once(Described({"cosine": np.zeros(400)})), np.arange(400)
    )
    error = gaps.std(ddof=1) / 20
    assert found is not None
    assert found.interval is not None
    assert found.effect == pytest.approx(gaps.mean())
    assert (found.interval.low, found.interval.high) == pytest.approx(
        (gaps.mean() - 1.96 * error, gaps.mean() + 1.96 * error), abs=0.1 * error
    )
    assert found.p == pytest.approx(stats.ttest_1samp(gaps, 0).pvalue, abs=0.015)
    assert found.min_detectable_difference == pytest.approx(
        TTestPower().solve_power(nobs=400, alpha=0.05, power=0.8) * 20 * error, rel=0.08
    )


def test_no_difference_is_claimed_where_one_model_has_no_value() -> None:
    nothing = Described({"cosine": np.full(5, np.nan)})
    assert difference(COSINE, once(nothing), once(Described({"cosine": np.ones(5)})), np.arange(5)) is None


def repeated(gold: np.ndarray, said: np.ndarray) -> Repeated:
    """Arrange (N, n) answers to n items."""
    each = tuple(Labelled(gold, row, np.full(gold.size, 3), LABELS) for row in said)
    times = len(said)
    return Repeated(each, Labelled(np.tile(gold, times), said.ravel(), np.full(said.size, 3), LABELS))


def simulated(rng: np.random.Generator, gold: np.ndarray, skill: np.ndarray, times: int) -> Repeated:
    """Answer each item right with its own probability, else by the next label."""
    return repeated(gold, np.where(rng.random((times, gold.size)) < skill, gold, (gold + 1) % 3))


def test_of_repeats_the_items_mean_is_compared() -> None:
    rng = np.random.default_rng(8)
    gold = rng.integers(0, 3, 300)
    one, other = simulated(rng, gold, rng.beta(2, 2, 300), 4), simulated(rng, gold, rng.beta(2.2, 2, 300), 3)
    found = difference(ACCURACY, one, other, np.arange(300))
    means = [
        np.mean([each.predicted == gold for each in model.outcomes if isinstance(each, Labelled)], axis=0)
        for model in (one, other)
    ]
    gaps = means[0] - means[1]
    assert found is not None
    assert found.interval is not None
    assert found.effect == pytest.approx(gaps.mean())
    by_t = stats.ttest_rel(*means)
    assert 0.01 < by_t.pvalue < 0.6  # where another number of repeats would give another p
    assert found.p == pytest.approx(by_t.pvalue, abs=0.02)
    ends = by_t.confidence_interval()
    assert (found.interval.low, found.interval.high) == pytest.approx((ends.low, ends.high), abs=0.01)


def test_sampling_noise_of_a_difference_is_that_simulated() -> None:
    rng = np.random.default_rng(9)
    n, times = 6000, 3
    gold = rng.integers(0, 3, n)
    one, other = (simulated(rng, gold, rng.beta(2, 2, n), times) for _ in range(2))
    found = difference(ACCURACY, one, other, np.arange(n))
    by_items, by_sampling = 2 * 0.05 / n, 2 * 0.2 / n / times  # variances of Beta(2, 2) and of one answer
    assert found is not None
    assert found.share_sampling == pytest.approx(by_sampling / (by_items + by_sampling), rel=0.15)
    assert found.min_detectable_difference == pytest.approx((1.96 + 0.8416) * np.sqrt(by_items + by_sampling), rel=0.1)
    assert found.min_detectable_unsampled == pytest.approx((1.96 + 0.8416) * np.sqrt(by_items), rel=0.15)
    single = difference(ACCURACY, once(one.outcomes[0]), once(other.outcomes[0]), np.arange(n))
    assert single is not None
    assert (single.share_sampling, single.min_detectable_unsampled) == (None, None)


@pytest.mark.parametrize(("times", "against"), [(3, 3), (4, 1)])
def test_equal_models_differ_significantly_in_one_test_of_twenty(times: int, against: int) -> None:
    alarms = []
    for seed in range(300):
        rng = np.random.default_rng([seed, times])
        clusters = np.repeat(np.arange(60), rng.integers(1, 4, 60))
        gold = rng.integers(0, 3, clusters.size)
        one = simulated(rng, gold, rng.beta(2, 2, 60)[clusters], times)
        other = simulated(rng, gold, rng.beta(2, 2, 60)[clusters], against)
        parts = [part for part in (of_clusters(MACRO_F1, each, clusters) for each in (one, other)) if part is not None]
        alarms.append(sign_flip(parts[0] - parts[1]) < 0.05)
    assert 0.015 < np.mean(alarms) < 0.085  # three standard errors about 5 %; the full table is in benchmarks


def test_few_items_bias_average_precision_and_the_compared_value_is_without_it() -> None:
    values, compared = [], []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        gold = rng.random((60, 6)) < 0.15
        noise, skilled = (Ranked(gold, rng.normal(size=gold.shape) + gold * by, tuple("abcdef")) for by in (0.0, 1.0))
        found = difference(MEAN_AP, once(noise), once(skilled), np.arange(60))
        assert found is not None
        assert found.corrected
        assert found.effect == pytest.approx(found.first - found.second)
        values.append(MEAN_AP.value(noise, 60))
        compared.append(found.first)
    true = 0.15  # the precision of a random order of unlimited items
    assert np.mean(values) > true + 0.03
    assert abs(np.mean(compared) - true) < 0.02
