"""From rows of VA features to the documents that prompts are rendered from."""

from __future__ import annotations

import csv
import difflib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from harness.kinds import form
from harness.kinds.derive import derivation
from harness.record import Given, Item, Language
from harness.record.kinds import FREE, Kind
from harness.tasks.features import load
from harness.tasks.prompts.axes import DEFAULT, Axes
from harness.tasks.prompts.ready import Ready
from va_extractor.common.errors import InputError

EVALUATED = "test"
FITTED = "train"
_SEVERAL = (Kind.MULTI_LABEL, Kind.RANKING, Kind.DISTRIBUTION)
_JUDGED = (Kind.DISTRIBUTION, Kind.WORDS)
"""Kinds that have no answer to an item without a label."""


class Doc(Ready):
    """What a prompt template may use: one item's columns, the choices, the right answer, and the ready strings.

    `target` is the answer in the form the task asks for: a label, the index of a choice, a JSON list, the labels
    themselves, or a reference text. `language` and `steps` say how an answer is read.
    """

    item_id: str
    cluster_id: str
    valence: float
    arousal: float
    dominance: float | None
    labels: list[str]
    label_weights: list[float] | None
    annotator_labels: list[list[str]] | None
    references: list[str]
    reference_kind: str | None
    choices: list[str]
    statement: str | None
    points: list[tuple[float, float]]
    condition: str | None
    difference: float | None
    target: Any
    kind: str
    derive: str | None
    source: str
    features: str
    language: Language
    steps: bool


class Docs(list[Doc]):
    """One split's documents, in the form lm-eval reads: a sequence with column names."""

    @property
    def features(self) -> dict[str, None]:
        """Column names, as keys."""
        return dict.fromkeys(Doc.__annotations__)


@dataclass(frozen=True)
class Split:
    """One split's documents, and how many rows were left out, by reason."""

    docs: Docs
    excluded: dict[str, int]


@dataclass(frozen=True)
class Question:
    """What decides a task's documents.

    Attributes:
        kind: what is asked.
        features: where VA features come from (`harness.tasks.features.reference`).
        source: the source's name.
        labels: the label set; empty for descriptions and for choices that differ by item.
        options: CSV of the options of each item; None where `labels` holds.
        by_index: whether the answer is given as an index (log-likelihood form) instead of as text.
        axes: how its prompt varies.
        derive: how documents are made from rows (`harness.kinds.derive`); None where each row is one.
    """

    kind: Kind
    features: str
    source: str
    labels: tuple[str, ...] = ()
    options: Path | None = None
    by_index: bool = False
    axes: Axes = DEFAULT
    derive: str | None = None


@lru_cache(maxsize=16)
def split(question: Question, name: str) -> Split:
    """Build the documents of one split; empty where the source has no such split.

    Raises:
        InputError: a label is unknown, a single-label item has none or several, an item has no options, or the task
            does not take its axes.
    """
    from harness.tasks.prompts.render import prompted

    plain = replace(question, axes=DEFAULT)
    train = _unprompted(plain, FITTED).docs if name != FITTED else None
    found = _unprompted(plain, name)
    return replace(found, docs=Docs(prompted(question, found.docs, train)))


@lru_cache(maxsize=16)
def _unprompted(question: Question, name: str) -> Split:
    source = load(question.features, question.source)
    table = source.tables.get(name)
    if table is None:
        return Split(Docs(), {})
    where = f"{source.id}: source '{question.source}', split '{name}'"
    options = _options(question.options) if question.options else {}
    docs, excluded = Docs(), Counter[str]()
    rows = table.to_pylist()
    if question.derive is not None:
        rows = _derived(question.derive, rows, excluded)
    for number, row in enumerate(rows):
        if row.get("va_status", "ok") != "ok":
            excluded[row["va_status"]] += 1
        elif question.kind is Kind.DESCRIPTION and not row["references"]:
            excluded["no_reference"] += 1
        elif question.kind in _JUDGED and not row["labels"]:
            excluded["no_label"] += 1
        else:
            choices = _choices(question, row["labels"], options, f"{where}, row {number}")
            docs.append(_doc(question, row, choices))
    return Split(docs, dict(excluded))


def _derived(name: str, rows: Sequence[dict[str, Any]], excluded: Counter[str]) -> list[dict[str, Any]]:
    """Return the rows that a derivation makes of those with a face; the others are added to `excluded`."""
    found = [row for row in rows if row["va_status"] == "ok"]
    excluded.update(row["va_status"] for row in rows if row["va_status"] != "ok")
    made = derivation(name).make(found)
    excluded.update(made.excluded)
    return [asdict(one) for one in made.documents]


def fitted_on(question: Question) -> str:
    """Return the split that baselines learn from: `train`, or the evaluated one where the source has no other."""
    return FITTED if split(question, FITTED).docs else EVALUATED


def item_of(doc: Doc) -> Item:
    """Copy what was given and what is true out of a document."""
    given = doc["annotator_labels"]
    return Item(
        item_id=doc["item_id"],
        cluster_id=doc["cluster_id"],
        valence=doc["valence"],
        arousal=doc["arousal"],
        dominance=doc["dominance"],
        labels=tuple(doc["labels"]),
        label_weights=None if doc["label_weights"] is None else tuple(doc["label_weights"]),
        annotator_labels=None if given is None else tuple(map(tuple, given)),
        references=tuple(doc["references"]),
        choices=tuple(doc["choices"]),
        language=doc["language"],
        steps=doc["steps"],
        shares=_shares(doc),
        given=_given(doc),
    )


def _shares(doc: Doc) -> tuple[float, ...] | None:
    found = form(Kind(doc["kind"]))
    return None if found is None else found.shares(doc)


def _given(doc: Doc) -> Given | None:
    shown = Given(
        statement=doc["statement"],
        points=tuple(doc["points"]),
        condition=doc["condition"],
        difference=doc["difference"],
    )
    return None if shown == Given() else shown


def nearest(name: str, known: Sequence[str]) -> str:
    """Return ` (did you mean ...?)` with the names most like `name`, or nothing."""
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    return f" (did you mean {' or '.join(close)}?)" if close else ""


def _doc(question: Question, row: dict[str, Any], choices: list[str]) -> Doc:
    doc = Doc(
        item_id=row["item_id"],
        cluster_id=row["cluster_id"],
        valence=row["valence"],
        arousal=row["arousal"],
        dominance=row["dominance"],
        labels=row["labels"],
        label_weights=row["label_weights"],
        annotator_labels=row["annotator_labels"],
        references=row["references"],
        reference_kind=row["reference_kind"],
        choices=choices,
        statement=row.get("statement"),
        points=row.get("points", []),
        condition=row.get("condition"),
        difference=row.get("difference"),
        target=None,
        kind=question.kind.value,
        derive=question.derive,
        source=question.source,
        features=question.features,
        language="en",
        steps=False,
    )
    doc["target"] = _target(question, doc)
    return doc


def _target(question: Question, doc: Doc) -> Any:
    found = form(question.kind)
    if found is not None:
        return found.target(doc)
    match question.kind:
        case Kind.SINGLE_LABEL | Kind.CHOICE:
            return doc["choices"].index(doc["labels"][0]) if question.by_index else doc["labels"][0]
        case Kind.MULTI_LABEL:
            return json.dumps(doc["labels"])
        case Kind.RANKING:
            return doc["labels"]
        case Kind.DESCRIPTION:
            return doc["references"][0]
    raise ValueError(f"no right answer is known for {question.kind}")


def _choices(question: Question, labels: list[str], options: dict[str, list[str]], where: str) -> list[str]:
    if question.kind in FREE:
        return []
    if question.kind not in _SEVERAL and len(labels) != 1:
        raise InputError("the task asks for exactly one label", code="range", file=where, field="labels", found=labels)
    if question.kind is Kind.CHOICE:
        if labels[0] not in options:
            what = f"no options for a term of {where}"
            raise InputError(what, code="missing", file=question.options, field="options", found=labels[0])
        return options[labels[0]]
    known = _label_list(question.labels)
    for label in labels:
        if label not in known:
            what = f"unknown label{nearest(label, known)}"
            raise InputError(what, code="unknown", file=where, field="labels", found=label)
    return known


@cache
def _label_list(labels: tuple[str, ...]) -> list[str]:
    """Return one list for all documents of a task, since ten thousand documents share it."""
    return list(labels)


@cache
def _options(path: Path) -> dict[str, list[str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            rows, columns = list(reader), list(reader.fieldnames or [])
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", code="unreadable", file=path, field="options") from None
    except UnicodeDecodeError:
        raise InputError("is not UTF-8", code="unreadable", file=path, field="options") from None
    named = [name for name in columns if name.startswith("option_")]
    if "term" not in columns or not named:
        what = "needs the columns term, option_1, option_2, ..."
        raise InputError(what, code="missing", file=path, field="options", found=columns)
    options = {row["term"]: [row[name] for name in named] for row in rows}
    for term, offered in options.items():
        if term not in offered or len(set(offered)) != len(offered) or not all(offered):
            what = f"the options of {term!r} must hold it once, and none twice or empty"
            raise InputError(what, code="conflict", file=path, field="options", found=offered)
    return options
