"""Small documents for tests: features tables, items and samples, valid in every field a test does not set."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from harness.kinds import Kind
from harness.kinds.measures import Instruments
from harness.kinds.reading import read
from harness.record import Answer, EmbedderRecord, Item, Sample
from harness.scoring.anchors import Anchor, Anchors
from va_extractor.dataset import write_split
from va_extractor.emotions.labels import EMOTIC
from va_extractor.schema import COLUMNS, Provenance

PROVENANCE = Provenance(
    source="emotic", title="a look-alike", licence="none", citation="none", original_scale=(1.0, 10.0)
)
PHRASES = ("is calm and at rest", "is angry with someone", "longs for home", "laughs out loud", "is afraid of the dark")


def features(rows: int = 3, **columns: Sequence[Any]) -> pa.Table:
    """Return a valid features table of `rows` rows, with the given columns in place of the usual ones."""
    usual: dict[str, Sequence[Any]] = {
        "item_id": [f"i{row}" for row in range(rows)],
        "cluster_id": [f"c{row // 2}" for row in range(rows)],
        "valence": np.linspace(-0.9, 0.9, rows).tolist(),
        "arousal": np.linspace(0.5, -0.5, rows).tolist(),
        "va_source": ["human"] * rows,
        "va_status": ["ok"] * rows,
        "labels": [[EMOTIC[row % 26]] for row in range(rows)],
        "references": [[] for _ in range(rows)],
    }
    values = usual | columns
    return pa.table(
        [pa.array(values.get(field.name, [None] * rows), type=field.type) for field in COLUMNS],
        schema=pa.schema([field.with_nullable(True) for field in COLUMNS]),
    )


def emotic_lookalike(root: Path, rows: int = 60, seed: int = 7) -> Path:
    """Write features in the shape of EMOTIC: several weighted labels a person, several persons an image.

    Returns:
        `root`; rows 0 and 1 of each split have no face, row 2 has no reference.
    """
    rng = np.random.default_rng(seed)
    for split in ("train", "test"):
        chosen = [sorted(rng.choice(26, size=rng.integers(1, 6), replace=False)) for _ in range(rows)]
        points = np.round(rng.uniform(-1, 1, (rows, 2)), 3)
        points[2:] = np.clip(points[2:], -1, 1)
        faceless = [row < 2 for row in range(rows)]
        table = features(
            rows,
            item_id=[f"{split}{row}" for row in range(rows)],
            cluster_id=[f"{split}-image{row // 3}" for row in range(rows)],
            valence=[None if faceless[row] else points[row, 0] for row in range(rows)],
            arousal=[None if faceless[row] else points[row, 1] for row in range(rows)],
            va_status=["no_face" if faceless[row] else "ok" for row in range(rows)],
            labels=[[EMOTIC[index] for index in row] for row in chosen],
            label_weights=[[1.0, *[0.5] * (len(row) - 1)] for row in chosen],
            annotator_labels=[[[EMOTIC[index] for index in row], [EMOTIC[row[0]]]] for row in chosen],
            references=[[] if row == 2 else [f"The person {PHRASES[row % 5]}, {row}."] for row in range(rows)],
            reference_kind=[None if row == 2 else "human" for row in range(rows)],
        )
        write_split(table, PROVENANCE, root, split)
    return root


def item(number: int = 0, *, labels: Sequence[str], choices: Sequence[str] = (), **fields: Any) -> Item:
    """Return an item, alone in its cluster unless `cluster_id` says otherwise."""
    usual = {"item_id": f"i{number}", "cluster_id": f"c{number}", "valence": 0.0, "arousal": 0.0}
    return Item.model_validate(usual | {"labels": tuple(labels), "choices": tuple(choices)} | fields)


def sample(kind: Kind, of: Item, answer: Answer, **fields: Any) -> Sample:
    """Return the sample of one answered item."""
    usual = {"item": of, "prompt": "?", "request_hash": "0" * 64, "answer": answer, "parsed": read(kind, of, answer)}
    return Sample.model_validate(usual | {"scores": {}} | fields)


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Return the samples of a file, as they are written."""
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]


def write_rows(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Write samples in place of those of a file."""
    path.write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode(), mtime=0))


def baselines(**answers: Sequence[Answer]) -> Anchors:
    """Return baselines that give these answers, one an item, by name."""
    return Anchors({name: Anchor(list(given), [{} for _ in given]) for name, given in answers.items()})


def toy_embed(texts: Sequence[str]) -> NDArray[np.float32]:
    """Map texts to (n, 16) unit vectors drawn from their own hash: equal texts coincide, others are far apart."""
    vectors = np.stack([
        np.random.default_rng(list(hashlib.sha256(text.encode()).digest())).normal(size=16) for text in texts
    ])  # fmt: skip
    unit: NDArray[np.float32] = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return unit


def toy_instruments() -> Instruments:
    """Return instruments that need no weights: the toy embedder twice, and a reader that finds every text pleasant."""
    record = EmbedderRecord(id="toy", revision=None, weights_sha256="0" * 64)
    return Instruments(toy_embed, toy_embed, lambda texts: np.tile([0.5, 0.5], (len(texts), 1)), np.ones(2), record)
