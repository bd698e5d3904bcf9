"""Answers of baselines and ceilings: the same from the cache, from documents and from a finished run."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.record.kinds import Kind
from harness.scoring import anchors as module
from harness.scoring.anchors import Anchors, anchors
from harness.scoring.baselines.answers import STANDING
from harness.scoring.ceilings import labels
from harness.tasks import documents, features
from harness.tasks.documents import EVALUATED, Doc, Question, split
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


def asked(root: Path, kind: Kind) -> list[Doc]:
    if kind is Kind.CHOICE:
        return split(Question(kind, SHIPPED, "norms", options=OPTIONS), EVALUATED).docs
    fixed = EMOTIC if kind in (Kind.MULTI_LABEL, Kind.RANKING) else ()
    return split(Question(kind, str(root), "emotic", fixed), EVALUATED).docs


def found(docs: list[Doc], kind: Kind) -> Anchors:
    by = making.toy_instruments() if kind is Kind.DESCRIPTION else None
    return anchors(docs, by_likelihood=kind in (Kind.RANKING, Kind.CHOICE), by=by)


@pytest.mark.parametrize("kind", [Kind.MULTI_LABEL, Kind.RANKING, Kind.DESCRIPTION, Kind.WORDS, Kind.CHOICE])
def test_nothing_is_computed_the_second_time(root: Path, monkeypatch: pytest.MonkeyPatch, kind: Kind) -> None:
    docs = asked(root, kind)
    first = found(docs, kind)
    assert tuple(first.baselines) == STANDING[kind]
    assert first.ceilings
    monkeypatch.setattr(module, "ceiling_answers", lambda *_, **__: pytest.fail("computed again"))
    assert found(docs, kind) == first
    for one in (*first.baselines.values(), *first.ceilings.values()):
        assert len(one.answers) == len(one.scores) == len(docs)
        assert all(bool(row) == (kind is Kind.DESCRIPTION) for row in one.scores)


def test_changed_features_are_computed_again(root: Path) -> None:
    first = found(asked(root, Kind.DESCRIPTION), Kind.DESCRIPTION).ceilings["retrieval"].answers
    shutil.rmtree(root / "emotic")
    making.emotic_lookalike(root, seed=8)
    forget()
    assert found(asked(root, Kind.DESCRIPTION), Kind.DESCRIPTION).ceilings["retrieval"].answers != first


def test_changed_options_are_computed_again(root: Path) -> None:
    docs = asked(root, Kind.CHOICE)
    whole = found(docs, Kind.CHOICE)
    turned = [Doc(**{**doc, "choices": doc["choices"][::-1]}) for doc in docs]
    for name, anchor in found(turned, Kind.CHOICE).ceilings.items():
        for one, other in zip(anchor.answers, whole.ceilings[name].answers, strict=True):
            assert one.loglikelihoods == pytest.approx((other.loglikelihoods or ())[::-1], abs=1e-5)


def test_a_baseline_answers_an_item_alike_whoever_else_is_asked(root: Path) -> None:
    docs = asked(root, Kind.MULTI_LABEL)
    alone = found(docs[3:4], Kind.MULTI_LABEL)
    assert found(docs, Kind.MULTI_LABEL).only([3]).baselines == alone.baselines
