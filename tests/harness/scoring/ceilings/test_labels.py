"""Scores of labels from valence and arousal: what learns from whom, and which documents they belong to."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from harness.kinds import get
from harness.scoring.ceilings.labels import PREDICTORS, cross_fitted, label_scores, lookup, places, row_scores
from harness.tasks import documents as docs
from harness.tasks import features
from harness.tasks.documents import EVALUATED, Question, split
from tests import making
from va_extractor.dataset import write_split
from va_extractor.emotions.labels import EMOTIC

LEARN = ("knn", "logistic", "boosting")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield
    for known in (label_scores, docs.split, features.load):
        known.cache_clear()


def alike_by_cluster(clusters: int, size: int) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Return points that tell the cluster, labels drawn once for each, and the clusters' names."""
    rng = np.random.default_rng(3)
    points = np.repeat(rng.uniform(-1, 1, (clusters, 2)), size, axis=0) + rng.normal(0, 1e-4, (clusters * size, 2))
    truth = np.repeat(rng.random((clusters, 1)) < 0.5, size, axis=0)
    return points, truth, [f"c{row // size}" for row in range(clusters * size)]


@pytest.mark.parametrize("name", LEARN)
def test_an_item_is_never_answered_by_its_own_cluster(name: str) -> None:
    points, truth, clusters = alike_by_cluster(60, 10)
    told = []
    for groups in (clusters, [str(row) for row in range(len(clusters))]):
        scores = cross_fitted(PREDICTORS[name], ("a",), points, truth, groups)
        assert scores is not None
        held = truth[:, 0]
        told.append((scores[held][:, 0][:, None] > scores[~held][:, 0][None]).mean())
    assert abs(told[0] - 0.5) < 0.15  # the area under the ROC curve: chance
    assert told[1] > 0.6  # what the clusters, were they split, would give away


def test_one_cluster_leaves_nothing_to_learn_from() -> None:
    assert cross_fitted(PREDICTORS["knn"], ("a",), np.zeros((9, 2)), np.ones((9, 1), dtype=bool), ["only"] * 9) is None


def test_lookup_gives_the_shares_among_items_that_print_alike() -> None:
    points = np.array([[0.101, 0.5], [0.099, 0.5], [0.2, 0.5]])
    shares = np.exp(lookup(points, np.array([[True, False], [False, False], [True, True]])))
    assert shares == pytest.approx(np.array([[0.5, 0], [0.5, 0], [1, 1]]), abs=1e-6)


def test_scores_belong_to_the_documents_of_a_kind_that_leaves_items_out(tmp_path: Path) -> None:
    """A distribution is not asked of items without labels; a ranking of the same labels is."""
    labels = [[EMOTIC[row % 26]] if row % 3 else [] for row in range(60)]
    write_split(making.features(60, labels=labels), making.PROVENANCE, tmp_path, "test")
    for kind, count in ((get("multi_label"), 60), (get("distribution"), 40)):
        question = Question(kind, str(tmp_path), "emotic", EMOTIC)
        asked = split(question, EVALUATED).items
        found = label_scores(question)
        assert {scores.shape for scores in found.values()} == {(count, 26)}
        said = np.array(EMOTIC)[found["lookup"].argmax(axis=1)]
        assert all(one in doc.labels for one, doc in zip(said, asked, strict=True) if doc.labels)


def test_rows_are_found_again_whichever_documents_are_asked(tmp_path: Path) -> None:
    making.emotic_lookalike(tmp_path)
    described = Question(get("description"), str(tmp_path), "emotic")
    asked = split(described, EVALUATED).items[5:20]
    found = row_scores(described, asked)
    question = Question(get("ranking"), str(tmp_path), "emotic", found.labels)
    rows = split(question, EVALUATED).items
    assert [rows[place].item_id for place in found.rows] == [doc.item_id for doc in asked]
    assert places(question, rows[3:5]) == [3, 4]
    said = found.scores["lookup"][found.rows].argmax(axis=1)
    assert all(found.labels[place] in doc.labels for place, doc in zip(said, asked, strict=True))


def test_kinds_that_learn_from_other_items_share_no_scores(tmp_path: Path) -> None:
    some = [[EMOTIC[row % 4]] if row % 3 else [] for row in range(60)]
    write_split(making.features(60, labels=some), making.PROVENANCE, tmp_path, "train")
    write_split(making.features(9, labels=some[1:2] * 9), making.PROVENANCE, tmp_path, "test")
    ranking, shares = (
        Question(kind, str(tmp_path), "emotic", EMOTIC[:4]) for kind in (get("ranking"), get("distribution"))
    )
    alone = label_scores(shares)["knn"]
    shutil.rmtree(tmp_path / "cache")
    label_scores.cache_clear()
    assert (label_scores(ranking)["knn"] != label_scores(shares)["knn"]).any()
    assert (label_scores(shares)["knn"] == alone).all()
