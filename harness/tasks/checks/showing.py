"""Check rendered prompts: they show the values, name every label, and no stop text cuts off a right answer.

The controls use the items, not the prompts, so they would not notice a prompt that hides the values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from statistics import fmean
from typing import Any

from harness.kinds.base import TEXT
from harness.kinds.derive import derivation
from harness.tasks.checks.data import counted
from harness.tasks.checks.prompts import PROMPT, VALUES, names, shown
from harness.tasks.documents import Document, Question
from harness.tasks.prompts import sandbox
from harness.tasks.prompts.render import ready_strings
from harness.tasks.yamlfile import Source
from harness.text.languages import label_names
from va_extractor.common.errors import Problem

LEAST = 1 / 3
"""Fraction of pairs of a low and a high value whose prompts must differ.

On the shipped features, the coarsest axes (whole numbers from 0 to 1) reach 0.40 or more. Values in [-1, 1] without
decimals reach 0.21 or less.
"""
_ITEMS = 200
"""With more items than this, only some are paired, evenly spread: this many or up to twice as many."""
_NAMED = 5
_NEGATIVE_ZERO = re.compile(r"-(?=0(?:\.0*)?(?![\d.]))")

Write = Callable[[Document], str]


def problems(source: Source, question: Question, docs: Sequence[Document]) -> Iterator[Problem]:
    """Find prompts that hide values or labels, and stop texts that cut an answer.

    Args:
        source: the YAML, whose prompts render on every item.
        question: what decides the documents.
        docs: every document asked.
    """
    texts = [text for key, text in sandbox.template_texts(source.values) if key == PROMPT]
    write = partial(_whole, texts)
    used = {name for text in texts for name in names(text)}
    yield from _values(source, question, docs, write, used)
    if question.kind.offers is not None and source.values.get("output_type") == TEXT:
        yield from _labels(source, docs, write, by_axes=VALUES in used)
    yield from _stops(source, question, docs)


def _whole(texts: Sequence[str], doc: Document) -> str:
    return "\n".join(shown(text, doc) for text in texts)


def _values(
    source: Source, question: Question, docs: Sequence[Document], write: Write, used: set[str]
) -> Iterator[Problem]:
    """Find values that a prompt hides: given that of an item half the ranks higher, it stays as it was.

    Examples are left out.
    """
    columns = derivation(question.derive).shows if question.derive else ("valence", "arousal")
    some = docs[:: max(1, len(docs) // _ITEMS)]
    before = {doc["item"].item_id: _plain(write(_prompted(question, doc))) for doc in some}
    for column in columns:
        if column not in used and VALUES not in used:
            continue
        for name, rank, take in _parts(column):
            ranked = sorted(some, key=rank)
            pairs = list(zip(ranked, ranked[len(ranked) // 2 :], strict=False))
            differ = [(low, high) for low, high in pairs if _coarse(rank(low)) != _coarse(rank(high))]
            differing = 0
            for low, high in differ:
                moved = {**low, column: take(low, high)}
                differing += _plain(write(_prompted(question, moved))) != before[low["item"].item_id]
            if differing < LEAST * len(differ):
                pairs_said = f"{counted(len(differ), 'pair')} of items with a low and a high {name}"
                what = f"the prompt hides {name}: it differs in {differing} of {pairs_said}, fewer than {LEAST:.0%}"
                yield _hidden(source, column, what, by_axes=VALUES in used)


def _hidden(source: Source, column: str, what: str, *, by_axes: bool) -> Problem:
    if by_axes:
        return source.problem(("metadata", "axes"), what, "take more decimals or another scale (docs/axes.md)")
    printed = {"statement": "statement", "points": "'%.2f' | format(point[0])"}
    form = printed.get(column, f"'%.2f' | format({column})")
    return source.problem(("doc_to_text",), what, f"print it as it is, by {{{{ {form} }}}}")


def _prompted(question: Question, doc: Document) -> Document:
    return {**doc, **ready_strings(question, doc)}


def _parts(column: str) -> Iterator[tuple[str, Callable[[Document], Any], Callable[[Document, Document], Any]]]:
    """Yield what a column holds: its name, what items are ranked by, and the column once it is another item's."""
    if column == "points":
        for axis, name in enumerate(("valence", "arousal")):
            yield name, partial(_mean, axis), partial(_along, axis)
    else:
        yield column, lambda doc: "" if doc[column] is None else doc[column], lambda _, other: other[column]


def _mean(axis: int, doc: Document) -> float:
    return fmean(point[axis] for point in doc["points"])


def _along(axis: int, doc: Document, other: Document) -> list[tuple[float, ...]]:
    pairs = zip(doc["points"], other["points"], strict=False)
    return [tuple((far if place == axis else own)[place] for place in (0, 1)) for own, far in pairs]


def _coarse(value: Any) -> Any:
    """Round to one decimal, so that values which a coarse prompt may well show alike are not held against it."""
    return round(value, 1) if isinstance(value, float) else value


def _plain(text: str) -> str:
    """Write -0.0 as 0.0: the sign of zero shows nothing of the value."""
    return _NEGATIVE_ZERO.sub("", text)


def _labels(source: Source, docs: Sequence[Document], write: Write, *, by_axes: bool) -> Iterator[Problem]:
    """Find labels that the prompt does not name, though the answer must be one of them."""
    lacking = [(row, missing) for row, doc in enumerate(docs) if (missing := _unnamed(write(doc), _wordings(doc)))]
    if not lacking:
        return
    row, missing = lacking[0]
    more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
    what = (
        f"the prompt does not name {', '.join(map(repr, missing[:_NAMED]))}{more}, which the answer may be "
        f"({len(lacking)} of {len(docs)} items, first item {row})"
    )
    form = "options" if by_axes else "choices | join(', ')"
    yield source.problem(("doc_to_text",), what, f"put {{{{ {form} }}}} in it")


def _wordings(doc: Document) -> list[str]:
    return label_names(doc["item"].choices, doc["item"].language)


def _unnamed(text: str, labels: Sequence[str]) -> list[str]:
    """Return the labels that are not whole words of a text; case and line breaks do not count."""
    flat = " ".join(text.casefold().split())
    plain = {label: " ".join(label.casefold().split()) for label in labels}
    return [label for label, words in plain.items() if not (words in flat and _word(words).search(flat))]


@cache
def _word(label: str) -> re.Pattern[str]:
    edge = r"(?<!\w){}(?!\w)" if label.isascii() else "{}"  # other scripts may write words without spaces
    return re.compile(edge.format(re.escape(label)))


def _stops(source: Source, question: Question, docs: Sequence[Document]) -> Iterator[Problem]:
    """Find stop texts within a label or a right answer, which would end there."""
    given = source.values.get("generation_kwargs")
    until = given.get("until") if isinstance(given, dict) else None
    if not until or question.kind.measured:
        return
    labels = sorted({label for doc in docs for label in _wordings(doc)})
    targets = sorted({str(doc["target"]) for doc in docs})
    for number, stop in enumerate(until):
        cut = [label for label in labels if stop.casefold() in label.casefold()]
        cut = cut or [target for target in targets if stop in target[:-1]]
        if cut:
            what = f"is within the answer {cut[0][:40]!r}, which would end there"
            hint = 'end answers by a text that no answer holds, as "\\n\\n\\n"'
            yield source.problem(("generation_kwargs", "until", number), what, hint, found=stop)
