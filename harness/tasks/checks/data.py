"""Whether the documents are what the task says, and enough of them to tell two models apart."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.record.kinds import FREE, Kind
from harness.tasks.checks.fit import alike
from harness.tasks.documents import EVALUATED, FITTED, Doc, Question, split
from harness.tasks.yamlfile import Finding, Source

_Z = 1.959964 + 0.841621
_DOMINANT = 0.9
_RARE = 5
_UNPINNED = re.compile(r"^[\w.-]+/[\w.-]+$")


@dataclass(frozen=True)
class Facts:
    """What a task's documents amount to.

    Attributes:
        items: how many are asked.
        clusters: how many independent groups they form.
        detectable: the minimum detectable difference between two models.
    """

    items: int
    clusters: int
    detectable: float

    @property
    def said(self) -> str:
        """Items and clusters in words."""
        return f"{counted(self.items, 'item')} in {counted(self.clusters, 'cluster')}"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural unless it is one."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def facts(docs: Sequence[Doc]) -> Facts:
    """Count documents and say which difference they can show."""
    clusters = len({doc["cluster_id"] for doc in docs})
    return Facts(len(docs), clusters, detectable(clusters))


def detectable(n: int) -> float:
    """Return the difference of two accuracies that `n` independent items show with 80 % power at the 5 % level.

    (z_0.975 + z_0.8) * sqrt(2 p (1 - p) / n) with p = 0.5, the widest case, for two unpaired proportions (Fleiss,
    Levin & Paik 2003, Statistical Methods for Rates and Proportions, ch. 4); models given the same items do better.
    """
    return _Z * math.sqrt(0.5 / n)


def findings(source: Source, question: Question, docs: Sequence[Doc], precision: float) -> Iterator[Finding]:
    """Find documents that cannot carry the task.

    Args:
        source: the YAML.
        question: what decides the documents.
        docs: every document asked.
        precision: the difference between two models that the task is to show.
    """
    found = facts(docs)
    if found.detectable > precision:
        shown = f"differences of {found.detectable:.2f} or more, not {precision}"
        what = f"{counted(found.clusters, 'independent item')} can show {shown}"
        yield source.finding(("metadata", "source"), what, "take more items, or state a coarser --precision")
    if question.kind is Kind.CHOICE:
        yield from _offers(source, docs)
    elif question.kind not in FREE:
        yield from _balance(source, question, docs)
    shared = {doc["cluster_id"] for doc in split(question, FITTED).docs} & {doc["cluster_id"] for doc in docs}
    if shared:
        what = f"the splits '{EVALUATED}' and '{FITTED}' share {counted(len(shared), 'cluster')}"
        yield source.finding(("metadata", "source"), what, "split by cluster, or examples show the answer")


def unpinned(source: Source, features: str) -> Iterator[Finding]:
    """Find features on the Hub that are not pinned to a revision."""
    if _UNPINNED.match(features) and not Path(features).expanduser().exists():
        what = f"the features {features} are not pinned"
        yield source.finding(("metadata", "source"), what, f"give --features {features}@REVISION")


def _balance(source: Source, question: Question, docs: Sequence[Doc]) -> Iterator[Finding]:
    counts = Counter(label for doc in docs for label in doc["labels"])
    for number, label in enumerate(question.labels):
        at = ("metadata", "labels", number)
        share = counts[label] / len(docs)
        if counts[label] == 0:
            yield source.finding(at, f"{label!r} is true of no item", "take it out, or give features that have it")
        elif counts[label] < _RARE:
            what = f"{label!r} is true of {counted(counts[label], 'item')} only"
            yield source.finding(at, what, "its own score will say little", error=False)
        elif share > _DOMINANT:
            yield source.finding(at, f"{label!r} is true of {share:.0%} of the items", "balance the items")


def _offers(source: Source, docs: Sequence[Doc]) -> Iterator[Finding]:
    for row, doc in enumerate(docs):
        for _, what in alike(doc["choices"]):
            yield source.finding(("metadata", "options"), f"item {row}: {what}", "offer another one")
            return
