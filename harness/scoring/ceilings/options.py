"""Predictors from valence and arousal of one of a few options that differ by item."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from harness.kinds.arrays import membership, points
from harness.record import Answer, Item
from harness.scoring.baselines.scores import Fit, gaussian
from harness.scoring.ceilings.labels import LOOKUP, RowScores, lookup, row_scores
from harness.stats.arrays import Floats
from harness.tasks.documents import EVALUATED, FITTED, Question
from harness.tasks.features import load
from va_extractor.common.errors import InputError

NEAREST_MEAN = "nearest_mean"
_UNKNOWN = -20.0
"""Log-score of an option that no row carries, below that of every label that one does."""


def choice_ceilings(question: Question, items: Sequence[Item], *, by_likelihood: bool) -> dict[str, list[Answer]]:
    """Answer n items of one task whose options differ by item.

    `gaussian` knows the published means and standard deviations; `nearest_mean` takes the option whose items in other
    clusters lie nearest on average, and the other predictors the one that their items make likeliest. Those that learn
    are absent if no item's own label occurs in another cluster. `lookup` also compares the options.
    """
    found = _option_scores(question, items)
    if NEAREST_MEAN in found:
        by_row = row_scores(question, items)
        found |= {name: _of_options(items, name, by_row) for name in by_row.scores.keys() - found.keys()}
    return {name: _chosen(items, rows, by_likelihood=by_likelihood) for name, rows in found.items()}


def _option_scores(question: Question, items: Sequence[Item]) -> dict[str, Floats]:
    tables = load(question.features, question.source).tables
    rows = [row for row in tables.get(FITTED, tables[EVALUATED]).to_pylist() if row["va_status"] == "ok"]
    found = {
        "gaussian": _gaussian(items, question.source),
        NEAREST_MEAN: _nearest_mean(items, rows),
        LOOKUP: _looked_up(items),
    }
    return {name: _padded(scores) for name, scores in found.items() if scores is not None}


def _padded(rows: Sequence[Floats]) -> Floats:
    """Return (n, k) scores, k of the item with most options; those that an item lacks have minus infinity."""
    padded = np.full((len(rows), max(map(len, rows))), -np.inf)
    for place, row in enumerate(rows):
        padded[place, : len(row)] = row
    return padded


def _of_options(items: Sequence[Item], name: str, by_row: RowScores) -> Floats:
    column = {label: place for place, label in enumerate(by_row.labels)}
    scores = by_row.scores[name][by_row.rows]
    return _padded(
        [
            np.array([row[column[option]] if option in column else _UNKNOWN for option in item.choices])
            for item, row in zip(items, scores, strict=True)
        ]
    )


def _looked_up(items: Sequence[Item]) -> list[Floats]:
    """Return each item's (k,) log shares among those with the same two printed numbers and the same options."""
    labels = tuple(sorted({option for item in items for option in item.choices}))
    offered = {item.choices: 0 for item in items}
    number = {options: place for place, options in enumerate(offered)}
    alike = np.array([number[item.choices] for item in items])
    shares = lookup(np.column_stack([points(items), alike]), membership([item.labels for item in items], labels))
    column = {label: place for place, label in enumerate(labels)}
    return [row[[column[option] for option in item.choices]] for item, row in zip(items, shares, strict=True)]


def _gaussian(items: Sequence[Item], source: str) -> list[Floats] | None:
    """Return each item's (k,) log densities; None where an option has no published term."""
    try:
        return [gaussian(_published(item.choices, source), points([item]))[0] for item in items]
    except InputError:
        return None


def _published(labels: tuple[str, ...], source: str) -> Fit:
    return Fit(labels, np.empty((0, 2)), np.empty((0, len(labels)), dtype=bool), source, in_sample=False)


def _nearest_mean(items: Sequence[Item], rows: Sequence[dict[str, Any]]) -> list[Floats] | None:
    """Return each item's (k,) negative distances to the options' means over other clusters.

    An option that no other cluster carries is as far as other items are on average. None where no item's own label is
    carried by another cluster, so that nothing can be learned of it.
    """
    places = np.array([(row["valence"], row["arousal"]) for row in rows], dtype=np.float64)
    names, carried = np.unique([row["labels"][0] for row in rows], return_inverse=True)
    code = {str(name): number for number, name in enumerate(names)}
    numbers, clusters = np.unique([row["cluster_id"] for row in rows], return_inverse=True)
    own = {str(name): number for number, name in enumerate(numbers)}
    found, learned = [], False
    for item, point in zip(items, points(items), strict=True):
        usable = clusters != own.get(item.cluster_id, -1)
        members = [usable & (carried == code.get(option, -1)) for option in item.choices]
        learned = learned or bool(members[item.choices.index(item.labels[0])].any())
        elsewhere = np.linalg.norm(places[usable] - point, axis=1).mean() if usable.any() else 0.0
        found.append(
            np.array(
                [-np.linalg.norm(places[held].mean(axis=0) - point) if held.any() else -elsewhere for held in members]
            )
        )
    return found if learned else None


def _chosen(items: Sequence[Item], scores: Floats, *, by_likelihood: bool) -> list[Answer]:
    rows = [row[: len(item.choices)] for item, row in zip(items, scores, strict=True)]
    if by_likelihood:
        return [Answer(loglikelihoods=tuple(row.tolist())) for row in rows]
    return [Answer(text=item.choices[int(row.argmax())]) for item, row in zip(items, rows, strict=True)]
