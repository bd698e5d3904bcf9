"""Scoring data that allow few numbers: each null has its reason, and nothing is 0 for want of data."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import matthews_corrcoef
from statsmodels.stats.proportion import proportion_confint

from harness.kinds import Kind, get
from harness.kinds.reading import read
from harness.record import Answer, Item, Sample, Score
from harness.scoring.score import TaskScores, score
from tests.making import baselines

NOTHING_NAMED = "no answer names a label"
LABELS = ("anger", "fear", "happiness", "sadness")


def samples(kind: Kind, rows: Sequence[tuple[str, str | list[float]]], clusters: int | None = None) -> list[Sample]:
    """Return one sample for each (truths joined by '+', answer)."""
    made = []
    for number, (truth, said) in enumerate(rows):
        item = Item(
            item_id=f"i{number}",
            cluster_id=f"c{number % clusters if clusters else number}",
            valence=math.cos(number),
            arousal=math.sin(number),
            labels=tuple(truth.split("+")),
            choices=LABELS,
        )
        answer = Answer(text=said) if isinstance(said, str) else Answer(loglikelihoods=tuple(said))
        made.append(
            Sample(
                item=item,
                prompt="",
                request_hash="",
                answer=answer,
                parsed=read(kind, item, answer),
                scores={},
            )
        )
    return made


def scored(kind: Kind, rows: Sequence[tuple[str, Any]], clusters: int | None = None) -> TaskScores:
    """Score samples beside a constant answer, and beside a baseline that answers as the model does."""
    made = samples(kind, rows, clusters)
    constant = Answer(text="fear") if made[0].answer.text is not None else Answer(loglikelihoods=(0.0, 1.0, 0.0, 0.0))
    others = baselines(majority=[constant] * len(made), prototype=[one.answer for one in made])
    return score(kind, LABELS, made, others=others)


def numbers(one: Score) -> Iterator[float]:
    yield from (one.value or 0.0, one.chance or 0.0)
    yield from (one.interval.low, one.interval.high) if one.interval else ()


CASES: dict[str, tuple[Kind, list[tuple[str, Any]], int | None]] = {
    "one item": (get("single_label"), [("fear", "fear")], None),
    "one cluster": (get("single_label"), [("fear", "fear"), ("anger", "fear")], 1),
    "two clusters": (get("single_label"), [("fear", "fear"), ("anger", "fear"), ("anger", "anger")], 2),
    "an absent class": (get("single_label"), [("fear", "fear"), ("anger", "sadness")] * 20, None),
    "all unparsed": (get("single_label"), [("fear", "hm"), ("anger", "hm")] * 20, None),
    "no label in any set": (get("multi_label"), [("fear+anger", "[]"), ("anger", "hm")] * 20, None),
    "a ranking of ties": (get("ranking"), [("fear", [0.0] * 4), ("anger", [0.0] * 4)] * 20, None),
    "every label true of all": (get("ranking"), [("+".join(LABELS), [1.0, 2.0, 3.0, 4.0])] * 5, None),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.filterwarnings("error")
def test_every_metric_has_a_finite_value_and_a_position_or_a_reason(name: str) -> None:
    kind, rows, clusters = CASES[name]
    found = scored(kind, rows, clusters)
    assert set(found.metrics) == {metric.name for metric in kind.metrics}
    for one in found.metrics.values():
        assert (one.value is None) <= bool(one.reason)
        assert one.interval is not None or one.reason
        assert np.isfinite(list(numbers(one))).all()
    for metric in kind.metrics:
        one = found.metrics[metric.name]
        if one.value is not None and metric.higher_is_better is not None:
            assert one.normalized_score is not None
            assert one.normalized_score.value is not None or one.normalized_score.reason


@pytest.mark.parametrize(("name", "metric"), [("one item", "macro_f1"), ("one cluster", "accuracy")])
def test_no_interval_and_no_position_from_one_cluster(name: str, metric: str) -> None:
    accuracy = scored(*CASES[name]).metrics[metric]
    assert accuracy.value is not None
    assert accuracy.interval is None
    assert accuracy.normalized_score is not None
    assert (accuracy.normalized_score.value, accuracy.normalized_score.reason) == (None, "all items form one cluster")


def test_few_clusters_are_said_beside_the_number() -> None:
    rows = [("fear", "fear"), ("anger", "fear"), ("sadness", "sadness")] * 60
    assert scored(get("single_label"), rows, 29).metrics["accuracy"].note is not None
    assert scored(get("single_label"), rows, 30).metrics["accuracy"].note is None


def test_unparsed_answers_are_wrong_not_missing() -> None:
    found = scored(*CASES["all unparsed"])
    assert found.metrics["accuracy"].value == 0
    assert found.metrics["macro_f1"].value == 0
    assert found.metrics["graded_credit"].value == 0
    assert found.metrics["mcc"].value is None
    assert found.metrics["near_miss"].value is None
    for name in ("overuse", "answer_jsd"):
        assert (found.metrics[name].value, found.metrics[name].reason) == (None, NOTHING_NAMED)
    assert found.bias is not None
    assert found.bias.most_overused is None


def test_where_every_resample_agrees_there_is_no_interval_but_a_reason() -> None:
    found = scored(*CASES["all unparsed"]).metrics
    for name in ("macro_f1", "balanced_accuracy", "graded_credit"):
        one = found[name]
        assert (one.value, one.interval) == (0, None)
        assert "all resamples are equal" in (one.reason or "")
    accuracy = found["accuracy"].interval
    assert accuracy is not None
    assert accuracy.high == pytest.approx(proportion_confint(0, 40, method="wilson")[1])


def test_every_number_of_a_mute_model_says_that_nothing_was_read() -> None:
    mute, other = scored(*CASES["all unparsed"]).metrics, scored(*CASES["an absent class"]).metrics
    assert all("no answer could be parsed" in (one.note or "") for one in mute.values())
    assert not any("no answer could be parsed" in (one.note or "") for one in other.values())


def test_a_metric_that_constant_answers_have_no_value_of_is_placed_above_chance() -> None:
    rows = [(LABELS[n % 3], LABELS[n % 3] if n % 5 else "sadness") for n in range(60)]
    found = scored(get("single_label"), rows).metrics["mcc"]  # the model says what the nearest prototype does
    said, true = [said for _, said in rows], [true for true, _ in rows]
    assert found.value == pytest.approx(matthews_corrcoef(true, said))
    assert matthews_corrcoef(true, ["fear"] * 60) == 0  # by convention; ours has no value there
    assert found.baselines["majority"] is None
    assert found.normalized_score is not None
    assert (found.normalized_score.floor, found.normalized_score.ceiling, found.normalized_score.value) == (
        "chance",
        "prototype",
        1,
    )


def test_an_absent_class_counts_only_where_all_classes_do() -> None:
    found = scored(*CASES["an absent class"]).metrics
    assert found["macro_f1"].value == pytest.approx(1 / 2)
    assert found["macro_f1_all"].value == pytest.approx(1 / 4)


def test_ties_rank_at_chance() -> None:
    found = scored(*CASES["a ranking of ties"]).metrics
    assert found["macro_auc"].value == 0.5
    assert found["mean_ap"].value == pytest.approx(0.5)


def test_a_label_true_of_all_items_has_no_ranking() -> None:
    found = scored(*CASES["every label true of all"]).metrics
    assert found["macro_auc"].value is None
    assert found["macro_auc"].reason == "no label is true for some items and false for others"
    assert found["mean_ap"].value == 1


@pytest.mark.parametrize(
    ("kind", "said", "reasons"),
    [
        (get("ranking"), [1.0, 2.0, 3.0, 4.0], {"mean_ap": "no item has a label", "macro_auc": "some items"}),
        (
            get("multi_label"),
            "[]",
            {"micro_f1": "no answer names one", "macro_f1": "no item has", "answer_jsd": "no item has a label"},
        ),
        (get("multi_label"), '["fear"]', {"macro_f1": "no item has", "answer_jsd": "no item has a label"}),
    ],
)
def test_where_no_item_carries_a_label_the_reason_is_the_true_one(
    kind: Kind, said: str | list[float], reasons: dict[str, str]
) -> None:
    unlabelled = [
        one.model_copy(update={"item": one.item.model_copy(update={"labels": ()})})
        for one in samples(kind, [("fear", said)] * 6)
    ]
    found = score(kind, LABELS, unlabelled).metrics
    for name, reason in reasons.items():
        assert found[name].value is None
        assert reason in (found[name].reason or "")
