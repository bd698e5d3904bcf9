"""Map valence and arousal to the scale of the word norms, each by its own monotone quantile map."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from harness.stats.arrays import Floats
from va_extractor.common.errors import InputError
from va_extractor.emotions.prototypes import prototypes, spreads

TRAIN = "train"
"""The split that maps are fitted on, if there is one."""
_AXES = ("valence", "arousal")
_FLAG, _HINT = "--calibrate", "run without --calibrate"
_GRID = np.linspace(-1, 1, 2001)


@dataclass(frozen=True)
class QuantileMap:
    """A monotone map: linear between the points (given, mapped), constant beyond them.

    Attributes:
        given: (q,) ascending values.
        mapped: (q,) the value of each, in [-1, 1], never descending.
    """

    given: Floats
    mapped: Floats

    def __call__(self, values: Floats) -> Floats:
        """Return mapped values of the same shape; NaN stays NaN."""
        found: Floats = np.interp(values, self.given, self.mapped)
        return found


def quantile_map(values: Floats, means: Floats, sds: Floats, weights: Floats) -> QuantileMap:
    """Fit the map that gives a sample the quantiles of a mixture of normal distributions, clipped to [-1, 1].

    Each value goes to the mixture's quantile at (rank - 1/2) / n; ties have their mean rank. Quantile mapping: Panofsky
    & Brier (1968), Some Applications of Statistics to Meteorology.

    Args:
        values: (n,) at least one, without NaN.
        means: (k,) of the normal distributions.
        sds: (k,) their standard deviations, above 0.
        weights: (k,) of each; they sum to 1.
    """
    from scipy.special import ndtr

    given, counts = np.unique(values, return_counts=True)
    levels = (np.cumsum(counts) - counts / 2) / len(values)
    return QuantileMap(given, np.interp(levels, ndtr((_GRID[:, None] - means) / sds) @ weights, _GRID))


def calibrated(tables: dict[str, pa.Table]) -> tuple[dict[str, pa.Table], str | None]:
    """Map the valence and arousal of every split to the norms' scale.

    The maps are fitted on the labelled rows of the train split, else of the first split. The mixture has the published
    mean and SD of each label, weighted by how often the rows have it.

    Returns:
        The tables, and the split that the maps are fitted on; unchanged and None if the values are norms themselves.

    Raises:
        InputError: no row has a label, or a label has no published term.
    """
    fitted = TRAIN if TRAIN in tables else min(tables)
    if set(tables[fitted]["va_source"].to_pylist()) == {"norms"}:
        return tables, None
    given = tables[fitted]["labels"].to_pylist()
    counts = Counter(label for labels in given for label in labels)
    if not counts:
        what = "no row has a label, by whose norm values could be mapped"
        raise InputError(what, code="missing", field=_FLAG, hint=_HINT)
    try:
        means, sds = prototypes(list(counts)), spreads(list(counts))
    except InputError as error:
        raise InputError.of(replace(error.problem, field=_FLAG, hint=_HINT)) from None
    weights = np.array([*counts.values()]) / counts.total()
    labelled = np.array([bool(labels) for labels in given])
    for axis, name in enumerate(_AXES):
        values = _values(tables[fitted], name)
        found = quantile_map(values[labelled & ~np.isnan(values)], means[:, axis], sds[:, axis], weights)
        tables = {split: _mapped(table, name, found) for split, table in tables.items()}
    return tables, fitted


def _values(table: pa.Table, name: str) -> Floats:
    found: Floats = table[name].to_numpy().astype(np.float64)
    return found


def _mapped(table: pa.Table, name: str, found: QuantileMap) -> pa.Table:
    place = table.schema.get_field_index(name)
    values = pa.array(found(_values(table, name)), type=table.schema.field(place).type, from_pandas=True)
    return table.set_column(place, table.schema.field(place), values)
