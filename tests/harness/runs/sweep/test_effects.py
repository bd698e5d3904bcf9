"""Main effects against a linear model of statsmodels and against hand calculation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score
from statsmodels.stats.multitest import multipletests

from harness.kinds import Answered, get
from harness.metrics import Metric
from harness.metrics.outcome import Labelled
from harness.record import Answer, Parsed
from harness.runs.sweep.design import cells, contrasts, parse
from harness.runs.sweep.effects import Measured, effects, spread_of
from harness.tasks.prompts.axes import Axes
from tests.making import item

if TYPE_CHECKING:
    from harness.metrics.outcome import Outcome

LABELS = ("anger", "fear", "neutral")
AXES = parse("va_format,scale=0..1,say_scale", Axes())
CELLS = cells(AXES, Axes(), "crossed")
METRICS: dict[str, Metric] = {metric.name: metric for metric in get("single_label").metrics}


def simulated(rng: np.random.Generator, items: int, clusters: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return gold labels (items,), answers (variants, items) that hang together by item, and clusters (items,)."""
    gold = rng.integers(0, 3, items)
    hard = rng.normal(size=items)
    rows = []
    for cell in CELLS:
        skill = 0.3 + 0.6 * (cell.va_format == "lexical") - 0.4 * (cell.scale == "0..1") + 0.2 * cell.say_scale
        right = hard + 0.7 * rng.normal(size=items) < skill
        rows.append(np.where(right, gold, (gold + rng.integers(1, 3, items)) % 3))
    return gold, np.array(rows), np.arange(items) % clusters


def measured(gold: np.ndarray, said: np.ndarray, clusters: np.ndarray, name: str) -> Measured:
    outcomes: list[Outcome] = []
    for row in said:
        answered = [
            Answered(item(number, labels=[LABELS[true]], choices=LABELS), Answer(text=""),
                     Parsed(status="ok", labels=(LABELS[one],)), {})
            for number, (true, one) in enumerate(zip(gold, row, strict=True))
        ]  # fmt: skip
        outcomes.append(get("single_label").outcome(LABELS, answered))
    assert isinstance(outcomes[0], Labelled)
    return Measured(METRICS[name], outcomes, {cell: place for place, cell in enumerate(CELLS)}, clusters)


@given(st.integers(0, 1000))
@settings(max_examples=8)
def test_main_effects_are_the_coefficients_of_a_linear_model(seed: int) -> None:
    gold, said, clusters = simulated(np.random.default_rng(seed), 60, 30)
    found = effects(measured(gold, said, clusters, "accuracy"), contrasts(AXES, CELLS), draws=200)
    rows = pd.DataFrame(
        [
            {"right": float(one == true), **{axis.name: str(getattr(cell, axis.name)) for axis in AXES}}
            for cell, answers in zip(CELLS, said, strict=True)
            for one, true in zip(answers, gold, strict=True)
        ]
    )
    terms = " + ".join(f"C({axis.name}, Treatment({str(axis.default)!r}))" for axis in AXES)
    fit = smf.ols(f"right ~ {terms}", rows).fit()
    for one in found:
        [coefficient] = [
            value for name, value in fit.params.items() if f"C({one.axis}," in name and f"[T.{one.level}]" in name
        ]
        assert one.effect == pytest.approx(coefficient, abs=1e-12)


def test_an_interval_is_as_wide_as_the_cluster_robust_error_of_the_same_contrast() -> None:
    gold, said, clusters = simulated(np.random.default_rng(5), 600, 200)
    found = effects(measured(gold, said, clusters, "accuracy"), contrasts(AXES, CELLS))
    right = (said == gold).astype(float)
    for one in found:
        sides = [
            np.mean([right[place] for place, cell in enumerate(CELLS) if getattr(cell, one.axis) == level], axis=0)
            for level in (one.level, one.default)
        ]
        gap = sides[0] - sides[1]
        fit = sm.OLS(gap, np.ones_like(gap)).fit(cov_type="cluster", cov_kwds={"groups": clusters})
        assert one.interval is not None
        low, high = fit.conf_int()[0]
        assert one.interval.low == pytest.approx(low, abs=0.12 * (high - low))
        assert one.interval.high == pytest.approx(high, abs=0.12 * (high - low))
        if fit.pvalues[0] > 0.02:
            assert one.p == pytest.approx(fit.pvalues[0], abs=0.04)
        elif fit.pvalues[0] < 1e-4:
            assert one.p < 0.005


def test_an_effect_on_macro_f1_is_the_mean_difference_of_scikit_learns() -> None:
    gold, said, clusters = simulated(np.random.default_rng(2), 90, 90)
    found = effects(measured(gold, said, clusters, "macro_f1"), contrasts(AXES, CELLS), draws=100)
    score = {cell: f1_score(gold, row, average="macro") for cell, row in zip(CELLS, said, strict=True)}
    for one, contrast in zip(found, contrasts(AXES, CELLS), strict=True):
        assert one.effect == pytest.approx(np.mean([score[a] - score[b] for a, b in contrast.pairs]), abs=1e-6)
        assert one.at_level - one.at_default == pytest.approx(one.effect)
    adjusted = multipletests([one.p for one in found], method="holm")[1]
    assert [one.holm for one in found] == pytest.approx(list(adjusted))


def test_answers_that_no_axis_moves_have_no_effect_at_all() -> None:
    gold, said, clusters = simulated(np.random.default_rng(1), 50, 50)
    same = np.repeat(said[:1], len(CELLS), axis=0)
    for one in effects(measured(gold, same, clusters, "macro_f1"), contrasts(AXES, CELLS), draws=100):
        assert one.interval is not None
        assert (one.effect, one.interval.low, one.interval.high, one.p) == (0.0, 0.0, 0.0, 1.0)


def test_the_spread_is_that_of_the_values() -> None:
    found = spread_of([0.2, 0.5, 0.3])
    assert (found.variants, found.least, found.greatest) == (3, 0.2, 0.5)
    assert found.range == pytest.approx(0.3)
    assert found.sd == pytest.approx(np.std([0.2, 0.5, 0.3], ddof=1))
