"""A task's numbers, computed from samples, against scikit-learn and counting."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from sklearn import metrics as sk
from statsmodels.stats.proportion import proportion_confint

from harness.kinds import get
from harness.kinds.measures import PARTS
from harness.record import Answer, Sample
from harness.scoring.anchors import Anchor, Anchors
from harness.scoring.estimate import estimate
from harness.scoring.score import TaskScores, score
from harness.stats.intervals import CORRECTED, WILSON_OF_CLUSTERS, Bootstrap
from tests.making import baselines, item, sample, toy_instruments

LABELS = ("a", "b", "c")
OFFERED = ("anger", "fear", "sadness", "surprise")
RNG = np.random.default_rng(3)
N = 90
GOLD = RNG.choice(3, N, p=[0.6, 0.3, 0.1])
SAID = np.where(RNG.random(N) < 0.5, GOLD, RNG.integers(0, 3, N))
TEXTS = [LABELS[index] for index in SAID]
TEXTS[:6] = ["", "I can't say.", "a or b", "no idea", "\n", "As an AI, I don't feel."]
OTHERS = baselines(majority=[Answer(text="a")] * N, right=[Answer(text=LABELS[index]) for index in GOLD])
PREDICTED = np.where(np.arange(N) < 6, -1, SAID)


def single(clusters: int = 45) -> list[Sample]:
    return [
        sample(
            get("single_label"),
            item(number, labels=[LABELS[GOLD[number]]], choices=LABELS, cluster_id=f"c{number % clusters}"),
            Answer(text=TEXTS[number]),
        )
        for number in range(N)
    ]


@pytest.fixture(scope="module")
def scores() -> TaskScores:
    return score(get("single_label"), LABELS, single(), others=OTHERS)


def test_values_are_those_of_sklearn(scores: TaskScores) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        balanced = sk.balanced_accuracy_score(GOLD, PREDICTED)
    macro = sk.f1_score(GOLD, PREDICTED, average="macro", labels=[0, 1, 2])
    assert scores.metrics["accuracy"].value == pytest.approx(sk.accuracy_score(GOLD, PREDICTED))
    assert scores.metrics["balanced_accuracy"].value == pytest.approx(balanced)
    assert scores.metrics["macro_f1"].value == pytest.approx(macro)


def test_baselines_are_scored_on_the_same_items(scores: TaskScores) -> None:
    share = (GOLD == 0).mean()
    assert scores.metrics["accuracy"].baselines == {"majority": pytest.approx(share), "right": 1.0}
    assert scores.metrics["macro_f1"].baselines["majority"] == pytest.approx(2 * share / (1 + share) / 3)
    assert scores.metrics["accuracy"].chance == pytest.approx(1 / 3, abs=0.02)


def test_intervals_hold_the_values_and_clusters_are_counted(scores: TaskScores) -> None:
    assert scores.clusters == 45
    for name in ("accuracy", "balanced_accuracy", "macro_f1"):
        one = scores.metrics[name]
        assert one.interval is not None
        assert one.value is not None
        assert one.reason is None
        assert one.interval.low < one.value < one.interval.high


def test_answers_are_counted_by_class(scores: TaskScores) -> None:
    answers = scores.answers
    assert (answers.ok, answers.empty, answers.refused, answers.unparsed) == (84, 2, 2, 2)
    rates = (answers.empty_rate, answers.refused_rate, answers.unparsed_rate)
    assert rates == pytest.approx((2 / 90, 2 / 90, 2 / 90))


def test_classes_are_those_of_sklearn(scores: TaskScores) -> None:
    expected = sk.precision_recall_fscore_support(GOLD, PREDICTED, labels=[0, 1, 2], zero_division=np.nan)
    for name, *figures in zip(LABELS, *expected, strict=True):
        one = scores.per_class[name]
        assert [one.precision, one.recall, one.f1, one.support] == pytest.approx(figures)


def test_confusion_counts_every_item_once(scores: TaskScores) -> None:
    assert scores.confusion is not None
    counts = np.array(scores.confusion.counts)
    assert counts.sum() == N
    assert counts[:, -1].sum() == 6
    assert counts.tolist() == sk.confusion_matrix(GOLD, PREDICTED, labels=[0, 1, 2, -1])[:3].tolist()


def test_a_label_that_nobody_has_or_names_has_no_scores() -> None:
    found = score(get("single_label"), (*LABELS, "d"), single())
    nobody = found.per_class["d"]
    assert (nobody.precision, nobody.recall, nobody.f1, nobody.support) == (None, None, None, 0)
    assert found.metrics["macro_f1"].value == pytest.approx(
        sk.f1_score(GOLD, PREDICTED, average="macro", labels=[0, 1, 2])
    )


def test_one_cluster_has_a_value_and_says_why_it_has_no_interval() -> None:
    one = score(get("single_label"), LABELS, single(clusters=1)).metrics["accuracy"]
    assert one.value == pytest.approx(sk.accuracy_score(GOLD, PREDICTED))
    assert one.interval is None
    assert "one cluster" in (one.reason or "")


def test_the_same_samples_give_the_same_numbers(scores: TaskScores) -> None:
    assert score(get("single_label"), LABELS, single(), others=OTHERS) == scores


def test_calibration_errors_are_losses_whose_bias_is_taken_off_and_told() -> None:
    samples = [
        sample(
            get("single_label"),
            item(number, labels=[LABELS[GOLD[number]]], choices=LABELS, cluster_id=f"c{number}"),
            Answer(loglikelihoods=tuple(RNG.normal(size=3))),
        )
        for number in range(N)
    ]
    found = score(get("single_label"), LABELS, samples).metrics
    for name in ("ece", "ece_norm"):
        one = found[name]
        assert one.interval is not None
        assert (one.higher_is_better, one.interval.method) == (False, CORRECTED)
        assert "biased upward" in str(one.note)


def test_a_value_outside_of_its_interval_says_why() -> None:
    [metric] = [metric for metric in get("ranking").metrics if metric.name == "mean_ap"]
    left = 0.3 + np.random.default_rng(3).normal(scale=0.001, size=40)
    left += 0.3015 - left.mean()  # leaving any out raises the value: it is biased
    one = estimate(metric, 0.3, Bootstrap(0.3, np.linspace(0.29, 0.31, 2000), left, clusters=40, seed=1))
    assert one.interval is not None
    assert one.interval.high < 0.3
    assert "the interval is that of the value without this bias" in (one.note or "")
    assert f"{0.3 - 39 * 0.0015:.3f} without this bias" in (one.note or "")
    left -= left.mean() - 0.3
    one = estimate(metric, 0.3, Bootstrap(0.3, np.linspace(0.29, 0.31, 2000), left, clusters=40, seed=1))
    assert "interval is that" not in (one.note or "")


def test_choices_have_no_classes() -> None:
    samples = [
        sample(get("choice"), item(number, labels=[gold], choices=options), Answer(text=said))
        for number, (gold, options, said) in enumerate(
            [("glad", ["sad", "glad"], "glad"), ("calm", ["calm", "tense"], "tense")]
        )
    ]
    found = score(get("choice"), (), samples)
    assert found.metrics["accuracy"].value == 0.5
    assert (found.per_class, found.confusion) == ({}, None)


def test_sets_are_scored_with_unread_answers_as_empty_sets() -> None:
    gold = [["a", "b"], ["c"], ["a"], ["b", "c"]]
    texts = ['["a", "b"]', "[]", "hm", '["a", "c"]']
    samples = [
        sample(get("multi_label"), item(number, labels=true, choices=LABELS), Answer(text=text))
        for number, (true, text) in enumerate(zip(gold, texts, strict=True))
    ]
    found = score(get("multi_label"), LABELS, samples)
    assert found.metrics["micro_f1"].value == pytest.approx(2 * 3 / (6 + 4))
    assert found.metrics["samples_f1"].value == pytest.approx((1 + 0 + 0 + 0.5) / 4)
    assert found.metrics["jaccard"].value == pytest.approx((1 + 0 + 0 + 1 / 3) / 4)
    assert found.metrics["set_size"].value == 1.0
    assert found.metrics["set_size_true"].value == 1.5
    assert found.metrics["set_size"].higher_is_better is None
    assert (found.answers.ok, found.answers.unparsed) == (3, 1)
    assert found.per_class["c"].support == 2
    assert found.confusion is None


def test_a_ranking_without_true_and_false_items_has_no_value_but_a_reason() -> None:
    samples = [
        sample(get("ranking"), item(number, labels=["a"], choices=["a"]), Answer(loglikelihoods=(-float(number),)))
        for number in range(3)
    ]
    one = score(get("ranking"), ("a",), samples).metrics["macro_auc"]
    assert (one.value, one.interval) == (None, None)
    assert one.reason


def test_rankings_are_those_of_sklearn() -> None:
    truth = RNG.random((40, 3)) < 0.4
    values = np.round(RNG.normal(size=(40, 3)) + truth, 1)
    samples = [
        sample(
            get("ranking"),
            item(number, labels=[label for label, true in zip(LABELS, truth[number], strict=True) if true],
                 choices=LABELS),
            Answer(loglikelihoods=tuple(values[number].tolist())),
        )
        for number in range(40)
    ]  # fmt: skip
    found = score(get("ranking"), LABELS, samples)
    area = sk.roc_auc_score(truth, values, average="macro")
    precision = sk.average_precision_score(truth, values, average="macro")
    assert found.metrics["macro_auc"].value == pytest.approx(area)
    assert found.metrics["mean_ap"].value == pytest.approx(precision)


def test_descriptions_are_means_of_what_the_samples_say() -> None:
    items = [item(number, labels=[], references=("r",)) for number in range(2)]
    measured = get("description").measure(items, ["t", "u"], toy_instruments(), PARTS)
    rows = [
        {**measured[0], "cosine": 0.9, "cosine_shuffled": 0.5, "own_auc": 1.0},
        {**measured[1], "cosine": 0.3, "cosine_shuffled": 0.5, "own_auc": 0.0},
    ]
    samples = [
        sample(
            get("description"),
            item(number, labels=[], references=("r",)),
            Answer(text="t"),
            scores=row,
        )
        for number, row in enumerate(rows)
    ]
    others = Anchors({"majority": Anchor([Answer(text="m")] * 2, [rows[0]] * 2)})
    found = score(get("description"), (), samples, others=others).metrics
    assert found["cosine"].value == pytest.approx(0.6)
    assert found["lift"].value == pytest.approx(0.1)
    assert found["own_auc"].value == 0.5
    assert found["own_auc"].baselines["majority"] == 1.0
    assert (found["cosine"].chance, found["own_auc"].chance) == (None, 0.5)


def right(row: int, said: str, clusters: int) -> Sample:
    given = item(row, labels=["fear"], choices=OFFERED, cluster_id=f"c{row % clusters}")
    return sample(get("single_label"), given, Answer(text=said))


def test_answers_that_are_all_right_are_as_sure_as_there_are_clusters_and_not_beyond_doubt() -> None:
    found = score(get("single_label"), OFFERED, [right(row, "fear", 40) for row in range(120)]).metrics["accuracy"]
    low, _ = proportion_confint(40, 40, 0.05, method="wilson")
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == pytest.approx((low, 1))
    assert found.interval.method == WILSON_OF_CLUSTERS


def test_a_metric_of_some_items_is_as_sure_as_the_clusters_that_hold_them() -> None:
    said = ["anger", "sadness", "surprise", "anger", "sadness", "anger", "surprise"]
    rows = [right(row, said[row] if row < len(said) else "fear", 200) for row in range(200)]
    found = score(get("single_label"), OFFERED, rows).metrics
    assert found["accuracy"].note is None
    assert (found["near_miss"].note or "").startswith("7 clusters: below 30")
    assert found["near_miss"].interval is not None
    one = score(get("single_label"), OFFERED, rows[6:]).metrics["near_miss"]
    assert (one.interval, one.reason) == (None, "no interval: all items with a value form one cluster")
