"""Label metrics against scikit-learn, where an item of weight three is three rows."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from sklearn import metrics as sk

from harness.kinds import Kind, get
from harness.metrics.algebra import class_counts, mean_where, ratio, weighted_mean
from harness.metrics.labels import confusion_counts
from harness.metrics.outcome import Labelled, LabelSets
from tests.harness.metrics.drawing import LABELS, Case, label_sets, labelled, values

SINGLE, SETS = get("single_label"), get("multi_label")


@given(case=labelled())
def test_single_label_metrics_are_those_of_sklearn(case: Case) -> None:
    outcome, weights = case
    computed = {name: values(name, SINGLE, outcome, weights) for name in ("accuracy", "balanced_accuracy", "macro_f1")}
    for draw, row in enumerate(weights):
        gold, predicted = np.repeat(outcome.gold, row), np.repeat(outcome.predicted, row)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = {
                "accuracy": sk.accuracy_score(gold, predicted),
                "balanced_accuracy": sk.balanced_accuracy_score(gold, predicted),
                "macro_f1": sk.f1_score(gold, predicted, average="macro", labels=np.unique(gold), zero_division=0),
            }
        assert {name: value[draw] for name, value in computed.items()} == pytest.approx(expected)


@given(case=label_sets())
def test_set_metrics_are_those_of_sklearn(case: Case) -> None:
    outcome, weights = case
    names = ("micro_f1", "macro_f1", "samples_f1", "jaccard", "set_size", "set_size_true")
    computed = {name: values(name, SETS, outcome, weights) for name in names}
    for draw, row in enumerate(weights):
        gold, predicted = np.repeat(outcome.gold, row, axis=0), np.repeat(outcome.predicted, row, axis=0)
        present = np.flatnonzero(gold.any(axis=0))
        nothing = float("nan")
        expected = {
            "micro_f1": sk.f1_score(gold, predicted, average="micro", zero_division=0)
            if (gold | predicted).any()
            else nothing,
            "macro_f1": sk.f1_score(gold, predicted, average="macro", labels=present, zero_division=0)
            if present.size
            else nothing,
            "samples_f1": sk.f1_score(gold, predicted, average="samples", zero_division=1),
            "jaccard": sk.jaccard_score(gold, predicted, average="samples", zero_division=1),
            "set_size": predicted.sum() / len(predicted),
            "set_size_true": gold.sum() / len(gold),
        }
        assert {name: value[draw] for name, value in computed.items()} == pytest.approx(expected, nan_ok=True)


def test_by_hand() -> None:
    outcome = Labelled(np.array([0, 0, 0, 1]), np.array([0, 0, 1, -1]), np.full(4, 3), ("a", "b", "c"))
    ones = np.ones((1, 4), dtype=np.int64)
    assert values("accuracy", SINGLE, outcome, ones) == [0.5]
    assert values("balanced_accuracy", SINGLE, outcome, ones) == pytest.approx([(2 / 3 + 0) / 2])
    assert values("macro_f1", SINGLE, outcome, ones) == pytest.approx([(4 / 5 + 0) / 2])
    assert confusion_counts(outcome).tolist() == [[2, 1, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0]]


@given(case=labelled())
def test_confusion_is_that_of_sklearn_with_a_column_for_no_answer(case: Case) -> None:
    outcome, _ = case
    counts = confusion_counts(outcome)
    order = [*range(len(LABELS)), -1]
    assert counts.tolist() == sk.confusion_matrix(outcome.gold, outcome.predicted, labels=order)[:-1].tolist()


def test_choices_count_by_item_and_not_by_index() -> None:
    outcome = Labelled(np.array([0, 3, 1]), np.array([0, 3, 0]), np.array([2, 8, 2]), ())
    assert values("accuracy", get("choice"), outcome, np.ones((1, 3), dtype=np.int64)) == pytest.approx([2 / 3])


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (SINGLE, ("accuracy", "balanced_accuracy", "macro_f1")),
        (SETS, ("macro_f1", "micro_f1", "samples_f1", "jaccard")),
    ],
)
def test_perfect_answers_score_one(kind: Kind, names: tuple[str, ...]) -> None:
    gold = np.array([0, 1, 2, 2])
    truth = np.eye(3, dtype=bool)[gold]
    outcome = (
        Labelled(gold, gold, np.full(4, 3), ("a", "b", "c"))
        if kind is SINGLE
        else LabelSets(truth, truth, ("a", "b", "c"))
    )
    for name in names:
        assert values(name, kind, outcome, np.ones((1, 4), dtype=np.int64)) == pytest.approx(1.0), name


def test_a_metric_of_no_items_has_no_value() -> None:
    none = np.empty(0, dtype=np.int64)
    nobody = Labelled(none, none, none, ("a",))
    assert all(np.isnan(metric.value(nobody, 0)) for metric in SINGLE.metrics)


# The algebra beneath


def test_division_by_nothing_is_no_value_and_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isnan(ratio(np.array([0.0]), np.array([0.0]))).all()
        assert np.isnan(mean_where(np.array([[1.0, 2.0]]), np.array([[False, False]]))).all()
        assert np.isnan(weighted_mean(np.array([np.nan, 1.0]), np.array([[1.0, 0.0]]))).all()


def test_missing_values_leave_numerator_and_denominator() -> None:
    values_of_items, weights = np.array([1.0, np.nan, 4.0]), np.array([[1.0, 5.0, 2.0]])
    assert weighted_mean(values_of_items, weights) == pytest.approx([3.0])
    assert mean_where(np.array([[1.0, np.nan, 4.0]]), np.array([[True, False, True]])) == pytest.approx([2.5])


@given(case=labelled())
def test_counts_of_labels_add_up_to_the_answers(case: Case) -> None:
    outcome, weights = case
    counts = class_counts(outcome, weights.astype(np.float64))
    assert counts.gold.sum(axis=1).tolist() == weights.sum(axis=1).tolist()
    assert counts.predicted.sum(axis=1).tolist() == weights[:, outcome.predicted >= 0].sum(axis=1).tolist()
    assert (counts.hits <= np.minimum(counts.gold, counts.predicted)).all()


@given(case=label_sets())
def test_informedness_is_sklearns_adjusted_balanced_accuracy_of_each_label(case: Case) -> None:
    outcome, weights = case
    computed = values("informedness", SETS, outcome, weights)
    for draw, row in enumerate(weights):
        gold, predicted = np.repeat(outcome.gold, row, axis=0), np.repeat(outcome.predicted, row, axis=0)
        mixed = [label for label in range(4) if gold[:, label].any() and not gold[:, label].all()]
        expected = [
            sk.recall_score(gold[:, k], predicted[:, k]) + sk.recall_score(gold[:, k], predicted[:, k], pos_label=0) - 1
            for k in mixed
        ]
        assert computed[draw] == pytest.approx(np.mean(expected) if mixed else np.nan, nan_ok=True)


@given(case=label_sets())
def test_pooled_kappa_pools_what_sklearns_kappas_of_the_labels_are_made_of(case: Case) -> None:
    outcome, weights = case
    computed = values("pooled_kappa", SETS, outcome, weights)
    for draw, row in enumerate(weights):
        gold, predicted = np.repeat(outcome.gold, row, axis=0), np.repeat(outcome.predicted, row, axis=0)
        beyond, possible = 0.0, 0.0
        for true, said in zip(gold.T, predicted.T, strict=True):
            expected = true.mean() * said.mean() + (1 - true.mean()) * (1 - said.mean())
            if expected < 1:
                beyond += sk.cohen_kappa_score(true, said) * (1 - expected)
                possible += 1 - expected
        assert computed[draw] == pytest.approx(beyond / possible if possible else np.nan, nan_ok=True)


@pytest.mark.parametrize("name", ["informedness", "pooled_kappa"])
@given(case=label_sets())
def test_no_constant_answer_is_informed(case: Case, name: str) -> None:
    outcome, weights = case
    constant = LabelSets(outcome.gold, np.tile(outcome.predicted[:1], (len(outcome.gold), 1)), outcome.labels)
    informed = values(name, SETS, constant, weights)
    assert informed[~np.isnan(informed)] == pytest.approx(0.0)
