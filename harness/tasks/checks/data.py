"""Whether the documents fit the task, and are enough to compare two models."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.record import Item
from harness.tasks.checks.fit import alike
from harness.tasks.documents import EVALUATED, FITTED, Question, split
from harness.tasks.yamlfile import Source
from va_extractor.common.errors import Problem

_Z = 1.959964 + 0.841621
_DOMINANT = 0.9
_RARE = 5
_UNPINNED = re.compile(r"^[\w.-]+/[\w.-]+$")


@dataclass(frozen=True)
class Facts:
    """How many items a task has.

    Attributes:
        items: how many are asked.
        clusters: how many independent groups they form.
        min_detectable_difference: between two models (80 % power).
    """

    items: int
    clusters: int
    min_detectable_difference: float

    def __str__(self) -> str:
        return f"{counted(self.items, 'item')} in {counted(self.clusters, 'cluster')}"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural unless it is one."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def facts(items: Sequence[Item]) -> Facts:
    """Count items, and return which difference they can show."""
    clusters = len({item.cluster_id for item in items})
    return Facts(len(items), clusters, min_detectable_difference(clusters))


def min_detectable_difference(n: int) -> float:
    """Return the difference of two accuracies that `n` independent items show with 80 % power at the 5 % level.

    (z_0.975 + z_0.8) * sqrt(2 p (1 - p) / n) with p = 0.5, the widest case, for two unpaired proportions (Fleiss,
    Levin & Paik 2003, Statistical Methods for Rates and Proportions, ch. 4); models given the same items do better.
    """
    return _Z * math.sqrt(0.5 / n)


def problems(source: Source, question: Question, items: Sequence[Item], precision: float) -> Iterator[Problem]:
    """Find items that cannot carry the task.

    Args:
        source: the YAML.
        question: what decides the items.
        items: every item asked.
        precision: the difference between two models that the task is to show.
    """
    found, at = facts(items), ("metadata", "source")
    if found.min_detectable_difference > precision:
        shown = f"differences of {found.min_detectable_difference:.2f} or more, not {precision}"
        what = f"{counted(found.clusters, 'independent item')} can show {shown}"
        yield source.problem(at, what, "take more items, or a larger --precision", code="range")
    if question.kind.offers == "options":
        yield from _options(source, items)
    elif question.kind.offers == "labels":
        yield from _balance(source, question, items)
    shared = {item.cluster_id for item in split(question, FITTED).items} & {item.cluster_id for item in items}
    if shared:
        what = f"the splits '{EVALUATED}' and '{FITTED}' share {counted(len(shared), 'cluster')}"
        yield source.problem(at, what, "split by cluster: examples give the answer away")


def unpinned(source: Source, features: str) -> Iterator[Problem]:
    """Find features on the Hub that are not pinned to a revision."""
    if _UNPINNED.match(features) and not Path(features).expanduser().exists():
        hint = f"give --features {features}@REVISION"
        yield source.problem(("metadata", "source"), f"the features {features} are not pinned", hint)


def _balance(source: Source, question: Question, items: Sequence[Item]) -> Iterator[Problem]:
    counts = Counter(label for item in items for label in item.labels)
    for number, label in enumerate(question.labels):
        at = ("metadata", "labels", number)
        if counts[label] == 0:
            hint = "remove it, or give features that have it"
            yield source.problem(at, f"{label!r} is true of no item", hint, code="missing")
        elif counts[label] < _RARE:
            what, hint = f"{label!r} is true of {counted(counts[label], 'item')} only", "its own score will say little"
            yield source.problem(at, what, hint, code="range", remark=True)
        elif (share := counts[label] / len(items)) > _DOMINANT:
            yield source.problem(
                at, f"{label!r} is true of {share:.0%} of the items", "balance the items", code="range"
            )


def _options(source: Source, items: Sequence[Item]) -> Iterator[Problem]:
    for row, item in enumerate(items):
        for _, what in alike(item.choices):
            yield source.problem(("metadata", "options"), f"item {row}: {what}", "offer another one", code="duplicate")
            return
