"""Chance values against what probability theory says of uniformly random answers."""

from __future__ import annotations

import numpy as np
import pytest

from harness.metrics import Metric, metrics_of
from harness.metrics.outcome import Described, Labelled, LabelSets, Outcome, Ranked
from harness.record.kinds import Kind
from harness.scoring.chance import chance, random_answers

RNG = np.random.default_rng(11)
N, K = 600, 6
TRUTH = RNG.random((N, K)) < np.linspace(0.1, 0.6, K)
LABELS = tuple("abcdef")


def metric(name: str, kind: Kind) -> Metric:
    (found,) = [metric for metric in metrics_of(kind) if metric.name == name]
    return found


def single(sizes: int) -> Labelled:
    gold = RNG.integers(0, sizes, N)
    return Labelled(gold, gold, np.full(N, sizes), tuple(map(str, range(sizes))))


@pytest.mark.parametrize(("kind", "sizes"), [(Kind.SINGLE_LABEL, 7), (Kind.CHOICE, 8), (Kind.CHOICE, 2)])
def test_accuracy_of_chance_is_one_in_as_many_as_are_offered(kind: Kind, sizes: int) -> None:
    assert chance(metric("accuracy", kind), single(sizes), N) == pytest.approx(1 / sizes, abs=0.01)


def test_options_that_differ_in_number_average_their_odds() -> None:
    sizes = np.repeat([2, 8], N // 2)
    outcome = Labelled(np.zeros(N, dtype=np.int64), np.zeros(N, dtype=np.int64), sizes, ())
    assert chance(metric("accuracy", Kind.CHOICE), outcome, N) == pytest.approx((1 / 2 + 1 / 8) / 2, abs=0.01)


def test_balanced_accuracy_of_chance_does_not_depend_on_balance() -> None:
    gold = np.repeat([0, 1, 2, 3], [540, 20, 20, 20])
    outcome = Labelled(gold, gold, np.full(N, 4), tuple("abcd"))
    assert chance(metric("balanced_accuracy", Kind.SINGLE_LABEL), outcome, N) == pytest.approx(0.25, abs=0.02)


def test_sets_of_chance_hold_each_label_at_even_odds() -> None:
    outcome = LabelSets(TRUTH, TRUTH, LABELS)
    rate = TRUTH.mean()
    assert chance(metric("set_size", Kind.MULTI_LABEL), outcome, N) == pytest.approx(K / 2, abs=0.05)
    assert chance(metric("micro_f1", Kind.MULTI_LABEL), outcome, N) == pytest.approx(rate / (rate + 0.5), abs=0.01)
    rates = TRUTH.mean(axis=0)
    macro = (rates / (rates + 0.5)).mean()
    assert chance(metric("macro_f1", Kind.MULTI_LABEL), outcome, N) == pytest.approx(macro, abs=0.01)


def test_rankings_of_chance_have_an_auc_of_a_half_and_a_precision_of_the_base_rate() -> None:
    outcome = Ranked(TRUTH, TRUTH.astype(np.float64), LABELS)
    assert chance(metric("macro_auc", Kind.RANKING), outcome, N) == pytest.approx(0.5, abs=0.01)
    assert chance(metric("mean_ap", Kind.RANKING), outcome, N) == pytest.approx(TRUTH.mean(), abs=0.02)


def test_metrics_without_a_chance_value_state_so_and_auc_of_own_references_states_a_half() -> None:
    outcome = Described({"cosine": np.ones(3)})
    assert chance(metric("own_auc", Kind.DESCRIPTION), outcome, 3) == 0.5
    assert chance(metric("lift", Kind.DESCRIPTION), outcome, 3) == 0.0
    assert chance(metric("cosine", Kind.DESCRIPTION), outcome, 3) is None
    with pytest.raises(TypeError, match="no uniform distribution"):
        random_answers(outcome, np.random.default_rng(0))


@pytest.mark.parametrize(
    "outcome", [single(7), LabelSets(TRUTH, TRUTH, LABELS), Ranked(TRUTH, TRUTH.astype(np.float64), LABELS)]
)
def test_chance_neither_depends_on_the_answers_nor_changes(outcome: Outcome) -> None:
    kind = {Labelled: Kind.SINGLE_LABEL, LabelSets: Kind.MULTI_LABEL, Ranked: Kind.RANKING}[type(outcome)]
    other = random_answers(outcome, np.random.default_rng(99))
    for one in metrics_of(kind):
        if one.chance == "simulated":
            assert chance(one, outcome, N) == chance(one, other, N), one.name


def test_where_the_metric_has_no_value_neither_has_chance() -> None:
    nothing_true = np.zeros((4, 2), dtype=bool)
    assert chance(metric("macro_auc", Kind.RANKING), Ranked(nothing_true, np.zeros((4, 2)), ("a", "b")), 4) is None
