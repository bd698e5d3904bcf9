"""Baselines against scipy, scikit-learn and counting, and the controls that prove the scoring."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from lm_eval.api.instance import Instance
from scipy import stats
from scipy.spatial.distance import cdist
from sklearn.neighbors import KNeighborsClassifier

from harness.kinds.derive import quadrant
from harness.kinds.reading import read
from harness.models.baseline import BaselineLM
from harness.record import Answer
from harness.record.kinds import Kind
from harness.scoring.baselines.answers import STANDING, answer_texts, choice_scores
from harness.scoring.baselines.names import BASELINES, check_answers
from harness.scoring.baselines.scores import NEIGHBOURS
from harness.tasks.catalogue import TASKS
from harness.tasks.documents import Doc, Question, fitted_on, item_of, split
from harness.tasks.features import SHIPPED
from tests.making import PROVENANCE, features
from va_extractor.common.errors import InputError
from va_extractor.dataset import write_split
from va_extractor.emotions.labels import BASIC, EMOTIC
from va_extractor.emotions.norms import norms
from va_extractor.emotions.prototypes import prototypes, spreads

QUESTIONS = {
    Kind.SINGLE_LABEL: Question(Kind.SINGLE_LABEL, SHIPPED, "iimi", BASIC),
    Kind.CHOICE: Question(Kind.CHOICE, SHIPPED, "norms", options=TASKS / "norms" / "options.csv"),
    Kind.MULTI_LABEL: Question(Kind.MULTI_LABEL, SHIPPED, "emotic", EMOTIC),
    Kind.RANKING: Question(Kind.RANKING, SHIPPED, "emotic", EMOTIC, by_index=True),
    Kind.DESCRIPTION: Question(Kind.DESCRIPTION, SHIPPED, "emotic"),
    Kind.CONFIDENCE: Question(Kind.CONFIDENCE, SHIPPED, "iimi", BASIC),
    Kind.CONFLICT: Question(Kind.CONFLICT, SHIPPED, "norms", quadrant.LABELS, derive="conflict"),
    Kind.DISTRIBUTION: Question(Kind.DISTRIBUTION, SHIPPED, "emotic", EMOTIC),
    Kind.COORDINATES: Question(Kind.COORDINATES, SHIPPED, "norms", derive="word"),
    Kind.WORDS: Question(Kind.WORDS, SHIPPED, "emotic"),
    Kind.CHANGE: Question(Kind.CHANGE, SHIPPED, "norms", derive="trajectory"),
}
PAIRS = [(name, kind) for name, info in BASELINES.items() for kind in sorted(info.kinds)]


def docs(kind: Kind, name: str = "test", count: int = 60) -> list[Doc]:
    found = split(QUESTIONS[kind], name).docs
    return found[:: max(1, len(found) // count)]


def points(of: list[Doc]) -> np.ndarray:
    return np.array([(doc["valence"], doc["arousal"]) for doc in of])


def truth(of: list[Doc]) -> np.ndarray:
    return np.array([doc["labels"][0] for doc in of])


def common(kind: Kind) -> list[str]:
    """Return the labels of the train split, from the commonest."""
    counted = Counter(label for doc in split(QUESTIONS[kind], "train").docs for label in doc["labels"])
    return [label for label, _ in counted.most_common()]


@pytest.mark.parametrize(("name", "kind"), PAIRS)
def test_every_baseline_answers_in_the_form_that_is_read(name: str, kind: Kind) -> None:
    asked = docs(kind, count=8)
    if kind is not Kind.RANKING:
        for doc, text in zip(asked, answer_texts(name, asked), strict=True):
            assert read(kind, item_of(doc), Answer(text=text)).status == "ok"
    if kind in (Kind.SINGLE_LABEL, Kind.CHOICE, Kind.RANKING):
        for doc, row in zip(asked, choice_scores(name, asked), strict=True):
            assert np.isfinite(row).all()
            assert len(row) == len(doc["choices"])


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name, kind in PAIRS if name != "oracle"])
def test_no_baseline_sees_the_answer(name: str, kind: Kind) -> None:
    asked = docs(kind, count=8)
    blind = [Doc(**{**doc, "labels": [], "references": [], "target": "?"}) for doc in asked]
    if kind is not Kind.RANKING:
        assert answer_texts(name, blind) == answer_texts(name, asked)
    if kind in (Kind.SINGLE_LABEL, Kind.RANKING):
        assert choice_scores(name, blind) == choice_scores(name, asked)


@pytest.mark.parametrize("kind", STANDING)
def test_majority_and_prototype_stand_beside_every_score(kind: Kind) -> None:
    assert {"majority", "prototype"} <= set(STANDING[kind])
    for name in STANDING[kind]:
        check_answers(name, kind, "t")


# Controls


@pytest.mark.parametrize("kind", [Kind.SINGLE_LABEL, Kind.CHOICE, Kind.MULTI_LABEL])
def test_the_oracle_is_always_right(kind: Kind) -> None:
    asked = docs(kind)
    for doc, text in zip(asked, answer_texts("oracle", asked), strict=True):
        assert set(read(kind, item_of(doc), Answer(text=text)).labels) == set(doc["labels"])


def test_the_oracle_ranks_true_labels_first_and_quotes_references() -> None:
    for doc, row in zip(docs(Kind.RANKING), choice_scores("oracle", docs(Kind.RANKING)), strict=True):
        by_label = dict(zip(doc["choices"], row, strict=True))
        assert min(by_label[label] for label in doc["labels"]) > max(
            score for label, score in by_label.items() if label not in doc["labels"]
        )
    described = docs(Kind.DESCRIPTION)
    assert answer_texts("oracle", described) == [doc["references"][0] for doc in described]


def test_uniform_answers_are_uniform_and_each_items_own() -> None:
    asked = list(split(QUESTIONS[Kind.SINGLE_LABEL], "test").docs)
    said = answer_texts("uniform", asked)
    assert stats.chisquare(list(Counter(said).values())).pvalue > 1e-3
    assert len(set(said)) == 7
    assert answer_texts("uniform", asked[5:9]) == said[5:9]
    sizes = [len(json.loads(text)) for text in answer_texts("uniform", docs(Kind.MULTI_LABEL, count=400))]
    assert np.mean(sizes) == pytest.approx(13, abs=0.6)


# Rules


def test_prototype_is_the_nearest_published_mean() -> None:
    asked = docs(Kind.SINGLE_LABEL)
    nearest = cdist(points(asked), prototypes(BASIC)).argmin(axis=1)
    assert answer_texts("prototype", asked) == [BASIC[index] for index in nearest]
    ranked = docs(Kind.RANKING)
    assert np.allclose(choice_scores("prototype", ranked), -cdist(points(ranked), prototypes(EMOTIC)))
    for doc, text in zip(docs(Kind.MULTI_LABEL), answer_texts("prototype", docs(Kind.MULTI_LABEL)), strict=True):
        nearest = cdist(points([doc]), prototypes(EMOTIC))[0].argsort(kind="stable")[:5]
        distances = cdist(points([doc]), prototypes(EMOTIC))[0]
        assert sorted(distances[EMOTIC.index(label)] for label in json.loads(text)) == pytest.approx(
            sorted(distances[nearest])
        )


def test_prototype_solves_the_terms_whose_figures_no_option_shares() -> None:
    asked = docs(Kind.CHOICE, count=142)
    assert answer_texts("prototype", asked) == [doc["labels"][0] for doc in asked]


def test_prototype_describes_by_the_nearest_of_all_terms() -> None:
    asked = docs(Kind.DESCRIPTION)
    figures = np.array([(norm.valence, norm.arousal) for norm in norms().values()])
    nearest = cdist(points(asked), figures).argmin(axis=1)
    for text, index in zip(answer_texts("prototype", asked), nearest, strict=True):
        assert list(norms())[index] in text


def test_gaussian_is_the_likelihood_under_published_means_and_spreads() -> None:
    asked = docs(Kind.SINGLE_LABEL)
    normal = stats.norm(prototypes(BASIC)[None], spreads(BASIC)[None])
    expected = normal.logpdf(points(asked)[:, None, :]).sum(axis=2)
    found = np.array(choice_scores("gaussian", asked))
    assert np.allclose(found - found[:, :1], expected - expected[:, :1])


def test_majority_and_top5_are_the_commonest_of_the_train_split() -> None:
    first = common(Kind.SINGLE_LABEL)
    assert set(answer_texts("majority", docs(Kind.SINGLE_LABEL))) <= set(first)
    order = common(Kind.MULTI_LABEL)
    for text in answer_texts("majority", docs(Kind.MULTI_LABEL)):
        assert json.loads(text) == order[:1]
    for text in answer_texts("top5", docs(Kind.MULTI_LABEL)):
        assert set(json.loads(text)) == set(order[:5])
    assert {json.dumps(list(EMOTIC))} == set(answer_texts("all", docs(Kind.MULTI_LABEL)))


def test_knn_is_the_vote_of_sklearns_neighbours() -> None:
    train, asked = split(QUESTIONS[Kind.SINGLE_LABEL], "train").docs, docs(Kind.SINGLE_LABEL)
    peer = KNeighborsClassifier(n_neighbors=NEIGHBOURS).fit(points(train), truth(train))
    votes = peer.predict_proba(points(asked))
    said = [peer.classes_.tolist().index(label) for label in answer_texts("knn", asked)]
    assert [votes[row, index] for row, index in enumerate(said)] == pytest.approx(votes.max(axis=1).tolist())


@pytest.mark.parametrize("name", ["knn", "logistic", "gaussian", "prototype"])
def test_what_knows_the_plane_beats_the_majority(name: str) -> None:
    asked = list(split(QUESTIONS[Kind.SINGLE_LABEL], "test").docs)
    gold = truth(asked)
    assert np.mean(np.array(answer_texts(name, asked)) == gold) > 2 / 7


def test_logistic_learns_a_curved_border(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for name in ("train", "test"):
        drawn = rng.uniform(-1, 1, (300, 2))
        inside = np.linalg.norm(drawn, axis=1) < 0.7
        table = features(
            300,
            item_id=[f"{name}{row}" for row in range(300)],
            valence=drawn[:, 0].tolist(),
            arousal=drawn[:, 1].tolist(),
            labels=[["neutral"] if near else ["surprise"] for near in inside],
        )
        write_split(table, PROVENANCE, tmp_path, name)
    question = Question(Kind.SINGLE_LABEL, str(tmp_path), "emotic", BASIC)
    asked = list(split(question, "test").docs)
    assert np.mean(np.array(answer_texts("logistic", asked)) == truth(asked)) > 0.9


# What cannot be done


@pytest.mark.parametrize("name", ["knn", "logistic"])
def test_what_learns_needs_a_train_split(tmp_path: Path, name: str) -> None:
    write_split(features(4, labels=[["anger"]] * 4), PROVENANCE, tmp_path, "test")
    question = Question(Kind.SINGLE_LABEL, str(tmp_path), "emotic", BASIC)
    assert fitted_on(question) == "test"
    with pytest.raises(InputError, match=r"source 'emotic' has no train split"):
        answer_texts(name, split(question, "test").docs)


@pytest.mark.parametrize(("name", "kind"), [("top5", Kind.CHOICE), ("all", Kind.DESCRIPTION), ("knn", Kind.CHOICE)])
def test_a_baseline_that_does_not_fit_a_task_says_what_it_answers(name: str, kind: Kind) -> None:
    with pytest.raises(InputError, match=rf"baseline:{name}: cannot answer task t, which is {kind}; it answers \w+"):
        check_answers(name, kind, "t")


# As lm-eval models


def requests(kind: Kind, form: str, task: str, count: int) -> list[Instance]:
    made = []
    for number, doc in enumerate(docs(kind)[:count]):
        choices = doc["choices"] if form == "loglikelihood" else [""]
        made += [
            Instance(form, doc, ("prompt", choice), index, metadata=(task, number, 1))
            for index, choice in enumerate(choices)
        ]
    return made


def test_requests_of_several_tasks_are_answered_in_their_order() -> None:
    lm = BaselineLM("prototype")
    basic, described = (
        requests(kind, "generate_until", kind.value, 4) for kind in (Kind.SINGLE_LABEL, Kind.DESCRIPTION)
    )
    mixed = [one for pair in zip(basic, described, strict=True) for one in pair]
    expected = [text for pair in zip(
        answer_texts("prototype", docs(Kind.SINGLE_LABEL)[:4]),
        answer_texts("prototype", docs(Kind.DESCRIPTION)[:4]), strict=True) for text in pair]  # fmt: skip
    assert lm.generate_until(mixed) == expected


def test_loglikelihoods_go_to_their_choice_and_the_highest_is_greedy() -> None:
    asked = requests(Kind.SINGLE_LABEL, "loglikelihood", "t", 3)
    order = np.random.default_rng(0).permutation(len(asked))
    answers = BaselineLM("gaussian").loglikelihood([asked[index] for index in order])
    expected = choice_scores("gaussian", docs(Kind.SINGLE_LABEL)[:3])
    for index, (score, greedy) in zip(order, answers, strict=True):
        row = expected[index // 7]
        assert score == pytest.approx(row[index % 7])
        assert greedy == (row[index % 7] == max(row))


def test_a_baseline_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="did you mean prototype"):
        BaselineLM("prototyp")
    with pytest.raises(InputError, match="no rolling"):
        BaselineLM("uniform").loglikelihood_rolling([])
