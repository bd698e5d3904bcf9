"""Log-scores of labels from valence and arousal, one function for each baseline.

Each takes training data and (n, 2) points, and returns (n, k) scores; higher is likelier.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.stats.arrays import Bools, Floats
from va_extractor.common.errors import InputError
from va_extractor.emotions.prototypes import prototypes, spreads

NEIGHBOURS = 25
_SMOOTHING = 1.0


@dataclass(frozen=True)
class Fit:
    """Training data of a baseline.

    Attributes:
        labels: the k labels.
        points: (m, 2) valence and arousal of the train split.
        truth: (m, k) which labels each train item has.
        source: the source's name, for messages.
        in_sample: whether these are the items asked, since there is no train split.
        centroids: (k, 2) mean valence and arousal of the train items with each label; None where there are none.
    """

    labels: tuple[str, ...]
    points: Floats
    truth: Bools
    source: str
    in_sample: bool
    centroids: Floats | None = None


LabelScores = Callable[[Fit, Floats], Floats]


def prior(fit: Fit, points: Floats) -> Floats:
    """Return the log fraction of train items with each label, the same for every point; 0 without a train split."""
    shares = np.log((fit.truth.sum(axis=0) + _SMOOTHING) / (len(fit.truth) + _SMOOTHING))
    return np.tile(shares, (len(points), 1))


def prototype(fit: Fit, points: Floats) -> Floats:
    """Return the negative Euclidean distance of each point to each label's centroid, or else its published mean."""
    centers = prototypes(fit.labels) if fit.centroids is None else fit.centroids
    distance: Floats = np.linalg.norm(points[:, None, :] - centers[None, :, :], axis=2)
    return -distance


def gaussian(fit: Fit, points: Floats) -> Floats:
    """Return log densities under independent normals with the published means and standard deviations."""
    spread = spreads(fit.labels)[None, :, :]
    z = (points[:, None, :] - prototypes(fit.labels)[None, :, :]) / spread
    density: Floats = -(z**2 / 2 + np.log(spread)).sum(axis=2)
    return density


def knn(fit: Fit, points: Floats) -> Floats:
    """Return log fractions of each label among the `NEIGHBOURS` nearest train items, smoothed by the prior."""
    from sklearn.neighbors import NearestNeighbors

    _needs_train(fit)
    search = NearestNeighbors(n_neighbors=min(NEIGHBOURS, len(fit.points))).fit(fit.points)
    votes: Floats = fit.truth[search.kneighbors(points, return_distance=False)].sum(axis=1)
    share: Floats = (votes + _SMOOTHING * fit.truth.mean(axis=0)) / (search.n_neighbors + _SMOOTHING)
    scores: Floats = np.log(share + 1e-9)
    return scores


def logistic(fit: Fit, points: Floats) -> Floats:
    """Return log probabilities of one cubic logistic regression for each label (C = 1, standardised features)."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PolynomialFeatures, StandardScaler

    cubic = make_pipeline(
        PolynomialFeatures(3, include_bias=False), StandardScaler(), LogisticRegression(max_iter=1000)
    )
    return _one_a_label(cubic, fit, points)


def boosting(fit: Fit, points: Floats) -> Floats:
    """Return log probabilities of one histogram gradient boosting (50 small trees) for each label."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    trees = HistGradientBoostingClassifier(
        max_iter=50, learning_rate=0.05, max_leaf_nodes=8, early_stopping=False, random_state=0
    )
    return _one_a_label(trees, fit, points)


def cells(fit: Fit, points: Floats, *, axes: int) -> Floats:
    """Return log fractions of each label among train items with the same signs, smoothed by the prior.

    Args:
        fit: training data.
        points: (n, 2) points asked.
        axes: 1 for the sign of valence, 2 for the quadrant.
    """
    _needs_train(fit)
    learned, asked = (np.dot(given[:, :axes] > 0, [1, 2][:axes]) for given in (fit.points, points))
    members = (learned[:, None] == np.arange(4)).astype(np.float64)
    votes = members.T @ fit.truth + _SMOOTHING * fit.truth.mean(axis=0)
    scores: Floats = np.log(votes / (members.sum(axis=0)[:, None] + _SMOOTHING) + 1e-9)[asked]
    return scores


def typical_spread() -> float:
    """Return the mean of the published standard deviations of valence and arousal: 0.30."""
    return float(spreads(("neutral",)).mean())


def to_shares(scores: Floats) -> Floats:
    """Return (n, k) probabilities from (n, k) log-scores (softmax)."""
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Floats = odds / odds.sum(axis=1, keepdims=True)
    return shares


def nearest_train_item(fit: Fit, points: Floats) -> Sequence[int]:
    """Return the index of the train item nearest to each point."""
    from sklearn.neighbors import NearestNeighbors

    _needs_train(fit)
    nearest = NearestNeighbors(n_neighbors=1).fit(fit.points).kneighbors(points, return_distance=False)[:, 0]
    return [int(index) for index in nearest]


def _needs_train(fit: Fit) -> None:
    if fit.in_sample or len(fit.points) == 0:
        what = f"knn and logistic need a train split, and source '{fit.source}' has none"
        raise InputError(what, code="unsupported", field="--model")


def _one_a_label(classifier: Any, fit: Fit, points: Floats) -> Floats:
    """Return (n, k) log probabilities from one fit for each label; its fraction if all or no items have it."""
    _needs_train(fit)
    columns = []
    for truth in fit.truth.T:
        if truth.all() or not truth.any():
            columns.append(np.full(len(points), np.log(max(truth.mean(), 1e-9))))
        else:
            columns.append(np.log(classifier.fit(fit.points, truth).predict_proba(points)[:, 1]))
    return np.stack(columns, axis=1)
