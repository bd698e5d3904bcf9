"""Baselines against scipy, scikit-learn and counting, and the controls that prove the scoring."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from lm_eval.api.instance import Instance
from scipy import stats
from scipy.spatial.distance import cdist
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid

from harness.kinds import Kind, all_kinds, get
from harness.kinds.derive import quadrant
from harness.kinds.reading import read
from harness.models.baseline import BaselineLM
from harness.record import Answer, Item
from harness.scoring.baselines.answers import Baseline
from harness.scoring.baselines.names import check_answers
from harness.scoring.baselines.scores import NEIGHBOURS
from harness.tasks.catalogue import TASKS
from harness.tasks.documents import Question, document, fitted_on, split
from harness.tasks.features import SHIPPED
from tests.making import PROVENANCE, features
from va_extractor.common.errors import InputError
from va_extractor.dataset import write_split
from va_extractor.emotions.labels import BASIC, EMOTIC
from va_extractor.emotions.prototypes import norms, prototypes, spreads

QUESTIONS = {
    get("single_label"): Question(get("single_label"), SHIPPED, "iimi", BASIC),
    get("choice"): Question(get("choice"), SHIPPED, "norms", options=TASKS / "norms" / "options.csv"),
    get("multi_label"): Question(get("multi_label"), SHIPPED, "emotic", EMOTIC),
    get("ranking"): Question(get("ranking"), SHIPPED, "emotic", EMOTIC, by_index=True),
    get("description"): Question(get("description"), SHIPPED, "emotic"),
    get("confidence"): Question(get("confidence"), SHIPPED, "iimi", BASIC),
    get("conflict"): Question(get("conflict"), SHIPPED, "norms", quadrant.LABELS, derive="conflict"),
    get("distribution"): Question(get("distribution"), SHIPPED, "emotic", EMOTIC),
    get("coordinates"): Question(get("coordinates"), SHIPPED, "norms", derive="word"),
    get("words"): Question(get("words"), SHIPPED, "emotic"),
    get("change"): Question(get("change"), SHIPPED, "norms", derive="trajectory"),
}
PAIRS = [(name, kind) for kind in all_kinds() for name in kind.answered_by]


def docs(kind: Kind, name: str = "test", count: int = 60) -> list[Item]:
    found = split(QUESTIONS[kind], name).items
    return found[:: max(1, len(found) // count)]


def texts(name: str, kind: Kind, asked: Sequence[Item]) -> list[str]:
    return Baseline(name, QUESTIONS[kind], asked).texts()


def scores(name: str, kind: Kind, asked: Sequence[Item]) -> list[list[float]]:
    return Baseline(name, QUESTIONS[kind], asked).scores()


def points(of: list[Item]) -> np.ndarray:
    return np.array([(doc.valence, doc.arousal) for doc in of])


def truth(of: list[Item]) -> np.ndarray:
    return np.array([doc.labels[0] for doc in of])


def common(kind: Kind) -> list[str]:
    """Return the labels of the train split, from the commonest."""
    counted = Counter(label for doc in split(QUESTIONS[kind], "train").items for label in doc.labels)
    return [label for label, _ in counted.most_common()]


@pytest.mark.parametrize(("name", "kind"), PAIRS)
def test_every_baseline_answers_in_the_form_that_is_read(name: str, kind: Kind) -> None:
    asked = docs(kind, count=8)
    if kind is not get("ranking"):
        for doc, text in zip(asked, texts(name, kind, asked), strict=True):
            assert read(kind, doc, Answer(text=text)).status == "ok"
    if kind in (get("single_label"), get("choice"), get("ranking")):
        for doc, row in zip(asked, scores(name, kind, asked), strict=True):
            assert np.isfinite(row).all()
            assert len(row) == len(doc.choices)


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name, kind in PAIRS if name != "oracle"])
def test_no_baseline_sees_the_answer(name: str, kind: Kind) -> None:
    asked = docs(kind, count=8)
    blind = [doc.model_copy(update={"labels": (), "references": ()}) for doc in asked]
    if kind is not get("ranking"):
        assert texts(name, kind, blind) == texts(name, kind, asked)
    if kind in (get("single_label"), get("ranking")):
        assert scores(name, kind, blind) == scores(name, kind, asked)


@pytest.mark.parametrize("kind", all_kinds())
def test_majority_and_prototype_stand_beside_every_score(kind: Kind) -> None:
    assert {"majority", "prototype"} <= set(kind.baselines)
    for name in kind.baselines:
        check_answers(name, kind, "t")


# Controls


@pytest.mark.parametrize("kind", [get("single_label"), get("choice"), get("multi_label")])
def test_the_oracle_is_always_right(kind: Kind) -> None:
    asked = docs(kind)
    for doc, text in zip(asked, texts("oracle", kind, asked), strict=True):
        assert set(read(kind, doc, Answer(text=text)).labels) == set(doc.labels)


def test_the_oracle_ranks_true_labels_first_and_quotes_references() -> None:
    for doc, row in zip(docs(get("ranking")), scores("oracle", get("ranking"), docs(get("ranking"))), strict=True):
        by_label = dict(zip(doc.choices, row, strict=True))
        assert min(by_label[label] for label in doc.labels) > max(
            score for label, score in by_label.items() if label not in doc.labels
        )
    described = docs(get("description"))
    assert texts("oracle", get("description"), described) == [doc.references[0] for doc in described]


def test_uniform_answers_are_uniform_and_each_items_own() -> None:
    asked = list(split(QUESTIONS[get("single_label")], "test").items)
    said = texts("uniform", get("single_label"), asked)
    assert stats.chisquare(list(Counter(said).values())).pvalue > 1e-3
    assert len(set(said)) == 7
    assert texts("uniform", get("single_label"), asked[5:9]) == said[5:9]
    sizes = [
        len(json.loads(text)) for text in texts("uniform", get("multi_label"), docs(get("multi_label"), count=400))
    ]
    assert np.mean(sizes) == pytest.approx(13, abs=0.6)


# Rules


def train_means(kind: Kind, labels: Sequence[str]) -> np.ndarray:
    train = split(QUESTIONS[kind], "train").items
    return np.array([points([one for one in train if label in one.labels]).mean(axis=0) for label in labels])


def test_prototype_is_the_nearest_train_mean() -> None:
    asked = docs(get("single_label"))
    train = split(QUESTIONS[get("single_label")], "train").items
    nearest = NearestCentroid().fit(points(train), [one.labels[0] for one in train])
    assert texts("prototype", get("single_label"), asked) == nearest.predict(points(asked)).tolist()
    ranked, means = docs(get("ranking")), train_means(get("ranking"), EMOTIC)
    assert np.allclose(scores("prototype", get("ranking"), ranked), -cdist(points(ranked), means))
    for doc, text in zip(
        docs(get("multi_label")), texts("prototype", get("multi_label"), docs(get("multi_label"))), strict=True
    ):
        distances = cdist(points([doc]), means)[0]
        nearest = distances.argsort(kind="stable")[:5]
        assert sorted(distances[EMOTIC.index(label)] for label in json.loads(text)) == pytest.approx(
            sorted(distances[nearest])
        )


def test_prototype_solves_the_terms_whose_figures_no_option_shares() -> None:
    asked = docs(get("choice"), count=142)
    assert texts("prototype", get("choice"), asked) == [doc.labels[0] for doc in asked]


def test_prototype_describes_by_the_nearest_of_all_terms() -> None:
    asked = docs(get("description"))
    figures = np.array([(norm.valence, norm.arousal) for norm in norms().values()])
    nearest = cdist(points(asked), figures).argmin(axis=1)
    for text, index in zip(texts("prototype", get("description"), asked), nearest, strict=True):
        assert list(norms())[index] in text


def test_gaussian_is_the_likelihood_under_published_means_and_spreads() -> None:
    asked = docs(get("single_label"))
    normal = stats.norm(prototypes(BASIC)[None], spreads(BASIC)[None])
    expected = normal.logpdf(points(asked)[:, None, :]).sum(axis=2)
    found = np.array(scores("gaussian", get("single_label"), asked))
    assert np.allclose(found - found[:, :1], expected - expected[:, :1])


def test_majority_and_top5_are_the_commonest_of_the_train_split() -> None:
    first = common(get("single_label"))
    assert set(texts("majority", get("single_label"), docs(get("single_label")))) <= set(first)
    order = common(get("multi_label"))
    for text in texts("majority", get("multi_label"), docs(get("multi_label"))):
        assert json.loads(text) == order[:1]
    for text in texts("top5", get("multi_label"), docs(get("multi_label"))):
        assert set(json.loads(text)) == set(order[:5])
    assert {json.dumps(list(EMOTIC))} == set(texts("all", get("multi_label"), docs(get("multi_label"))))


def test_knn_is_the_vote_of_sklearns_neighbours() -> None:
    train, asked = split(QUESTIONS[get("single_label")], "train").items, docs(get("single_label"))
    peer = KNeighborsClassifier(n_neighbors=NEIGHBOURS).fit(points(train), truth(train))
    votes = peer.predict_proba(points(asked))
    said = [peer.classes_.tolist().index(label) for label in texts("knn", get("single_label"), asked)]
    assert [votes[row, index] for row, index in enumerate(said)] == pytest.approx(votes.max(axis=1).tolist())


@pytest.mark.parametrize("name", ["knn", "logistic", "gaussian", "prototype"])
def test_what_knows_the_plane_beats_the_majority(name: str) -> None:
    asked = list(split(QUESTIONS[get("single_label")], "test").items)
    gold = truth(asked)
    assert np.mean(np.array(texts(name, get("single_label"), asked)) == gold) > 2 / 7


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
    question = Question(get("single_label"), str(tmp_path), "emotic", BASIC)
    asked = list(split(question, "test").items)
    assert np.mean(np.array(Baseline("logistic", question, asked).texts()) == truth(asked)) > 0.9


# What cannot be done


@pytest.mark.parametrize("name", ["knn", "logistic"])
def test_what_learns_needs_a_train_split(tmp_path: Path, name: str) -> None:
    write_split(features(4, labels=[["anger"]] * 4), PROVENANCE, tmp_path, "test")
    question = Question(get("single_label"), str(tmp_path), "emotic", BASIC)
    assert fitted_on(question) == "test"
    with pytest.raises(InputError) as error:
        Baseline(name, question, split(question, "test").items).texts()
    assert error.value.problem.code == "unsupported"


@pytest.mark.parametrize(
    ("name", "kind"), [("top5", get("choice")), ("all", get("description")), ("knn", get("choice"))]
)
def test_a_baseline_that_does_not_fit_a_task_says_what_it_answers(name: str, kind: Kind) -> None:
    with pytest.raises(InputError) as error:
        check_answers(name, kind, "t")
    assert (error.value.problem.code, error.value.problem.found) == ("unsupported", f"baseline:{name}")


# As lm-eval models


def requests(kind: Kind, form: str, task: str, count: int) -> list[Instance]:
    made = []
    for number, doc in enumerate(docs(kind)[:count]):
        choices = doc.choices if form == "loglikelihood" else [""]
        made += [
            Instance(form, document(QUESTIONS[kind], doc), ("prompt", choice), index, metadata=(task, number, 1))
            for index, choice in enumerate(choices)
        ]
    return made


def test_requests_of_several_tasks_are_answered_in_their_order() -> None:
    lm = BaselineLM("prototype")
    kinds = (get("single_label"), get("description"))
    one, other = (requests(kind, "generate_until", kind.name, 4) for kind in kinds)
    mixed = [request for pair in zip(one, other, strict=True) for request in pair]
    said = (texts("prototype", kind, docs(kind)[:4]) for kind in kinds)
    expected = [text for pair in zip(*said, strict=True) for text in pair]
    assert lm.generate_until(mixed) == expected


def test_loglikelihoods_go_to_their_choice_and_the_highest_is_greedy() -> None:
    asked = requests(get("single_label"), "loglikelihood", "t", 3)
    order = np.random.default_rng(0).permutation(len(asked))
    answers = BaselineLM("gaussian").loglikelihood([asked[index] for index in order])
    expected = scores("gaussian", get("single_label"), docs(get("single_label"))[:3])
    for index, (score, greedy) in zip(order, answers, strict=True):
        row = expected[index // 7]
        assert score == pytest.approx(row[index % 7])
        assert greedy == (row[index % 7] == max(row))


def test_a_baseline_that_is_none_is_refused() -> None:
    with pytest.raises(InputError) as error:
        BaselineLM("prototyp")
    assert (error.value.problem.code, error.value.problem.found) == ("unknown", "baseline:prototyp")
    with pytest.raises(InputError) as error:
        BaselineLM("uniform").loglikelihood_rolling([])
    assert error.value.problem.code == "unsupported"
