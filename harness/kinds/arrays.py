"""From answered items to the arrays that metrics read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harness.kinds import form
from harness.metrics.outcome import NO_ANSWER, Described, Labelled, LabelSets, Outcome, Ranked
from harness.record import Answer, Item, ItemScores, Parsed
from harness.record.kinds import Kind
from harness.stats.arrays import Bools, Floats
from va_extractor.common.errors import InputError
from va_extractor.emotions.prototypes import prototypes

_DIGITS = 9  # labels that differ by rounding alone tie


@dataclass(frozen=True, eq=False)
class Answered:
    """One item with an answer to it.

    Attributes:
        item: what was given and what is true.
        answer: the raw answer.
        parsed: how it was read.
        scores: per-item scores that need more than the answer (embeddings); empty for label kinds.
        content_free: log-likelihoods of the same choices in prompts without content; empty where none were asked.
    """

    item: Item
    answer: Answer
    parsed: Parsed
    scores: ItemScores
    content_free: tuple[tuple[float, ...], ...] = ()


def outcome(kind: Kind, labels: tuple[str, ...], answered: Sequence[Answered]) -> Outcome:
    """Arrange answered items as arrays.

    Args:
        kind: what was asked.
        labels: the task's label set; empty for descriptions and for choices that differ by item.
        answered: n items.

    Returns:
        The outcome class that belongs to `kind`.
    """
    found = form(kind)
    if found is not None:
        return found.outcome(labels, answered)
    if kind in (Kind.SINGLE_LABEL, Kind.CHOICE):
        return labelled(labels, answered)
    if kind is Kind.MULTI_LABEL:
        places = _places(answered)
        return LabelSets(
            gold=membership([one.item.labels for one in answered], labels),
            predicted=membership([one.parsed.labels for one in answered], labels),
            labels=labels,
            votes=_votes(answered, labels),
            distance=None if places is None else _distance(places, _points(answered)),
            annotated=_annotated(answered, labels),
        )
    if kind is Kind.RANKING:
        scores = np.array([one.answer.loglikelihoods for one in answered], dtype=np.float64)
        return Ranked(membership([one.item.labels for one in answered], labels), scores, labels)
    names = sorted({name for one in answered for name in one.scores})
    columns = {name: column([one.scores.get(name) for one in answered]) for name in names}
    given = {
        "valence": column([one.item.valence for one in answered]),
        "arousal": column([one.item.arousal for one in answered]),
    }
    return Described(columns | given)


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


def labelled(labels: tuple[str, ...], answered: Sequence[Answered]) -> Labelled:
    """Arrange items of which one offered label is true and one, or none, was answered."""
    gold = np.array([one.item.choices.index(one.item.labels[0]) for one in answered], dtype=np.int64)
    sizes = np.array([len(one.item.choices) for one in answered], dtype=np.int64)
    even = np.unique(sizes).size == 1
    places = _places(answered) if even else None
    scores = [one.answer.loglikelihoods for one in answered if even and one.answer.loglikelihoods is not None]
    scored = np.array(scores, dtype=np.float64) if len(scores) == len(answered) > 0 else None
    return Labelled(
        gold=gold,
        predicted=np.array([_predicted(one) for one in answered], dtype=np.int64),
        sizes=sizes,
        labels=labels,
        scores=scored,
        scores_norm=None if scored is None else scored / _lengths(answered),
        scores_cal=None if scored is None else _calibrated(scored, answered),
        distance=None if places is None else _distance(places, _points(answered)),
        apart=None if places is None else _distance(places, places[np.arange(gold.size), gold]),
    )


def _calibrated(scores: Floats, answered: Sequence[Answered]) -> Floats | None:
    """Divide (n, k) probabilities by those without content, averaged over prompts; in logs, made to sum to 1.

    As Zhao et al. (2021, arXiv:2102.09690), section 5: W = diag(p_cf)^-1, b = 0.

    Returns:
        (n, k) log-probabilities; None where an item's choices were not asked without content.
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


def _lengths(answered: Sequence[Answered]) -> Floats:
    return np.array([[len(choice) for choice in one.item.choices] for one in answered], dtype=np.float64)


def _places(answered: Sequence[Answered]) -> Floats | None:
    """Return (n, k, 2) prototypes of the offered labels; None where one has no published term."""
    known: dict[tuple[str, ...], Floats] = {}
    try:
        for one in answered:
            if one.item.choices not in known:
                known[one.item.choices] = prototypes(one.item.choices)
    except InputError:
        return None
    return np.stack([known[one.item.choices] for one in answered])


def _points(answered: Sequence[Answered]) -> Floats:
    return np.array([(one.item.valence, one.item.arousal) for one in answered], dtype=np.float64)


def _distance(places: Floats, points: Floats) -> Floats:
    distance: Floats = np.linalg.norm(places - points[:, None, :], axis=2)
    return distance


def _votes(answered: Sequence[Answered], labels: tuple[str, ...]) -> Floats | None:
    position = {label: index for index, label in enumerate(labels)}
    votes = np.zeros((len(answered), len(labels)))
    for row, one in enumerate(answered):
        if one.item.label_weights is None:
            return None
        for label, weight in zip(one.item.labels, one.item.label_weights, strict=True):
            votes[row, position[label]] = weight
    return votes


def _annotated(answered: Sequence[Answered], labels: tuple[str, ...]) -> Bools | None:
    sets = [one.item.annotator_labels or () for one in answered]
    most = max(map(len, sets))
    if most < 2:
        return None
    places = {label: index for index, label in enumerate(labels)}
    given = np.zeros((len(sets), most, len(labels)), dtype=bool)
    for row, annotators in enumerate(sets):
        for number, names in enumerate(annotators):
            given[row, number, [places[name] for name in names]] = True
    return given


def _predicted(one: Answered) -> int:
    return one.item.choices.index(one.parsed.labels[0]) if one.parsed.labels else NO_ANSWER
