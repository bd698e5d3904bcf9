"""Choose the pairs on which a path is checked before it scores the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.models.tree.trie import Pair


@dataclass(frozen=True)
class Probe:
    """Some contexts with all their labels, and the few of these pairs that HFLM is asked for.

    Attributes:
        pairs: Truncated pairs that are scored together.
        compared: Indices into `pairs`.
    """

    pairs: list[Pair]
    compared: list[int]


def choose_probe(pairs: Sequence[Pair]) -> Probe:
    """Choose the first, last, shortest and longest context, and one label of each to compare.

    Of the labels the one that stands last in depth-first order, behind all that a broken mask could show it. The
    second context comes along uncompared: it is likely to share its beginning with the first.

    Args:
        pairs: Truncated pairs, not empty.
    """
    contexts: dict[tuple[int, ...], list[int]] = {}
    last_context, members = None, []
    for index, (context, _) in enumerate(pairs):
        if context is not last_context:
            last_context, members = context, contexts.setdefault(tuple(context), [])
        members.append(index)
    groups = list(contexts.values())
    by_length = sorted(groups, key=lambda group: len(pairs[group[0]][0]))
    chosen = {id(group): group for group in (groups[0], groups[-1], by_length[0], by_length[-1])}
    neighbour = groups[min(1, len(groups) - 1)]
    probe: list[Pair] = []
    compared: list[int] = []
    for group in chosen.values():
        last = max(range(len(group)), key=lambda i: tuple(pairs[group[i]][1]))
        compared.append(len(probe) + last)
        probe.extend(pairs[i] for i in group)
    if id(neighbour) not in chosen:
        probe.extend(pairs[i] for i in neighbour)
    return Probe(probe, compared)
