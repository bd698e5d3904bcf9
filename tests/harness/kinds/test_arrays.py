"""From answered items to arrays."""

from __future__ import annotations

import numpy as np

from harness.kinds import Answered, Kind, get
from harness.kinds.arrays import column, membership
from harness.kinds.reading import read
from harness.metrics.outcome import NO_ANSWER, Described, Labelled, LabelSets, Ranked
from harness.record import Answer, Item, Parsed
from harness.stats.clusters import cluster_index
from tests.making import item

LABELS = ("a", "b", "c")


def answered(kind: Kind, of: Item, answer: Answer, scores: dict[str, float | None] | None = None) -> Answered:
    return Answered(of, answer, read(kind, of, answer), scores or {})


def test_clusters_are_numbered_without_gaps_as_they_come() -> None:
    items = [item(number, labels=[], cluster_id=name) for number, name in enumerate("zzaxaz")]
    assert cluster_index(items).tolist() == [0, 0, 1, 2, 1, 0]


def test_single_labels_become_indices() -> None:
    answers = [("b", "b"), ("a", "c!"), ("c", "a or b"), ("a", "")]
    of = [item(number, labels=[gold], choices=LABELS) for number, (gold, _) in enumerate(answers)]
    kind = get("single_label")
    rows = [answered(kind, one, Answer(text=text)) for one, (_, text) in zip(of, answers, strict=True)]
    found = kind.outcome(LABELS, rows)
    assert isinstance(found, Labelled)
    assert found.gold.tolist() == [1, 0, 2, 0]
    assert found.predicted.tolist() == [1, 2, NO_ANSWER, NO_ANSWER]
    assert found.sizes.tolist() == [3] * 4
    assert found.labels == LABELS


def test_choices_are_indices_among_the_items_own_options() -> None:
    first, second = item(0, labels=["glad"], choices=["sad", "glad"]), item(1, labels=["calm"], choices=["calm", "sad"])
    rows = [answered(get("choice"), first, Answer(text="sad")), answered(get("choice"), second, Answer(text="calm"))]
    found = get("choice").outcome((), rows)
    assert isinstance(found, Labelled)
    assert (found.gold.tolist(), found.predicted.tolist()) == ([1, 0], [0, 0])


def test_sets_become_rows_of_membership() -> None:
    of = item(labels=["c", "a"], choices=LABELS)
    rows = [answered(get("multi_label"), of, Answer(text=text)) for text in ('["b", "c"]', "[]", "who knows")]
    found = get("multi_label").outcome(LABELS, rows)
    assert isinstance(found, LabelSets)
    assert found.gold.tolist() == [[True, False, True]] * 3
    assert found.predicted.tolist() == [[False, True, True], [False] * 3, [False] * 3]


def test_rankings_keep_the_loglikelihoods() -> None:
    of = item(labels=["b"], choices=LABELS)
    found = get("ranking").outcome(LABELS, [answered(get("ranking"), of, Answer(loglikelihoods=(-3.0, -1.0, -2.0)))])
    assert isinstance(found, Ranked)
    assert (found.gold.tolist(), found.scores.tolist()) == ([[False, True, False]], [[-3.0, -1.0, -2.0]])


def test_descriptions_keep_their_scores_with_gaps() -> None:
    of, text = item(labels=[], references=("r",)), Answer(text="t")
    rows = [answered(get("description"), of, text, {"cosine": 0.5, "own_auc": value}) for value in (None, 1.0)]
    found = get("description").outcome((), rows)
    assert isinstance(found, Described)
    assert found.columns["cosine"].tolist() == [0.5, 0.5]
    assert np.isnan(found.columns["own_auc"]).tolist() == [True, False]


def test_membership_and_columns_by_hand() -> None:
    assert membership([["b"], [], ["a", "b"]], ("a", "b")).tolist() == [[False, True], [False, False], [True, True]]
    assert np.isnan(column([None, 0.0])).tolist() == [True, False]


def test_a_refusal_is_no_answer() -> None:
    of = item(labels=["a"], choices=LABELS)
    refused = Answered(of, Answer(text="I can't."), Parsed(status="refused"), {})
    found = get("single_label").outcome(LABELS, [refused])
    assert isinstance(found, Labelled)
    assert found.predicted.tolist() == [NO_ANSWER]
