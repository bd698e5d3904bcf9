"""From rows of VA features to items, and from items to the documents that prompts are rendered from."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from harness.kinds import Kind
from harness.kinds.derive import derivation
from harness.record import Item
from harness.tasks.features import load
from harness.tasks.prompts.axes import DEFAULT, Axes
from harness.tasks.prompts.ready import READY
from va_extractor.common.errors import InputError, nearest
from va_extractor.common.files import reading

EVALUATED = "test"
FITTED = "train"
COLUMNS = ("valence", "arousal", "dominance", "choices", "statement", "points", "target", *sorted(READY))
"""Names of a document that a template may use."""

Document = dict[str, Any]
"""What lm-eval renders: `COLUMNS`, and the `item` and `question` behind them."""


class Documents(list[Document]):
    """The documents of one split, in the form that lm-eval reads: a sequence with column names."""

    @property
    def features(self) -> dict[str, None]:
        """Column names, as keys."""
        return dict.fromkeys(COLUMNS)


@dataclass(frozen=True)
class Split:
    """The items of one split, and how many rows were left out, by reason."""

    items: list[Item]
    excluded: dict[str, int]


@dataclass(frozen=True)
class Question:
    """What decides the items of a task, and their prompts.

    Attributes:
        kind: the kind of question.
        features: where VA features come from (`harness.tasks.features.reference`).
        source: the source's name.
        labels: the label set; empty where there is none.
        options: CSV of the options of each item; None where there is none.
        by_index: whether the right answer is the index of a choice (log-likelihoods) instead of a text.
        axes: how its prompt varies.
        derive: how items are made from rows (`harness.kinds.derive`); None where each row is one.
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
    """Build the items of one split; empty where the source has no such split.

    Raises:
        InputError: a label is unknown, an item has more or fewer labels than the kind allows, or has no options.
    """
    source = load(question.features, question.source)
    table = source.tables.get(name)
    if table is None:
        return Split([], {})
    excluded = Counter[str]()
    items = list(_of_rows(table.to_pylist(), excluded))
    if question.derive is not None:
        made = derivation(question.derive).make(items)
        items = made.items
        excluded.update(made.excluded)
    where = f"{source.id}: source '{question.source}', split '{name}'"
    asked = []
    for number, item in enumerate(items):
        reason = question.kind.left_out(item)
        if reason is None:
            asked.append(_asked(question, item, f"{where}, row {number}"))
        else:
            excluded[reason] += 1
    return Split(asked, dict(excluded))


def documents(question: Question, name: str) -> Documents:
    """Build the documents of one split, with the ready strings of their prompts.

    Raises:
        InputError: as `split`, or the task cannot follow its axes.
    """
    from harness.tasks.prompts.render import prompted

    found, train = ([document(question, item) for item in split(question, one).items] for one in (name, FITTED))
    return Documents(prompted(question, found, train if name != FITTED else None))


def document(question: Question, item: Item) -> Document:
    """Return an item as lm-eval renders it, without ready strings.

    `target` is the right answer in the form that the task asks for: a text, the index of a choice, or true labels.
    """
    return {
        "valence": item.valence,
        "arousal": item.arousal,
        "dominance": item.dominance,
        "choices": _listed(item.choices),
        "statement": item.statement,
        "points": list(item.points),
        "target": item.choices.index(item.labels[0]) if question.by_index else question.kind.target(item),
        "item": item,
        "question": question,
    }


def fitted_on(question: Question) -> str:
    """Return the split that baselines learn from: `train`, or the evaluated one where the source has no other."""
    return FITTED if split(question, FITTED).items else EVALUATED


def _of_rows(rows: Sequence[dict[str, Any]], excluded: Counter[str]) -> Iterator[Item]:
    """Yield the items of rows with valence and arousal; count the others in `excluded`."""
    for row in rows:
        if row["va_status"] != "ok":
            excluded[row["va_status"]] += 1
        else:
            yield Item.model_validate({name: row[name] for name in _OF_ROW})


_OF_ROW = (
    *("item_id", "cluster_id", "valence", "arousal", "dominance"),
    *("labels", "label_weights", "annotator_labels", "references"),
)


def _asked(question: Question, item: Item, where: str) -> Item:
    """Return an item with what the task adds to it."""
    added: dict[str, Any] = {
        "language": question.axes.language,
        "steps": question.axes.reasoning == "step_by_step",
    }
    if question.kind.offers is not None:
        added["choices"] = _choices(question, item, where)
    offered = item.model_copy(update=added)
    shares = question.kind.shares(offered)
    if shares is None:
        return offered
    derived = derivation(question.derive).shares if question.derive else None
    return offered.model_copy(update={"shares": derived(offered) if derived else shares})


def _choices(question: Question, item: Item, where: str) -> tuple[str, ...]:
    if not question.kind.several and len(item.labels) != 1:
        found = list(item.labels)
        raise InputError("the task asks for exactly one label", code="range", file=where, field="labels", found=found)
    if question.options is not None:
        options = _options(question.options)
        if item.labels[0] not in options:
            what = f"no options for a term of {where}"
            raise InputError(what, code="missing", file=question.options, field="options", found=item.labels[0])
        return options[item.labels[0]]
    for label in item.labels:
        if label not in question.labels:
            hint = nearest(label, question.labels)
            raise InputError("unknown label", code="unknown", file=where, field="labels", found=label, hint=hint)
    return question.labels


@cache
def _listed(choices: tuple[str, ...]) -> list[str]:
    """Return one list for all documents that offer the same choices."""
    return list(choices)


@cache
def _options(path: Path) -> dict[str, tuple[str, ...]]:
    with reading(path, field="options"), path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows, columns = list(reader), list(reader.fieldnames or [])
    named = [name for name in columns if name.startswith("option_")]
    if "term" not in columns or not named:
        what = "needs the columns term, option_1, option_2, ..."
        raise InputError(what, code="missing", file=path, field="options", found=columns)
    options = {row["term"]: tuple(row[name] for name in named) for row in rows}
    for term, offered in options.items():
        if term not in offered or len(set(offered)) != len(offered) or not all(offered):
            what = f"the options of {term!r} must hold it once, and none twice or empty"
            raise InputError(what, code="conflict", file=path, field="options", found=offered)
    return options
