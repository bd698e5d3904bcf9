"""The shipped features: published word norms, and a SYNTHETIC sample in the shape of IIMI and EMOTIC.

With the sample everything runs offline from a fresh install. It is drawn, not measured, so a score on it says nothing
about a model. Assumptions:

- valence and arousal of a label are independent normals with the mean of its Russell-Mehrabian term
  (`va_extractor.emotions.prototypes`) and its published standard deviation, or the mean of the published ones
  if it has none; clipped to [-1, 1]; `neutral` is at the midpoint of both scales;
- IIMI-shaped: 60 rows a label and split, every row a cluster of its own;
- EMOTIC-shaped: base rates of labels fall geometrically from 78 % to 4 % in the order of `COMMON_FIRST`; a label far
  from the row's point is dropped more often than a near one; clusters have 1-3 rows; 3 % of rows have no face; in the
  test split three annotators each give 60 % of the row's labels, at least one, and together all of them.

`python -m va_extractor.sample` writes the files again; a test compares them with the committed ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from va_extractor.dataset import write_split
from va_extractor.emotions.labels import BASIC, EMOTIC, describe
from va_extractor.emotions.prototypes import norms, prototypes, spreads
from va_extractor.schema import Provenance, features_table, item_id

SHIPPED = Path(__file__).parent / "shipped"
SEED = 19771122
SPLITS = ("train", "test")
ROWS_A_LABEL = 60
EMOTIC_ROWS = 400
_NO_FACE = 0.03
_COMMON_FIRST = """
    Engagement Anticipation Happiness Confidence Excitement Pleasure Peace Disconnection Esteem Affection Sympathy
    Yearning Sadness Doubt/Confusion Disquietment Annoyance Fatigue Suffering Sensitivity Anger Disapproval Aversion
    Fear Pain Surprise Embarrassment
"""
COMMON_FIRST = _COMMON_FIRST.split()
_RATES = np.geomspace(0.78, 0.04, len(EMOTIC))[[COMMON_FIRST.index(label) for label in EMOTIC]]
_REACH = 0.6
_ANNOTATORS, _GIVES = 3, 0.6


@dataclass(frozen=True)
class Row:
    """One row; `va` is None if no face was found."""

    key: tuple[str | int, ...]
    cluster: tuple[str | int, ...]
    va: tuple[float, float] | None
    labels: tuple[str, ...]
    references: tuple[str, ...] = ()
    annotated: tuple[tuple[str, ...], ...] = ()

    @property
    def weights(self) -> list[float] | None:
        """Votes for each label / the most votes of any; None without annotators."""
        votes = [sum(label in one for one in self.annotated) for label in self.labels]
        return [count / max(votes) for count in votes] if self.annotated else None


def basic_rows(rng: np.random.Generator, split: str) -> list[Row]:
    """Draw the IIMI-shaped rows of one split, `ROWS_A_LABEL` a label."""
    drawn = rng.normal(prototypes(BASIC)[:, None], spreads(BASIC)[:, None], size=(len(BASIC), ROWS_A_LABEL, 2))
    points = np.clip(drawn, -1, 1)
    return [
        Row(("iimi", split, label, n), ("iimi", split, label, n), _pair(points[k, n]), (label,))
        for k, label in enumerate(BASIC)
        for n in range(ROWS_A_LABEL)
    ]


def complex_rows(rng: np.random.Generator, split: str) -> list[Row]:
    """Draw the EMOTIC-shaped rows of one split: several labels a row, clusters of 1-3 rows, some without a face."""
    means, sds = prototypes(EMOTIC), spreads(EMOTIC)
    clusters = np.repeat(np.arange(EMOTIC_ROWS), rng.integers(1, 4, size=EMOTIC_ROWS))[:EMOTIC_ROWS]
    rows = []
    for n, cluster in enumerate(clusters):
        main = rng.choice(len(EMOTIC), p=_RATES / _RATES.sum())
        point = np.clip(rng.normal(means[main], sds[main]), -1, 1)
        near = np.exp(-((np.linalg.norm(means - point, axis=1) / _REACH) ** 2))
        held = rng.random(len(EMOTIC)) < _RATES * near
        held[main] = True
        labels = tuple(label for label, holds in zip(EMOTIC, held, strict=True) if holds)
        va = None if rng.random() < _NO_FACE else _pair(point)
        rows.append(
            Row(("emotic", split, n), ("emotic", split, int(cluster), "image"), va, labels, (describe(labels),))
        )
    return rows


def annotated(rows: Sequence[Row], rng: np.random.Generator) -> list[Row]:
    """Give each row several annotators: each gives some of its labels, and together they give all."""
    shared = []
    for row in rows:
        given = rng.random((_ANNOTATORS, len(row.labels))) < _GIVES
        for label in np.flatnonzero(~given.any(axis=0)):
            given[rng.integers(_ANNOTATORS), label] = True
        for one in np.flatnonzero(~given.any(axis=1)):
            given[one, rng.integers(len(row.labels))] = True
        sets = tuple(tuple(np.array(row.labels)[held].tolist()) for held in given)
        shared.append(replace(row, annotated=sets))
    return shared


def norm_table() -> pa.Table:
    """Return the word norms as features: one row a term, in alphabetical order."""
    terms = list(norms().values())
    ids = [item_id("norms", norm.term) for norm in terms]
    return features_table(
        item_id=ids,
        cluster_id=ids,
        valence=[norm.valence for norm in terms],
        arousal=[norm.arousal for norm in terms],
        dominance=[norm.dominance for norm in terms],
        va_source=["norms"] * len(terms),
        va_status=["ok"] * len(terms),
        labels=[[norm.term] for norm in terms],
        references=[[] for _ in terms],
    )


def to_table(rows: Sequence[Row]) -> pa.Table:
    """Return drawn rows as a features table, marked synthetic."""
    return features_table(
        item_id=[item_id("synthetic", *row.key) for row in rows],
        cluster_id=[item_id("synthetic", *row.cluster) for row in rows],
        valence=[row.va and row.va[0] for row in rows],
        arousal=[row.va and row.va[1] for row in rows],
        va_source=["synthetic"] * len(rows),
        va_status=["ok" if row.va else "no_face" for row in rows],
        labels=[list(row.labels) for row in rows],
        label_weights=[row.weights for row in rows],
        annotator_labels=[row.annotated or None for row in rows],
        references=[list(row.references) for row in rows],
        reference_kind=["synthetic" if row.references else None for row in rows],
    )


def write(root: Path = SHIPPED) -> None:
    """Write the three shipped sources below `root`."""
    write_split(norm_table(), NORMS, root, "test")
    rng = np.random.default_rng(SEED)
    for split in SPLITS:
        write_split(to_table(basic_rows(rng, split)), synthetic("iimi"), root, split)
        rows = complex_rows(rng, split)
        if split == "test":
            rows = annotated(rows, np.random.default_rng([SEED, _ANNOTATORS]))
        merge = "weights" if split == "test" else "single"
        write_split(to_table(rows), synthetic("emotic", merge), root, split)


NORMS = Provenance(
    source="norms",
    title="142 emotion terms with published mean valence, arousal and dominance",
    licence="figures of a published table, cited",
    citation="Russell & Mehrabian (1977), J. Research in Personality 11(3), 273-294, doi:10.1016/0092-6566(77)90037-X",
    original_scale=(-1.0, 1.0),
    notes="Terms on which two transcriptions of the table disagree are left out.",
)


def synthetic(source: str, merge: str = "single") -> Provenance:
    """Return the provenance of drawn rows."""
    return Provenance(
        source=source,
        title=f"SYNTHETIC sample in the shape of {source.upper()}; drawn from a seed, not measured",
        licence="Apache-2.0",
        citation="VAEmo-Eval, va_extractor/sample.py",
        original_scale=(-1.0, 1.0),
        annotator_merge=merge,
        synthetic=True,
        notes=f"Drawn by va_extractor/sample.py with seed {SEED}; its assumptions stand there.",
    )


def _pair(point: np.ndarray) -> tuple[float, float]:
    return float(point[0]), float(point[1])


if __name__ == "__main__":
    write()
