"""Known-groups test of the direction of a described change.

A description has a beginning and an end. It is right if the change read from it has the known direction. The fraction
right is also the AUC of descriptions against the same ones reversed (right where these are wrong), and against
unchanging ones (1/2 each).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from rich.table import Table

from benchmarks.known_groups import Reading, auc
from benchmarks.readback_data import Array, Texts
from harness.kinds.derive.trajectory import LEAST
from harness.metrics.direction import right_way
from harness.metrics.outcome import Changed

COURSES = Path(__file__).with_name("validity_courses.yaml")
DIRECTIONS = {
    "valence rises": (1.0, 0.0),
    "valence falls": (-1.0, 0.0),
    "arousal rises": (0.0, 1.0),
    "arousal falls": (0.0, -1.0),
    "no change": (0.0, 0.0),
}
GOAL = 0.85
DRAWS = 1000


@dataclass(frozen=True)
class Courses:
    """Descriptions of known changes: n texts on the beginning, n on the end, (n, 2) signs of the change."""

    first: list[str]
    last: list[str]
    signs: Array


def own_courses() -> dict[str, Courses]:
    """Return our own descriptions by set."""
    raw: dict[str, dict[str, list[list[str]]]] = yaml.safe_load(COURSES.read_text(encoding="utf-8"))
    return {name: _courses(part) for name, part in raw.items()}


def _courses(part: dict[str, list[list[str]]]) -> Courses:
    rows = [(first, last, DIRECTIONS[direction]) for direction, pairs in part.items() for first, last in pairs]
    first, last, signs = zip(*rows, strict=True)
    return Courses(list(first), list(last), np.array(signs))


def outcome(courses: Courses, read: Reading) -> Changed:
    """Return courses as the task has them: what is read, and changes of the least size that the task asks about."""
    given = np.stack([np.zeros_like(courses.signs), LEAST * courses.signs], axis=1)
    ends = np.stack([read(courses.first), read(courses.last)], axis=1)
    return Changed({}, given, ends, courses.signs != 0, np.ones(len(ends), dtype=np.bool_))


def rated_shares(read: Array, rated: Array, least: float, weights: Array) -> Array:
    """Return how often, among pairs of rated texts that differ by `least`, the readings differ the same way.

    Args:
        read: (n,) readings of one dimension.
        rated: (n,) ratings on the same scale.
        least: in the unit of both.
        weights: (draws, n) how often each text is drawn; a pair counts by the product.

    Returns:
        Shape (draws,).
    """
    change, gap = rated[None] - rated[:, None], read[None] - read[:, None]
    known = np.triu(np.abs(change) >= least, 1)
    right = np.where(known, right_way(gap, change), 0.0)
    return np.asarray(((weights @ right) * weights).sum(axis=1) / ((weights @ known) * weights).sum(axis=1))


def own_table(sets: dict[str, Changed]) -> Table:
    """Return the fraction right for each direction of each set, with two other measures."""
    table = Table(title=f"Own descriptions: fraction right, and AUC against reversed and unchanged (goal {GOAL})")
    table.add_column("set")
    for name in (*DIRECTIONS, "both dimensions"):
        if name != "no change":
            table.add_column(name)
    table.add_column("cosine: own dimension\nagainst the other (AUC)")
    table.add_column("size: change\nagainst none (AUC)")
    for name, one in sets.items():
        shares = [one.right[(one.given_change == LEAST * np.array(signs)).all(axis=1)] for signs in DIRECTIONS.values()]
        cells = [f"{np.nanmean(rows):.3f} (n = {len(rows)})" for rows in shares[:-1]]
        table.add_row(name, *cells, _with_interval(one.right), f"{dimension_auc(one):.3f}", f"{size_auc(one):.3f}")
    return table


def rated_table(name: str, read: Array, texts: Texts, sd: Array) -> Table:
    """Return the fraction right of pairs of human-rated texts, at the smallest detectable size and at the task's."""
    table = Table(title=f"{name}, pairs of texts: fraction right [95 % bootstrap interval over texts]")
    for column in ("rated change of at least", "valence", "arousal", "both dimensions"):
        table.add_column(column)
    n = len(texts.texts)
    weights = np.vstack([np.ones(n), np.random.default_rng(0).multinomial(n, np.full(n, 1.0 / n), DRAWS)])
    for words, least in (("the reader's error of a difference", np.sqrt(2.0) * sd), ("the task's least", [LEAST] * 2)):
        shares = [rated_shares(read[:, axis], texts.va[:, axis], float(least[axis]), weights) for axis in (0, 1)]
        cells = [_spread(values) for values in (*shares, np.mean(shares, axis=0))]
        table.add_row(f"{words} ({least[0]:.2f}, {least[1]:.2f})", *cells)
    return table


def size_auc(one: Changed) -> float:
    """Return the AUC of the size of the change read, descriptions of a change against those of none."""
    size, moves = np.linalg.norm(one.read_change, axis=1), one.large.any(axis=1)
    return auc(size[moves], size[~moves])


def dimension_auc(one: Changed) -> float:
    """Return the AUC of the cosine of the change read to the known one, against that to a change in the other one."""
    moves = one.large.any(axis=1)
    read, signs = one.read_change[moves], np.sign(one.given_change[moves])
    unit = read / np.linalg.norm(read, axis=1, keepdims=True)
    across = (unit * signs[:, ::-1]).sum(axis=1)
    return auc((unit * signs).sum(axis=1), np.concatenate([across, -across]))


def _with_interval(right: Array) -> str:
    values = right[~np.isnan(right)]
    drawn = values[np.random.default_rng(0).integers(0, len(values), (DRAWS, len(values)))].mean(axis=1)
    return _spread(np.concatenate([[values.mean()], drawn]))


def _spread(values: Array) -> str:
    low, high = np.quantile(values[1:], [0.025, 0.975])
    return f"{values[0]:.3f} [{low:.3f}, {high:.3f}]"
