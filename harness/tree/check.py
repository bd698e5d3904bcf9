"""Whether a faster path gives HFLM's numbers: asked of the model itself, on a handful of the pairs it is to score."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

    from harness.tree.scorer import Answer
    from harness.tree.trie import Pair

TOLERANCE = {"torch.float64": 1e-3, "torch.float32": 1e-3, "torch.float16": 2e-2, "torch.bfloat16": 1.25e-1}
"""Largest difference of a log-likelihood, in nats for each label token, that the order of summation may explain.

Half-precision values are about the spacing of numbers between 16 and 32 (2^-6 for float16, 2^-3 for bfloat16), the
size of a large logit; in float32 a hundred times the 1e-5 that was measured. A model that ignores the mask or the
positions is off by tenths to several nats.
"""

PROBE_BUDGET = 32  # tokens of a row and of a pass: small, so that a probe of four contexts is cut as a long run is


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
    """The first, the last, the shortest and the longest context, and one label of each to compare.

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
    probe: list[Pair] = []
    compared: list[int] = []
    for group in chosen.values():
        longest = max(range(len(group)), key=lambda i: len(pairs[group[i]][1]))
        compared.append(len(probe) + longest)
        probe.extend(pairs[i] for i in group)
    return Probe(probe, compared)


def find_fault(
    probe: Probe, reference: Sequence[Answer], dtype: torch.dtype, score: Callable[[Sequence[Pair]], list[Answer]]
) -> str | None:
    """Score a probe and compare it with HFLM's answers.

    Args:
        probe: What to score.
        reference: HFLM's answers to the compared pairs.
        dtype: The model's floating-point type, which sets the tolerance.
        score: The path under test.

    Returns:
        None where all agree, else what went wrong, in a few words.

    Raises:
        OutOfMemoryError: The accelerator's memory is full, which says nothing about the path.
    """
    import torch

    try:
        answers = score(probe.pairs)
    except torch.OutOfMemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a model raises here, the verdict is the same and is reported
        first_line = str(error).splitlines()[0] if str(error) else ""
        return f"{type(error).__name__}: {first_line[:120]}"
    tolerance = TOLERANCE[str(dtype)]
    for index, (expected, _) in zip(probe.compared, reference, strict=True):
        difference = abs(answers[index][0] - expected)
        allowed = tolerance * len(probe.pairs[index][1])
        if not difference <= allowed:
            return f"a log-likelihood differs from HFLM's by {difference:.2g} (allowed: {allowed:.2g})"
    return None
