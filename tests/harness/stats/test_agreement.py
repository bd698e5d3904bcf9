"""Weighted agreement against scipy, scikit-learn and definitions, on data expanded by the weights."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.stats import pearsonr
from sklearn.metrics import root_mean_squared_error

from harness.stats.agreement import ccc, pearson, rmse

Array = NDArray[np.float64]
ALL = [pearson, ccc, rmse]
Statistic = Callable[[Array, Array, Array], Array]

values = st.integers(-100, 100).map(lambda i: i / 100)


@st.composite
def samples(draw: st.DrawFn) -> tuple[Array, Array, NDArray[np.int64]]:
    n = draw(st.integers(2, 12))
    x = draw(arrays(np.float64, n, elements=values))
    y = draw(arrays(np.float64, n, elements=values))
    return x, y, draw(arrays(np.int64, (3, n), elements=st.integers(0, 4)))


def by_definition(x: Array, y: Array) -> float:
    """Lin's CCC as 1 - E(x - y)^2 / E(x - y)^2 under independence (Lin 1989, before equation 2)."""
    return float(1 - np.mean((x - y) ** 2) / np.mean((x[:, None] - y[None, :]) ** 2))


@given(samples())
def test_a_weighted_value_is_that_of_the_expanded_data(sample: tuple[Array, Array, NDArray[np.int64]]) -> None:
    x, y, w = sample
    for weights in w:
        a, b = np.repeat(x, weights), np.repeat(y, weights)
        assume(len(a) and np.ptp(a) > 0 and np.ptp(b) > 0)
        row = weights[None, :].astype(float)
        assert pearson(x, y, row)[0] == pytest.approx(pearsonr(a, b).statistic, abs=1e-9)
        assert ccc(x, y, row)[0] == pytest.approx(by_definition(a, b), abs=1e-9)
        assert rmse(x, y, row)[0] == pytest.approx(root_mean_squared_error(a, b), abs=1e-9)


def test_ccc_of_a_worked_example() -> None:
    # means 2 and 3, variances over n 2/3 and 2/3, covariance 2/3: 2 * 2/3 / (4/3 + 1) = 4/7
    value = ccc(np.array([1.0, 2, 3]), np.array([2.0, 3, 4]), np.ones((1, 3)))
    assert value == pytest.approx([4 / 7])


def test_all_draws_come_out_as_one_by_one() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(2, 40))
    w = rng.multinomial(40, np.full(40, 1 / 40), 25).astype(float)
    for statistic in ALL:
        np.testing.assert_allclose(statistic(x, y, w), [statistic(x, y, row[None])[0] for row in w], rtol=1e-10)


@pytest.mark.parametrize("statistic", ALL)
def test_an_item_without_a_value_is_left_out(statistic: Statistic) -> None:
    x, y = np.array([0.1, np.nan, 0.5, -0.2, 0.3]), np.array([0.2, 0.9, np.nan, -0.1, 0.6])
    w = np.array([[1.0, 5, 7, 2, 1]])
    keep = [0, 3, 4]
    np.testing.assert_allclose(statistic(x, y, w), statistic(x[keep], y[keep], w[:, keep]))


@pytest.mark.parametrize("statistic", ALL)
@pytest.mark.parametrize("n", [0, 3])
def test_no_weight_gives_no_value(statistic: Statistic, n: int) -> None:
    assert np.isnan(statistic(np.arange(n) / 1.0, np.arange(n) / 2.0, np.zeros((2, n)))).all()


@pytest.mark.parametrize("constant", [0.3, 0.1, -1.0])
def test_constants(constant: float) -> None:
    x, y, w = np.full(5, constant), np.array([0.1, 0.2, 0.4, 0.1, 0.0]), np.ones((1, 5))
    assert np.isnan(pearson(x, y, w)[0])
    assert ccc(x, y, w)[0] == 0
    assert np.isnan(ccc(x, x, w)[0])
    assert rmse(x, x, w)[0] == 0


def test_a_draw_of_one_item_alone_has_no_correlation() -> None:
    x, y = np.array([0.1, 0.7, 0.3]), np.array([0.2, 0.4, 0.9])
    w = np.array([[0.0, 3, 0]])
    assert np.isnan(pearson(x, y, w)[0])
    assert rmse(x, y, w)[0] == pytest.approx(0.3)


def test_a_large_offset_does_no_harm() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=50)
    y = x + rng.normal(size=50)
    assert pearson(x + 1e6, y - 1e6, np.ones((1, 50)))[0] == pytest.approx(pearsonr(x, y).statistic, abs=1e-6)


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError):
        pearson(np.zeros(3), np.zeros(3), np.ones(3))
