"""Divergences and transport against scipy, and transport against its own dual and the one-dimensional case."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.optimize import linprog
from scipy.spatial.distance import cdist, jensenshannon
from scipy.stats import entropy, wasserstein_distance

from harness.kinds import get
from harness.metrics.distribution import SMOOTHING, transport
from harness.metrics.outcome import Distributed
from harness.scoring.chance import chances
from harness.stats.arrays import Floats
from tests.harness.metrics.drawing import values
from va_extractor.emotions.labels import BASIC, EMOTIC
from va_extractor.emotions.prototypes import prototypes

NONE = np.zeros(1)


def distributed(reference: Floats, answered: Floats, labels: tuple[str, ...] = BASIC) -> Distributed:
    return Distributed(reference, answered, np.zeros(len(reference)), labels)


def one(name: str, outcome: Distributed) -> Floats:
    """Return a metric's value on each item alone."""
    return values(name, get("distribution"), outcome, np.eye(len(outcome.reference), dtype=np.int64))


def simplex(k: int) -> st.SearchStrategy[Floats]:
    """Draw shares of k labels, zeros among them."""
    rows = hnp.arrays(np.float64, k, elements=st.sampled_from([0.0, 0.0, 0.1, 0.25, 1.0, 3.0])).filter(np.any)
    return rows.map(lambda row: row / row.sum())


def whole(p: Floats, q: Floats, ground: Floats) -> float:
    """Solve the full transport program of one pair, nothing taken out beforehand."""
    k = p.size
    leaves, arrives = np.kron(np.eye(k), np.ones(k)), np.kron(np.ones(k), np.eye(k))
    found = linprog(ground.ravel(), A_eq=np.vstack([leaves, arrives]), b_eq=np.concatenate([p, q]), method="highs")
    assert found.fun is not None
    return float(found.fun)


def dual(p: Floats, q: Floats, ground: Floats) -> float:
    """Return the largest difference in mean of a function that no way climbs faster than its length (Kantorovich)."""
    k = p.size
    rows = [np.eye(k)[i] - np.eye(k)[j] for i in range(k) for j in range(k)]
    found = linprog(-(p - q), A_ub=np.array(rows), b_ub=ground.ravel(), bounds=(-9, 9), method="highs")
    assert found.fun is not None
    return -float(found.fun)


@given(simplex(7), simplex(7))
def test_divergences_are_scipys(p: Floats, q: Floats) -> None:
    outcome = distributed(p[None], q[None])
    shared = entropy((p + q) / 2, base=2) - (entropy(p, base=2) + entropy(q, base=2)) / 2  # Lin 1991
    assert one("js_divergence", outcome)[0] == pytest.approx(shared, abs=1e-9)
    smooth = (1 - SMOOTHING) * q + SMOOTHING / 7
    assert one("kl_divergence", outcome)[0] == pytest.approx(entropy(p, smooth), abs=1e-9)


@given(simplex(7), simplex(7))
def test_transport_is_the_linear_program_and_its_dual(p: Floats, q: Floats) -> None:
    ground = cdist(prototypes(BASIC), prototypes(BASIC))
    found = transport(p[None], q[None], ground)[0]
    assert found == pytest.approx(whole(p, q, ground), abs=1e-7)
    assert found == pytest.approx(dual(p, q, ground), abs=1e-7)


def test_transport_along_a_line_is_wasserstein_distance() -> None:
    rng = np.random.default_rng(1)
    places = np.sort(rng.uniform(-1, 1, 9))
    ground = np.abs(places[:, None] - places[None])
    p, q = rng.dirichlet(np.full(9, 0.4), 120), rng.dirichlet(np.ones(9), 120)
    expected = [wasserstein_distance(places, places, one, other) for one, other in zip(p, q, strict=True)]
    assert transport(p, q, ground) == pytest.approx(np.array(expected), abs=1e-7)


def test_transport_of_tiny_and_equal_shares_does_not_fail() -> None:
    ground = cdist(prototypes(EMOTIC), prototypes(EMOTIC))
    rng = np.random.default_rng(2)
    p = rng.dirichlet(np.full(26, 0.05), 200)
    q = p + rng.choice([0.0, 1e-13, 1e-9, 1e-4], size=p.shape)
    q /= q.sum(axis=1, keepdims=True)
    assert transport(p, q, ground) == pytest.approx(0.0, abs=1e-2)
    assert transport(p, p, ground) == pytest.approx(0.0, abs=1e-12)


def test_certain_answers_cost_the_way_between_prototypes() -> None:
    certain = np.eye(7)
    outcome = distributed(certain, np.roll(certain, 1, axis=0))
    ways = np.linalg.norm(prototypes(BASIC) - np.roll(prototypes(BASIC), 1, axis=0), axis=1)
    assert one("emd", outcome) == pytest.approx(ways, abs=1e-9)
    assert one("js_divergence", outcome) == pytest.approx(np.ones(7))


def test_no_answer_is_the_worst_certain_answer() -> None:
    rng = np.random.default_rng(3)
    reference = rng.dirichlet(np.ones(7), 20)
    silent = distributed(reference, np.full((20, 7), np.nan))
    for name in ("js_divergence", "kl_divergence", "emd"):
        certain = [one(name, distributed(reference, np.tile(row, (20, 1)))) for row in np.eye(7)]
        assert one(name, silent) == pytest.approx(np.max(certain, axis=0), abs=1e-7), name
        mixed = distributed(reference, np.where(np.arange(20)[:, None] < 5, np.nan, reference))
        assert one(name, mixed)[:5] == pytest.approx(one(name, silent)[:5]), name


def test_labels_without_a_place_have_no_transport_but_divergences() -> None:
    outcome = distributed(np.eye(2), np.eye(2), ("this", "that"))
    assert np.isnan(one("emd", outcome)).all()
    assert one("js_divergence", outcome) == pytest.approx(NONE.repeat(2))


def test_unnormalised_answers_are_counted_among_those_read() -> None:
    outcome = Distributed(np.eye(4), np.eye(4), np.array([0.0, 1.0, 0.0, np.nan]), ("a", "b", "c", "d"))
    assert values("unnormalised", get("distribution"), outcome, np.ones((1, 4), dtype=np.int64))[0] == pytest.approx(
        1 / 3
    )


def test_chance_is_a_random_point_of_the_simplex() -> None:
    outcome = distributed(np.tile(np.eye(3)[0], (4000, 1)), np.tile(np.eye(3)[0], (4000, 1)), ("a", "b", "c"))
    drawn = get("distribution").at_random(outcome, np.random.default_rng(0))
    assert isinstance(drawn, Distributed)
    assert drawn.answered.mean(axis=0) == pytest.approx(np.full(3, 1 / 3), abs=0.01)
    assert drawn.answered[:, 0].var() == pytest.approx(1 / 18, abs=0.003)  # of Dirichlet(1, 1, 1): 2 / (9 * 4)
    [metric] = [metric for metric in get("distribution").metrics if metric.name == "js_divergence"]
    share = np.random.default_rng(1).dirichlet(np.ones(3), 20_000)
    expected = np.mean(jensenshannon(np.tile(np.eye(3)[0], (20_000, 1)), share, base=2, axis=1) ** 2)
    assert chances(get("distribution"), [metric], outcome, 4000)[metric.name] == pytest.approx(expected, abs=0.01)
