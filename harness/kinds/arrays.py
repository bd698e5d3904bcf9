"""Arrange items and answers as arrays for metrics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.metrics.outcome import NO_ANSWER
from harness.record import Item
from harness.stats.arrays import Bools, Floats
from va_extractor.common.errors import InputError
from va_extractor.emotions.prototypes import prototypes

if TYPE_CHECKING:
    from harness.kinds.base import Answered, Centroids

_DIGITS = 9  # labels that differ by rounding only are ties


def membership(sets: Sequence[Sequence[str]], labels: tuple[str, ...]) -> np.ndarray:
    """Return (n, k) booleans: whether each set holds each label."""
    position = {label: index for index, label in enumerate(labels)}
    matrix = np.zeros((len(sets), len(labels)), dtype=bool)
    for row, members in enumerate(sets):
        for label in members:
            matrix[row, position[label]] = True
    return matrix


def column(values: Sequence[float | None]) -> Floats:
    """Return (n,) floats, NaN for None."""
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def scored(answered: Sequence[Answered]) -> dict[str, Floats]:
    """Return (n,) scores by name; NaN where an item has none."""
    names = sorted({name for one in answered for name in one.scores})
    return {name: column([one.scores.get(name) for one in answered]) for name in names}


def points(items: Sequence[Item]) -> Floats:
    """Return (n, 2) valence and arousal."""
    return np.array([(item.valence, item.arousal) for item in items], dtype=np.float64).reshape(-1, 2)


def labelled(labels: tuple[str, ...], answered: Sequence[Answered]) -> dict[str, Any]:
    """Return the fields of `Labelled`: one true label for each item, and one or no answered label."""
    items = [one.item for one in answered]
    gold = np.array([item.choices.index(item.labels[0]) for item in items], dtype=np.int64)
    sizes = np.array([len(item.choices) for item in items], dtype=np.int64)
    even = np.unique(sizes).size == 1
    near = places(answered) if even else None
    scores = [one.answer.loglikelihoods for one in answered if even and one.answer.loglikelihoods is not None]
    scored = np.array(scores, dtype=np.float64) if len(scores) == len(answered) > 0 else None
    return {
        "gold": gold,
        "predicted": np.array([_predicted(one) for one in answered], dtype=np.int64),
        "sizes": sizes,
        "labels": labels,
        "scores": scored,
        "scores_norm": None if scored is None else scored / _lengths(items),
        "scores_cal": None if scored is None else _calibrated(scored, answered),
        "distance": None if near is None else distance(near, items),
        "apart": None if near is None else _apart(near, near[np.arange(gold.size), gold]),
    }


def places(answered: Sequence[Answered]) -> Floats | None:
    """Return (n, k, 2) centroids or norms of the offered labels; None if one has neither."""
    known: dict[tuple[str, ...], Floats] = {}
    try:
        for one in answered:
            choices = one.item.choices
            if choices not in known:
                known[choices] = prototypes(choices) if one.centroids is None else _means(choices, one.centroids)
    except InputError:
        return None
    return np.stack([known[one.item.choices] for one in answered])


def _means(choices: Sequence[str], centroids: Centroids) -> Floats:
    return np.array([centroids[choice] for choice in choices], dtype=np.float64)


def distance(places: Floats, items: Sequence[Item]) -> Floats:
    """Return (n, k) distances of n points to their (n, k, 2) places."""
    return _apart(places, points(items))


def votes(items: Sequence[Item], labels: tuple[str, ...]) -> Floats | None:
    """Return (n, k) annotator votes / max vote; None with one annotator."""
    position = {label: index for index, label in enumerate(labels)}
    votes = np.zeros((len(items), len(labels)))
    for row, item in enumerate(items):
        if item.label_weights is None:
            return None
        for label, weight in zip(item.labels, item.label_weights, strict=True):
            votes[row, position[label]] = weight
    return votes


def annotated(items: Sequence[Item], labels: tuple[str, ...]) -> Bools | None:
    """Return (n, a, k) whether each of up to `a` annotators gave each label; None if no item has several."""
    sets = [item.annotator_labels or () for item in items]
    most = max(map(len, sets))
    if most < 2:
        return None
    position = {label: index for index, label in enumerate(labels)}
    given = np.zeros((len(sets), most, len(labels)), dtype=bool)
    for row, annotators in enumerate(sets):
        for number, names in enumerate(annotators):
            given[row, number, [position[name] for name in names]] = True
    return given


def _calibrated(scores: Floats, answered: Sequence[Answered]) -> Floats | None:
    """Divide (n, k) probabilities by those without content (mean over prompts), and normalise.

    As Zhao et al. (2021, arXiv:2102.09690), section 5: W = diag(p_cf)^-1, b = 0.

    Returns:
        (n, k) log-probabilities; None if an item's choices have no answers without content.
    """
    from scipy.special import log_softmax, logsumexp

    known: dict[tuple[tuple[float, ...], ...], Floats] = {}
    for one in answered:
        if not one.content_free:
            return None
        if one.content_free not in known:
            logs = log_softmax(np.array(one.content_free), axis=1)
            known[one.content_free] = logsumexp(logs, axis=0) - np.log(len(logs))
    bias = np.stack([known[one.content_free] for one in answered])
    found: Floats = np.round(log_softmax(log_softmax(scores, axis=1) - bias, axis=1), _DIGITS)
    return found


def _lengths(items: Sequence[Item]) -> Floats:
    return np.array([[len(choice) for choice in item.choices] for item in items], dtype=np.float64)


def _apart(places: Floats, points: Floats) -> Floats:
    distance: Floats = np.linalg.norm(places - points[:, None, :], axis=2)
    return distance


def _predicted(one: Answered) -> int:
    return one.item.choices.index(one.parsed.labels[0]) if one.parsed.labels else NO_ANSWER
