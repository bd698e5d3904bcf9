"""Check that a faster path gives HFLM's numbers, with the model itself, on a few of the pairs to score."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import torch

from harness.models.tree.budget import PROBES, Budget

if TYPE_CHECKING:
    from harness.models.tree.probe import Probe
    from harness.models.tree.trie import Answer, Pair

FLOAT32_TOLERANCE = 2e-4
"""Nats for each label token; twenty times the 1e-5 that was measured on whole labels."""


def tolerance(dtype: torch.dtype) -> float:
    """Largest difference of a log-likelihood, in nats for each label token, that the order of summation may explain.

    In half precision the spacing of numbers between 16 and 32, the size of a large logit. A model that ignores the
    mask or the positions is off by tenths to several nats.
    """
    return max(FLOAT32_TOLERANCE, 16 * torch.finfo(dtype).eps)


def find_fault(
    probe: Probe,
    reference: Sequence[Answer],
    dtype: torch.dtype,
    score: Callable[[Sequence[Pair], Budget], list[Answer]],
) -> str | None:
    """Score a probe and compare it with HFLM's answers.

    Args:
        probe: What to score.
        reference: HFLM's answers to the compared pairs.
        dtype: The model's floating-point type, which sets the tolerance.
        score: The path under test, within a budget.

    Returns:
        None if all agree, else what went wrong, in a few words.

    Raises:
        OutOfMemoryError: The accelerator's memory is full, which says nothing about the path.
    """
    try:
        attempts = [score(probe.pairs, budget) for budget in PROBES]
    except torch.OutOfMemoryError:
        raise
    except Exception as error:
        first_line = str(error).splitlines()[0] if str(error) else ""
        return f"{type(error).__name__}: {first_line[:120]}"
    for index, (expected, _) in zip(probe.compared, reference, strict=True):
        allowed = tolerance(dtype) * len(probe.pairs[index][1])
        for answers in attempts:
            difference = abs(answers[index][0] - expected)
            if not difference <= allowed:
                return f"a log-likelihood differs from HFLM's by {difference:.2g} (allowed: {allowed:.2g})"
    return None
