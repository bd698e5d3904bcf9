"""Ceilings of questions without a fixed label set, against brute force on look-alikes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from harness.cli import main
from harness.kinds import get
from harness.record import Item
from harness.record.folder import read_run
from harness.scoring.ceilings.answers import ceiling_answers
from harness.scoring.ceilings.labels import label_scores, row_labels
from harness.tasks import documents as docs
from harness.tasks import features
from harness.tasks.documents import EVALUATED, Question, split
from harness.text.emotion_words import wheel_f1
from tests import making
from va_extractor.dataset import write_split
from va_extractor.emotions.prototypes import norms, spreads

Asked = tuple[Question, list[Item]]
TERMS = ("happy", "angry", "bored")
OPTIONS = Path(__file__).resolve().parents[4] / "tasks" / "norms" / "options.csv"


def _read_afresh() -> None:
    for known in (docs.split, features.load, label_scores, row_labels):
        known.cache_clear()


@pytest.fixture(autouse=True)
def _read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    _read_afresh()


def write(root: Path, name: str, rows: int, **columns: Sequence[Any]) -> None:
    table = making.features(rows, item_id=[f"{name}{row}" for row in range(rows)], **columns)
    write_split(table, making.PROVENANCE, root, name)


def plane(docs: Sequence[Item]) -> np.ndarray:
    return np.array([(doc.valence, doc.arousal) for doc in docs])


def evaluated(question: Question) -> Asked:
    return question, split(question, EVALUATED).items


def described(root: Path, rows: int, *names: str, clusters: int = 5) -> Asked:
    """Write items with a reference of their own and return the evaluated ones."""
    for name in names:
        rng = np.random.default_rng(len(name))
        write(
            root,
            name,
            rows,
            cluster_id=[f"{name}{row % clusters}" for row in range(rows)],
            valence=rng.uniform(-1, 1, rows).tolist(),
            arousal=rng.uniform(-1, 1, rows).tolist(),
            references=[[f"{name} {row}", "another"] for row in range(rows)],
            reference_kind=["human"] * rows,
        )
    return evaluated(Question(get("description"), str(root), "emotic"))


def nearest(doc: Item, others: Sequence[Item]) -> str:
    distance = [(doc.valence - one.valence) ** 2 + (doc.arousal - one.arousal) ** 2 for one in others]
    return others[int(np.argmin(distance))].references[0]


def test_a_description_is_retrieved_from_the_nearest_item_of_another_cluster(tmp_path: Path) -> None:
    question, asked = described(tmp_path, 40, "test")
    answers = ceiling_answers(question, asked, by_likelihood=False)["retrieval"]
    for doc, answer in zip(asked, answers, strict=True):
        assert answer.text == nearest(doc, [one for one in asked if one.cluster_id != doc.cluster_id])


def test_a_description_is_retrieved_from_the_train_split_where_there_is_one(tmp_path: Path) -> None:
    question, asked = described(tmp_path, 40, "train", "test")
    train = split(Question(get("description"), str(tmp_path), "emotic"), "train").items
    answers = ceiling_answers(question, asked[:7], by_likelihood=False)["retrieval"]
    assert [answer.text for answer in answers] == [nearest(doc, train) for doc in asked[:7]]


def test_one_cluster_has_nothing_to_retrieve_from(tmp_path: Path) -> None:
    assert set(ceiling_answers(*described(tmp_path, 4, "test", clusters=1), by_likelihood=False)) == {
        "gaussian",
        "terms",
    }


def test_the_words_of_near_items_are_learned_from_other_clusters(tmp_path: Path) -> None:
    labels = ["Happiness", "Sadness"] * 40
    points = np.array([[0.5, 0.5], [-0.5, -0.5]] * 40)
    write_labelled(tmp_path, labels, [f"c{row // 2}" for row in range(80)], points)
    for kind in ("words", "description"):
        question, asked = evaluated(Question(get(kind), str(tmp_path), "emotic"))
        said = [answer.text or "" for answer in ceiling_answers(question, asked, by_likelihood=False)["neighbourhood"]]
        assert wheel_f1(said, [doc.labels for doc in asked], 1) == pytest.approx(1.0)


def test_a_description_names_the_label_that_a_fit_to_the_train_split_finds_likeliest(tmp_path: Path) -> None:
    question, asked = described(tmp_path, 80, "train", "test")
    train = split(Question(get("description"), str(tmp_path), "emotic"), "train").items
    names = sorted({label for doc in train for label in doc.labels})
    cubic = make_pipeline(PolynomialFeatures(3), StandardScaler(), LogisticRegression(max_iter=1000))
    likely = np.stack(
        [
            cubic.fit(plane(train), [name in doc.labels for doc in train]).predict_proba(plane(asked[:9]))[:, 1]
            for name in names
        ]
    )
    said = [answer.text for answer in ceiling_answers(question, asked[:9], by_likelihood=False)["logistic"]]
    assert said == [f"The person's emotional state can be called {names[best].lower()}." for best in likely.argmax(0)]


def write_labelled(root: Path, labels: Sequence[str], clusters: Sequence[str], points: np.ndarray) -> None:
    """Write items that each carry one label."""
    write(
        root,
        "test",
        len(labels),
        cluster_id=list(clusters),
        valence=points[:, 0].tolist(),
        arousal=points[:, 1].tolist(),
        labels=[[label] for label in labels],
    )


def chosen(root: Path, labels: Sequence[str], clusters: Sequence[str], points: np.ndarray) -> Asked:
    """Write items that each carry one of three terms and return them, each offering all three."""
    offered = root / "options.csv"
    rows = "".join(f"{term},{','.join(TERMS)}\n" for term in TERMS)
    offered.write_text("term,option_1,option_2,option_3\n" + rows)
    write_labelled(root, labels, clusters, points)
    return evaluated(Question(get("choice"), str(root), "emotic", options=offered))


def test_choices_are_answered_by_the_mean_of_each_options_items_in_other_clusters(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    labels, clusters = [TERMS[row % 2] for row in range(30)], [f"c{row // 3}" for row in range(30)]
    points = np.clip(rng.normal(0, 0.4, (30, 2)), -1, 1)
    question, asked = chosen(tmp_path, labels, clusters, points)
    scores = [answer.loglikelihoods for answer in ceiling_answers(question, asked, by_likelihood=True)["nearest_mean"]]
    texts = [answer.text for answer in ceiling_answers(question, asked, by_likelihood=False)["nearest_mean"]]
    for row, (found, text) in enumerate(zip(scores, texts, strict=True)):
        others = [other for other in range(30) if clusters[other] != clusters[row]]
        expected = []
        for term in TERMS:
            members = points[[other for other in others if labels[other] == term]]
            if len(members):
                expected.append(-np.linalg.norm(members.mean(axis=0) - points[row]))
            else:  # nobody carries it: as far as others are on average
                expected.append(-np.linalg.norm(points[others] - points[row], axis=1).mean())
        assert found == pytest.approx(expected, abs=1e-6)
        assert text == TERMS[int(np.argmax(expected))]


def test_where_each_label_stands_in_one_cluster_nothing_is_learned_of_it(tmp_path: Path) -> None:
    question, asked = chosen(tmp_path, TERMS, ["a", "b", "c"], np.zeros((3, 2)))
    assert set(ceiling_answers(question, asked, by_likelihood=True)) == {"gaussian", "lookup"}


def test_options_are_scored_as_labels_are_and_looked_up_among_items_with_the_same_options(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    points = np.clip(rng.normal(0, 0.4, (60, 2)), -1, 1)
    points[10:15] = points[10]
    labels = [TERMS[int(point[0] > 0) + (point[1] > 0.3)] for point in points]
    labels[10:15] = ["happy", "angry", "angry", "bored", "angry"]
    question, asked = chosen(tmp_path, labels, [f"c{row // 2}" for row in range(60)], points)
    found = ceiling_answers(question, asked, by_likelihood=True)
    assert {"knn", "logistic", "boosting", "nearest_mean"} <= set(found)
    assert np.exp(found["lookup"][12].loglikelihoods or ()) == pytest.approx([0.2, 0.6, 0.2], abs=1e-5)
    by_label = label_scores(Question(get("ranking"), str(tmp_path), "emotic", tuple(sorted(TERMS))))["knn"]
    order = [sorted(TERMS).index(term) for term in TERMS]
    assert [one.loglikelihoods for one in found["knn"]] == [tuple(row[order]) for row in by_label]


def stated(root: Path, labels: Sequence[str], clusters: Sequence[str], points: np.ndarray) -> Asked:
    """Write items that each carry one category and return the statements made of them."""
    write_labelled(root, labels, clusters, points)
    return evaluated(Question(get("single_label"), str(root), "emotic", ("true", "false"), derive="judge"))


def test_a_statement_is_found_true_where_its_label_is_likelier_than_for_the_average_item(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    points = rng.uniform(-1, 1, (200, 2))
    labels = [("Anger", "Excitement", "Sadness", "Peace")[2 * (a < 0) + (v > 0)] for v, a in points]
    question, asked = stated(tmp_path, labels, [f"c{row}" for row in range(200)], points)
    names = ("Anger", "Excitement", "Peace", "Sadness")
    by_row = np.exp(label_scores(Question(get("ranking"), str(tmp_path), "emotic", names))["logistic"])
    answers = ceiling_answers(question, asked[:50], by_likelihood=True)
    for doc, answer in zip(asked[:50], answers["logistic"], strict=True):
        column = by_row[:, names.index(str(doc.statement))]
        odds = column[int(doc.item_id.removeprefix("test"))] / column.mean()
        true, false = np.exp(answer.loglikelihoods or ())
        assert true / false == pytest.approx(odds, rel=1e-4)
    said = ceiling_answers(question, asked, by_likelihood=False)
    simple = {"gaussian", "knn", "logistic", "boosting", "valence_side", "quadrant"}
    assert set(said) == simple | {f"{name}_balanced" for name in simple} | {"lookup"}
    for name in ("knn", "logistic", "lookup"):
        right = [answer.text == doc.labels[0] for doc, answer in zip(asked, said[name], strict=True)]
        assert np.mean(right) > 0.9


@pytest.mark.parametrize("kind", ["single_label", "choice", "description", "words", "judge"])
def test_clusters_that_va_gives_away_help_nobody_who_learns(tmp_path: Path, kind: str) -> None:
    """Items of a cluster lie at one point and carry one random label: who learned from the own cluster knows it."""
    rng = np.random.default_rng(5)
    names = ("Anger", "Excitement", "Peace", "Sadness")
    drawn = rng.integers(0, 4, 80)
    labels = [names[drawn[row // 4]] for row in range(320)]
    points = np.repeat(rng.uniform(-1, 1, (80, 2)).round(2), 4, axis=0)
    clusters = [f"c{row // 4}" for row in range(320)]
    question, asked = stated(tmp_path, labels, clusters, points)
    if kind != "judge":
        offered = tmp_path / "options.csv"
        offered.write_text("term,option_1,option_2,option_3,option_4\n")
        with offered.open("a") as file:
            file.writelines(f"{name},{','.join(names)}\n" for name in names)
        write(
            tmp_path,
            "test",
            320,
            cluster_id=clusters,
            valence=points[:, 0].tolist(),
            arousal=points[:, 1].tolist(),
            labels=[[label] for label in labels],
            references=[[f"One sees {label.lower()}."] for label in labels],
            reference_kind=["human"] * 320,
        )
        _read_afresh()
        fixed = names if kind == "single_label" else ()
        options = offered if kind == "choice" else None
        question, asked = evaluated(Question(get(kind), str(tmp_path), "emotic", fixed, options))
    learners = {"knn", "logistic", "boosting", "nearest_mean", "retrieval"}
    chance = 0.5 if kind == "judge" else 0.25
    found = ceiling_answers(question, asked, by_likelihood=False)
    assert {"knn", "logistic", "boosting"} <= set(found)
    for name, answers in found.items():
        told = [_first(answer.text or "") == doc.labels[0].lower() for doc, answer in zip(asked, answers, strict=True)]
        if name.split("_best_")[0] in learners:
            assert np.mean(told) < chance + 0.15, name
    if "lookup" in found and kind != "words":
        told = [answer.text == doc.labels[0] for doc, answer in zip(asked, found["lookup"], strict=True)]
        assert np.mean(told) > 0.95


def _first(text: str) -> str:
    """Return the label that a text names first."""
    return re.sub(r"^(The person's emotional state can be called|One sees) ", "", text).split(",")[0].strip(".").lower()


def test_choices_have_the_likelihood_of_published_figures(tmp_path: Path) -> None:
    point = np.array([[0.3, -0.2]])
    [answer] = ceiling_answers(*chosen(tmp_path, ["happy"], ["a"], point), by_likelihood=True)["gaussian"]
    known, sds = norms(), spreads(TERMS)
    for place, term in enumerate(TERMS):
        mean = (known[term].valence, known[term].arousal)
        expected = np.sum(stats.norm.logpdf(point[0], mean, sds[place])) + np.log(2 * np.pi)
        assert answer.loglikelihoods is not None
        assert answer.loglikelihoods[place] == pytest.approx(expected, abs=1e-6)


def test_a_run_places_descriptions_and_choices_and_rescores_from_samples_alone(tmp_path: Path) -> None:
    tasks = "emotic_describe,norms_term_mc"
    arguments = ["--model", "baseline:gaussian", "--tasks", tasks, "--limit", "25", "--output_path", str(tmp_path)]
    assert main(arguments) == 0
    folder = next(tmp_path.rglob("run.json")).parent
    record = read_run(folder)
    read = record.tasks["emotic_describe"].metrics["va_ccc"]
    assert read.ceilings["retrieval"] is not None
    assert read.normalized_score is not None
    assert read.normalized_score.ceiling == "terms"
    assert read.baselines["majority"] == pytest.approx(0)
    brier = record.tasks["norms_term_mc"].metrics["brier"]
    assert brier.normalized_score is not None
    assert brier.normalized_score.ceiling == "gaussian"  # which beats the prototypes' made-up confidence
    assert brier.normalized_score.value == pytest.approx(1)
    assert main(["rescore", str(folder)]) == 0
    stored = (folder / "run.json").read_text(encoding="utf-8")
    (folder / "run.json").write_text(stored.replace('"version": "2.0"', '"version": "1.0"'), encoding="utf-8")
    assert main(["rescore", str(folder)]) == 1
