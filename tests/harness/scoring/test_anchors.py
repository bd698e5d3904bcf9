"""Answers of baselines and ceilings: the same from the cache, from documents and from a finished run."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.kinds import Kind, get
from harness.record import Item
from harness.scoring import anchors as module
from harness.scoring.anchors import Anchors, anchors
from harness.scoring.ceilings import labels
from harness.tasks import documents, features
from harness.tasks.documents import EVALUATED, Question, split
from harness.tasks.features import SHIPPED
from tests import making
from va_extractor.emotions.labels import EMOTIC

OPTIONS = Path(__file__).resolve().parents[3] / "tasks" / "norms" / "options.csv"


def forget() -> None:
    for known in (labels.label_scores, labels.row_labels, documents.split, features.load):
        known.cache_clear()


@pytest.fixture(autouse=True)
def _afresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    forget()
    yield
    forget()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return making.emotic_lookalike(tmp_path / "features")


def question(root: Path, kind: Kind) -> Question:
    if kind is get("choice"):
        return Question(kind, SHIPPED, "norms", options=OPTIONS)
    fixed = EMOTIC if kind in (get("multi_label"), get("ranking")) else ()
    return Question(kind, str(root), "emotic", fixed)


def asked(root: Path, kind: Kind) -> list[Item]:
    return split(question(root, kind), EVALUATED).items


def found(root: Path, items: list[Item], kind: Kind) -> Anchors:
    by = making.toy_instruments() if kind is get("description") else None
    return anchors(question(root, kind), items, by_likelihood=kind in (get("ranking"), get("choice")), by=by)


@pytest.mark.parametrize("kind", [get("multi_label"), get("ranking"), get("description"), get("words"), get("choice")])
def test_nothing_is_computed_the_second_time(root: Path, monkeypatch: pytest.MonkeyPatch, kind: Kind) -> None:
    docs = asked(root, kind)
    first = found(root, docs, kind)
    assert tuple(first.baselines) == kind.baselines
    assert first.ceilings
    monkeypatch.setattr(module, "ceiling_answers", lambda *_, **__: pytest.fail("computed again"))
    assert found(root, docs, kind) == first
    for one in (*first.baselines.values(), *first.ceilings.values()):
        assert len(one.answers) == len(one.scores) == len(docs)
        assert all(bool(row) == (kind is get("description")) for row in one.scores)


def test_changed_features_are_computed_again(root: Path) -> None:
    first = found(root, asked(root, get("description")), get("description")).ceilings["retrieval"].answers
    shutil.rmtree(root / "emotic")
    making.emotic_lookalike(root, seed=8)
    forget()
    assert found(root, asked(root, get("description")), get("description")).ceilings["retrieval"].answers != first


def test_changed_options_are_computed_again(root: Path) -> None:
    docs = asked(root, get("choice"))
    whole = found(root, docs, get("choice"))
    turned = [doc.model_copy(update={"choices": doc.choices[::-1]}) for doc in docs]
    for name, anchor in found(root, turned, get("choice")).ceilings.items():
        for one, other in zip(anchor.answers, whole.ceilings[name].answers, strict=True):
            assert one.loglikelihoods == pytest.approx((other.loglikelihoods or ())[::-1], abs=1e-5)


def test_a_baseline_answers_an_item_alike_whoever_else_is_asked(root: Path) -> None:
    docs = asked(root, get("multi_label"))
    alone = found(root, docs[3:4], get("multi_label"))
    assert found(root, docs, get("multi_label")).only([3]).baselines == alone.baselines
