"""Quantile maps of valence and arousal to the scale of the word norms."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import linregress

from harness.stats.arrays import Floats
from harness.tasks.calibration import calibrated, quantile_map
from harness.tasks.features import SHIPPED, load, reference
from tests.making import features
from va_extractor.common.errors import InputError
from va_extractor.emotions.labels import BASIC
from va_extractor.emotions.prototypes import prototypes, spreads

MEANS, SDS = prototypes(BASIC), spreads(BASIC)
WEIGHTS = np.full(len(BASIC), 1 / len(BASIC))
ROWS = 700


def drawn(seed: int) -> Floats:
    """Return (ROWS, 2) points drawn around the norms of each basic label in turn."""
    rng = np.random.default_rng(seed)
    labels = np.arange(ROWS) % len(BASIC)
    points: Floats = np.clip(rng.normal(MEANS[labels], SDS[labels]), -1, 1)
    return points


@given(
    st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=40),
    st.lists(st.floats(-2, 2), min_size=2, max_size=20),
)
def test_a_map_never_descends_and_never_leaves_the_scale(sample: list[float], asked: list[float]) -> None:
    mapped = quantile_map(np.array(sample), MEANS[:, 0], SDS[:, 0], WEIGHTS)(np.sort(asked))
    assert (np.diff(mapped) >= 0).all()
    assert (np.abs(mapped) <= 1).all()


@pytest.mark.parametrize(("factor", "shift"), [(1.0, 0.0), (0.31, 0.2), (0.31, -0.5)])
def test_shrinking_and_shifting_are_undone_and_nothing_else_is_changed(factor: float, shift: float) -> None:
    fitted, asked = drawn(1), drawn(2)
    for axis in (0, 1):
        change = quantile_map(fitted[:, axis] * factor + shift, MEANS[:, axis], SDS[:, axis], WEIGHTS)
        found = change(asked[:, axis] * factor + shift)
        assert np.abs(found - asked[:, axis]).max() < 0.12
        assert np.abs(found - asked[:, axis]).mean() < 0.03


def test_every_split_is_mapped_as_the_train_split_says_and_rows_without_values_stay_so() -> None:
    points = drawn(3)
    shrunk = points * 0.31 + 0.2
    labels = [[BASIC[row % len(BASIC)]] for row in range(ROWS)]
    train = features(ROWS, valence=shrunk[:, 0].tolist(), arousal=shrunk[:, 1].tolist(), labels=labels)
    test = features(3, valence=[shrunk[0, 0], None, 1.0], arousal=[shrunk[0, 1], None, 1.0], labels=[[], [], []])
    tables, fitted = calibrated({"test": test, "train": train})
    assert fitted == "train"
    first, absent, beyond = tables["test"]["valence"].to_pylist()
    assert first == pytest.approx(tables["train"]["valence"][0].as_py())
    assert absent is None
    assert beyond == max(tables["train"]["valence"].to_pylist())
    assert tables["test"].schema == test.schema
    assert calibrated({"test": train})[1] == "test"
    for axis, name in enumerate(("valence", "arousal")):
        column = np.array(tables["train"][name].to_pylist())
        means = [column[row :: len(BASIC)].mean() for row in range(len(BASIC))]
        assert linregress(MEANS[:, axis], means).slope == pytest.approx(1, abs=0.15)


def test_norms_are_on_their_own_scale_and_other_features_need_labels_with_norms() -> None:
    source = load(reference(SHIPPED, calibrate=True), "norms")
    assert source.calibrated_on is None
    assert source.tables["test"].equals(load(SHIPPED, "norms").tables["test"])
    for labels, code in (([], "missing"), (["Ennui of Sundays"], "unsupported")):
        with pytest.raises(InputError) as raised:
            calibrated({"test": features(3, labels=[labels] * 3)})
        assert (raised.value.problem.field, raised.value.problem.code) == ("--calibrate", code)


def test_a_reference_says_that_features_are_mapped_and_hashes_stay_those_of_the_files(lookalike: Path) -> None:
    plain, mapped = load(str(lookalike), "emotic"), load(reference(str(lookalike), calibrate=True), "emotic")
    assert (plain.calibrated_on, mapped.calibrated_on) == (None, "train")
    assert (mapped.id, mapped.hashes) == (plain.id, plain.hashes)
    assert not mapped.tables["test"]["valence"].equals(plain.tables["test"]["valence"])
