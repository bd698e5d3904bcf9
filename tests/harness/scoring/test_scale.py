"""Features on another scale than the word norms are noticed."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import linregress

from harness.record import Item
from harness.scoring.scale import compared
from va_extractor.emotions.labels import EMOTIC
from va_extractor.emotions.prototypes import prototypes

NORMS = prototypes(EMOTIC)


def items(factor: float, shift: float, noise: float = 0.1) -> list[Item]:
    rng = np.random.default_rng(0)
    made = []
    for number in range(26 * 40):
        valence, arousal = NORMS[number % 26] * factor + shift + rng.normal(0, noise, 2)
        name, labels = str(number), (EMOTIC[number % 26],)
        made.append(Item(item_id=name, cluster_id=name, valence=valence, arousal=arousal, labels=labels))
    return made


def test_features_drawn_around_the_norms_fit_them() -> None:
    found = compared(items(1, 0), EMOTIC, NORMS)
    assert found is not None
    assert found.slopes == pytest.approx((1, 1), abs=0.1)
    assert (found.moved, found.warning) == ((), None)


@pytest.mark.parametrize("factor", [0.31, 2.0])
def test_shrunk_and_stretched_features_are_warned_of(factor: float) -> None:
    found = compared(items(factor, 0), EMOTIC, NORMS)
    assert found is not None
    assert found.warning


def test_slopes_are_those_of_scipy_and_a_shift_moves_labels_over_the_axes() -> None:
    made = items(1, 0.3)
    found = compared(made, EMOTIC, NORMS)
    assert found is not None
    means = np.array([[(one.valence, one.arousal) for one in made if one.labels == (label,)] for label in EMOTIC]).mean(
        1
    )
    for axis in (0, 1):
        assert found.slopes[axis] == pytest.approx(linregress(NORMS[:, axis], means[:, axis]).slope)
    over = {label for label, norm in zip(EMOTIC, NORMS, strict=True) if ((norm < -0.02) & (norm > -0.25)).any()}
    assert over <= set(found.moved)
    assert found.warning


def test_few_labels_say_nothing() -> None:
    made = [one for one in items(1, 0) if one.labels[0] in ("Anger", "Fear")]
    assert compared(made, EMOTIC, NORMS) is None
