"""What derived documents promise: right answers, balance, independence, seeds, and prompts that do not give it away."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from harness.kinds import get
from harness.kinds.derive import compare, conflict, derivation, judge, names, published, quadrant, trajectory
from harness.record import Item
from harness.tasks.documents import Question, split
from harness.tasks.features import SHIPPED
from tests.making import item
from va_extractor.emotions.labels import BASIC, EMOTIC
from va_extractor.emotions.prototypes import prototypes, spreads


def row(number: int, valence: float, arousal: float, labels: list[str], cluster: str | None = None) -> Item:
    cluster = cluster or f"c{number}"
    return item(number, labels=labels, valence=valence, arousal=arousal, cluster_id=cluster)


def rows(count: int = 60, persons: int = 2, seed: int = 1) -> list[Item]:
    """Return rows in clusters of `persons`, with one to four labels each."""
    rng = np.random.default_rng(seed)
    return [
        row(
            number,
            round(rng.uniform(-1, 1), 3),
            round(rng.uniform(-1, 1), 3),
            sorted(rng.choice(EMOTIC, rng.integers(1, 5), replace=False).tolist()),
            f"image{number // persons}",
        )
        for number in range(count)
    ]


def asked(name: str, kind: str = "single_label", source: str = "norms") -> list[Item]:
    return list(split(Question(get(kind), SHIPPED, source, derivation(name).labels, derive=name), "test").items)


DERIVED = {
    "compare": asked("compare"),
    "conflict": asked("conflict", "conflict"),
    "judge": asked("judge", source="emotic"),
    "published": asked("published", "distribution", "iimi"),
    "quadrant": asked("quadrant"),
    "trajectory": asked("trajectory"),
    "word": asked("word", "coordinates"),
}


def test_every_derivation_is_tested_here() -> None:
    assert set(DERIVED) == set(names())


@pytest.mark.parametrize("name", names())
def test_documents_are_the_same_at_every_call_and_each_its_own(name: str) -> None:
    again = derivation(name).make(rows())
    assert again == derivation(name).make(rows())
    docs = DERIVED[name]
    assert len({doc.item_id for doc in docs}) == len(docs)
    assert all(-1 <= getattr(doc, axis) <= 1 for doc in docs for axis in ("valence", "arousal"))


def test_rows_without_a_face_are_counted_not_asked() -> None:
    found = split(Question(get("single_label"), SHIPPED, "emotic", judge.LABELS, derive="judge"), "test")
    assert found.excluded["no_face"] == 14
    assert len(found.items) + sum(found.excluded.values()) == 400


# Quadrants


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_a_quadrant_is_named_by_both_signs(valence: float, arousal: float) -> None:
    words = quadrant.quadrant(valence, arousal).split(" and ")
    assert words == ["pleasant" if valence >= 0 else "unpleasant", "activated" if arousal >= 0 else "calm"]


def test_points_near_an_axis_are_left_out() -> None:
    made = quadrant.DERIVATION.make([row(0, 0.5, 0.05, []), row(1, -0.5, -0.5, []), row(2, 0.1, 0.1, [])])
    assert [one.item_id for one in made.items] == ["i1", "i2"]
    assert made.excluded == {"near_an_axis": 1}


# Judging


def test_statements_are_annotated_or_distant_and_half_of_them_true() -> None:
    given_rows = rows(200)
    by_id = {one.item_id: one for one in given_rows}
    made = judge.DERIVATION.make(given_rows)
    for one in made.items:
        annotated = by_id[one.item_id].labels
        if one.labels == ("true",):
            assert one.statement in annotated
        else:
            gaps = np.linalg.norm(prototypes([str(one.statement)]) - prototypes(annotated), axis=1)
            assert one.statement not in annotated
            assert gaps.min() >= judge.DISTANT
    assert len(made.items) + sum(made.excluded.values()) == 200
    assert len({one.item_id for one in made.items}) == len(made.items) > 100


def test_a_statement_by_itself_tells_nothing_since_each_category_is_as_often_true_as_false() -> None:
    stated = Counter((str(doc.statement), doc.labels[0]) for doc in DERIVED["judge"])
    assert len({category for category, _ in stated}) > 20
    for category, _ in stated:
        assert stated[category, "true"] == stated[category, "false"], category


def test_someone_of_whom_nothing_can_be_said_both_ways_is_not_asked() -> None:
    everything = [row(number, 0.1, 0.1, list(EMOTIC)) for number in range(4)]
    made = judge.DERIVATION.make([*everything, row(9, 0.5, 0.5, [])])
    assert made.excluded == {"no_counterpart": 4, "no_label": 1}
    assert judge.DERIVATION.make([]).items == []


# Pairs


@pytest.mark.parametrize("persons", [1, 2, 3])
def test_no_row_is_in_two_pairs_and_no_pair_within_a_cluster(persons: int) -> None:
    found = compare.pairs(rows(61, persons))
    ids = [one.item_id for pair in found for one in pair]
    assert len(set(ids)) == len(ids)
    assert all(one.cluster_id != other.cluster_id for one, other in found)
    partner: dict[str, set[str]] = {}
    for one, other in found:
        partner.setdefault(one.cluster_id, set()).add(other.cluster_id)
        partner.setdefault(other.cluster_id, set()).add(one.cluster_id)
    assert all(len(others) == 1 for others in partner.values())


@pytest.mark.parametrize("persons", [1, 3])
def test_questions_that_share_a_source_cluster_share_a_cluster_and_no_others_do(persons: int) -> None:
    given_rows = rows(60, persons)
    home = {one.item_id: one.cluster_id for one in given_rows}
    for one in compare.DERIVATION.make(given_rows).items:
        first, second, _ = one.item_id.split("-")
        assert one.cluster_id == f"{home[first]}-{home[second]}"


def test_the_greater_number_wins_ties_are_left_out_and_the_difference_is_recorded() -> None:
    for doc in DERIVED["compare"]:
        axis = {"pleasant": 0, "activated": 1}[str(doc.statement)]
        first, second = (point[axis] for point in doc.points)
        assert doc.labels == ("first" if first > second else "second",)
        assert doc.difference == pytest.approx(abs(first - second), abs=1e-6)
        assert (doc.difference or 0) >= compare.TIE
    answers = Counter(doc.labels[0] for doc in DERIVED["compare"])
    assert abs(answers["first"] - answers["second"]) <= len(DERIVED["compare"]) * 0.1
    alike = [row(0, 0.5, 0.5, []), row(1, 0.52, 0.1, [])]
    assert compare.DERIVATION.make(alike).excluded == {"tie": 1}
    assert compare.DERIVATION.make(rows(5, 1)).excluded["unpaired"] == 1


# Conflict


def test_each_point_is_asked_alone_with_a_fitting_sentence_and_with_one_against_it() -> None:
    clusters: dict[str, list[Item]] = {}
    for doc in DERIVED["conflict"]:
        clusters.setdefault(doc.cluster_id, []).append(doc)
    for docs in clusters.values():
        by_condition = {doc.condition: doc for doc in docs}
        assert set(by_condition) == {"alone", "agrees", "disagrees"}
        assert by_condition["alone"].statement is None
        own = docs[0].labels[0]
        assert by_condition["agrees"].statement in conflict.SENTENCES[own]
        against = conflict.quadrant_of(str(by_condition["disagrees"].statement))
        assert not set(against.split(" and ")) & set(own.split(" and "))


def test_no_sentence_names_what_is_asked_for() -> None:
    for sentences in conflict.SENTENCES.values():
        assert len(set(sentences)) == 5
        assert not any(word in one for one in sentences for word in ("pleasant", "activated", "calm"))


# Trajectories


def test_courses_have_the_shape_that_they_are_labelled_with() -> None:
    for doc in DERIVED["trajectory"]:
        path = np.array(doc.points)
        assert path.shape == (trajectory.STEPS, 2)
        assert np.abs(path).max() <= 1
        valence, arousal = path[-1] - path[0]
        expected = {
            "becomes more pleasant": valence > 0.4,
            "becomes less pleasant": valence < -0.4,
            "becomes more activated": arousal > 0.4,
            "becomes calmer": arousal < -0.4,
            "swings in pleasantness": np.ptp(path[:, 0]) > 0.4 and abs(valence) < 0.3,
            "stays the same": np.ptp(path, axis=0).max() < 0.3,
        }
        assert expected[doc.labels[0]], doc.labels
    counts = Counter(doc.labels[0] for doc in DERIVED["trajectory"])
    assert set(counts) == set(trajectory.LABELS)
    assert max(counts.values()) - min(counts.values()) <= 1


# Published shares


def test_published_shares_are_bayes_rule_over_normals() -> None:
    for doc in DERIVED["published"][::40]:
        point = np.array([doc.valence, doc.arousal])
        density = norm(prototypes(BASIC), spreads(BASIC)).pdf(point).prod(axis=1)
        assert published.shares(doc) == pytest.approx(density / density.sum())


# Words


def test_words_are_rows_of_one_label() -> None:
    assert all(doc.statement == doc.labels[0] for doc in DERIVED["word"])
    made = derivation("word").make([row(0, 0.1, 0.2, ["calm", "glad"]), row(1, 0.1, 0.2, ["calm"])])
    assert [one.statement for one in made.items] == ["calm"]
    assert made.excluded == {"not_one_word": 1}
