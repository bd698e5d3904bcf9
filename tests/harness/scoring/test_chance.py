"""Chance values against what probability theory says of uniformly random answers."""

from __future__ import annotations

import numpy as np
import pytest

from harness.kinds import Kind, get
from harness.metrics.outcome import Described, Labelled, LabelSets, Outcome, Ranked
from harness.scoring.chance import chances

RNG = np.random.default_rng(11)
N, K = 600, 6
TRUTH = RNG.random((N, K)) < np.linspace(0.1, 0.6, K)
LABELS = tuple("abcdef")


def chance(name: str, kind: Kind, outcome: Outcome, n: int) -> float | None:
    return chances(kind, [kind.metric(name)], outcome, n)[name]


def single(sizes: int) -> Labelled:
    gold = RNG.integers(0, sizes, N)
    return Labelled(gold, gold, np.full(N, sizes), tuple(map(str, range(sizes))))


@pytest.mark.parametrize(("kind", "sizes"), [(get("single_label"), 7), (get("choice"), 8), (get("choice"), 2)])
def test_accuracy_of_chance_is_one_in_as_many_as_are_offered(kind: Kind, sizes: int) -> None:
    assert chance("accuracy", kind, single(sizes), N) == pytest.approx(1 / sizes, abs=0.01)


def test_options_that_differ_in_number_average_their_odds() -> None:
    sizes = np.repeat([2, 8], N // 2)
    outcome = Labelled(np.zeros(N, dtype=np.int64), np.zeros(N, dtype=np.int64), sizes, ())
    assert chance("accuracy", get("choice"), outcome, N) == pytest.approx((1 / 2 + 1 / 8) / 2, abs=0.01)


def test_balanced_accuracy_of_chance_does_not_depend_on_balance() -> None:
    gold = np.repeat([0, 1, 2, 3], [540, 20, 20, 20])
    outcome = Labelled(gold, gold, np.full(N, 4), tuple("abcd"))
    assert chance("balanced_accuracy", get("single_label"), outcome, N) == pytest.approx(0.25, abs=0.02)


def test_sets_of_chance_hold_each_label_at_even_odds() -> None:
    outcome = LabelSets(TRUTH, TRUTH, LABELS)
    rate = TRUTH.mean()
    assert chance("set_size", get("multi_label"), outcome, N) == pytest.approx(K / 2, abs=0.05)
    assert chance("micro_f1", get("multi_label"), outcome, N) == pytest.approx(rate / (rate + 0.5), abs=0.01)
    rates = TRUTH.mean(axis=0)
    macro = (rates / (rates + 0.5)).mean()
    assert chance("macro_f1", get("multi_label"), outcome, N) == pytest.approx(macro, abs=0.01)


def test_rankings_of_chance_have_an_auc_of_a_half_and_a_precision_of_the_base_rate() -> None:
    outcome = Ranked(TRUTH, TRUTH.astype(np.float64), LABELS)
    assert chance("macro_auc", get("ranking"), outcome, N) == pytest.approx(0.5, abs=0.01)
    assert chance("mean_ap", get("ranking"), outcome, N) == pytest.approx(TRUTH.mean(), abs=0.02)


def test_metrics_without_a_chance_value_state_so_and_auc_of_own_references_states_a_half() -> None:
    outcome = Described({"cosine": np.ones(3)})
    assert chance("own_auc", get("description"), outcome, 3) == 0.5
    assert chance("lift", get("description"), outcome, 3) == 0.0
    assert chance("cosine", get("description"), outcome, 3) is None
    with pytest.raises(TypeError):
        get("description").at_random(outcome, np.random.default_rng(0))


@pytest.mark.parametrize(
    "outcome", [single(7), LabelSets(TRUTH, TRUTH, LABELS), Ranked(TRUTH, TRUTH.astype(np.float64), LABELS)]
)
def test_chance_neither_depends_on_the_answers_nor_changes(outcome: Outcome) -> None:
    kind = {Labelled: get("single_label"), LabelSets: get("multi_label"), Ranked: get("ranking")}[type(outcome)]
    other = kind.at_random(outcome, np.random.default_rng(99))
    for one in kind.metrics:
        if one.chance == "simulated":
            assert chance(one.name, kind, outcome, N) == chance(one.name, kind, other, N), one.name


def test_where_the_metric_has_no_value_neither_has_chance() -> None:
    nothing_true = np.zeros((4, 2), dtype=bool)
    assert chance("macro_auc", get("ranking"), Ranked(nothing_true, np.zeros((4, 2)), ("a", "b")), 4) is None
