"""Ceilings of questions without a fixed label set, against brute force on look-alikes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from harness import docs, features
from harness.ceilings import ceiling_answers
from harness.cli import main
from harness.docs import EVALUATED, Doc, Question, split
from harness.kinds import Kind
from harness.record import read_run
from tests import making
from va_extractor.dataset import write_split
from va_extractor.norms import norms
from va_extractor.prototypes import spreads

TERMS = ("happy", "angry", "bored")
OPTIONS = Path(__file__).resolve().parents[2] / "tasks" / "norms" / "options.csv"


@pytest.fixture(autouse=True)
def _read_again() -> None:
    docs.split.cache_clear()
    features.load.cache_clear()


def write(root: Path, name: str, rows: int, **columns: Sequence[Any]) -> None:
    table = making.features(rows, item_id=[f"{name}{row}" for row in range(rows)], **columns)
    write_split(table, making.PROVENANCE, root, name)


def described(root: Path, rows: int, *names: str, clusters: int = 5) -> list[Doc]:
    """Write items with a reference of their own and return the evaluated ones as documents."""
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
    return split(Question(Kind.DESCRIPTION, str(root), "emotic"), EVALUATED).docs


def nearest(doc: Doc, others: Sequence[Doc]) -> str:
    distance = [(doc["valence"] - one["valence"]) ** 2 + (doc["arousal"] - one["arousal"]) ** 2 for one in others]
    return others[int(np.argmin(distance))]["references"][0]


def test_a_description_is_retrieved_from_the_nearest_item_of_another_cluster(tmp_path: Path) -> None:
    asked = described(tmp_path, 40, "test")
    answers = ceiling_answers(asked, by_likelihood=False)["retrieval"]
    for doc, answer in zip(asked, answers, strict=True):
        assert answer.text == nearest(doc, [one for one in asked if one["cluster_id"] != doc["cluster_id"]])


def test_a_description_is_retrieved_from_the_train_split_where_there_is_one(tmp_path: Path) -> None:
    asked = described(tmp_path, 40, "train", "test")
    train = split(Question(Kind.DESCRIPTION, str(tmp_path), "emotic"), "train").docs
    answers = ceiling_answers(asked[:7], by_likelihood=False)["retrieval"]
    assert [answer.text for answer in answers] == [nearest(doc, train) for doc in asked[:7]]


def test_one_cluster_has_nothing_to_retrieve_from(tmp_path: Path) -> None:
    assert ceiling_answers(described(tmp_path, 4, "test", clusters=1), by_likelihood=False) == {}


def chosen(root: Path, labels: Sequence[str], clusters: Sequence[str], points: np.ndarray) -> list[Doc]:
    """Write items that each carry one of three terms and return them as documents that offer all three."""
    offered = root / "options.csv"
    rows = "".join(f"{term},{','.join(TERMS)}\n" for term in TERMS)
    offered.write_text("term,option_1,option_2,option_3\n" + rows)
    write(
        root,
        "test",
        len(labels),
        cluster_id=list(clusters),
        valence=points[:, 0].tolist(),
        arousal=points[:, 1].tolist(),
        labels=[[label] for label in labels],
    )
    return split(Question(Kind.CHOICE, str(root), "emotic", options=offered), EVALUATED).docs


def test_choices_are_answered_by_the_mean_of_each_options_items_in_other_clusters(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    labels, clusters = [TERMS[row % 2] for row in range(30)], [f"c{row // 3}" for row in range(30)]
    points = np.clip(rng.normal(0, 0.4, (30, 2)), -1, 1)
    asked = chosen(tmp_path, labels, clusters, points)
    scores = [answer.loglikelihoods for answer in ceiling_answers(asked, by_likelihood=True)["nearest_mean"]]
    texts = [answer.text for answer in ceiling_answers(asked, by_likelihood=False)["nearest_mean"]]
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
    asked = chosen(tmp_path, TERMS, ["a", "b", "c"], np.zeros((3, 2)))
    assert set(ceiling_answers(asked, by_likelihood=True)) == {"gaussian"}


def test_choices_have_the_likelihood_of_published_figures(tmp_path: Path) -> None:
    point = np.array([[0.3, -0.2]])
    [answer] = ceiling_answers(chosen(tmp_path, ["happy"], ["a"], point), by_likelihood=True)["gaussian"]
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
    same = record.tasks["emotic_describe"].metrics["same_quadrant"]
    assert same.ceilings["retrieval"] is not None
    assert same.position is not None
    values = {name: same.baselines.get(name, same.ceilings.get(name)) or 0 for name in ("prototype", "retrieval")}
    assert values[same.position.ceiling] == max(values.values())
    brier = record.tasks["norms_term_mc"].metrics["brier"]
    assert brier.position is not None
    assert brier.position.ceiling == "gaussian"  # which beats the prototypes' made-up confidence
    assert brier.position.value == pytest.approx(1)
    assert main(["rescore", str(folder)]) == 0
    path = folder / "samples" / "emotic_describe.jsonl"
    text = path.read_text()
    path.write_text(
        text.replace('"ceiling_scores":{"retrieval":{"cosine":', '"ceiling_scores":{"retrieval":{"cosine":-', 1)
    )
    assert main(["rescore", str(folder)]) == 1
