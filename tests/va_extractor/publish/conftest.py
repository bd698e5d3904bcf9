"""A small features folder of two sources to publish."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from va_extractor.dataset import write_split
from va_extractor.publish.release import Release, read_release
from va_extractor.schema import COLUMNS, Provenance, Tool

DAY = date(2026, 3, 1)


def table(prefix: str, count: int, va_source: str) -> pa.Table:
    ids = [f"{prefix}{index}" for index in range(count)]
    rows = {
        "item_id": ids,
        "cluster_id": ids,
        "valence": [index / count for index in range(count)],
        "arousal": [-index / count for index in range(count)],
        "va_source": [va_source] * count,
        "va_status": ["ok"] * count,
        "labels": [["joy"], ["fear", "anger"]] * (count // 2),
        "references": [["A text."], []] * (count // 2),
        "reference_kind": ["human", None] * (count // 2),
    }
    columns = [pa.array(rows.get(field.name, [None] * count), field.type) for field in COLUMNS]
    return pa.table(columns, schema=COLUMNS)


def provenance(source: str, **fields: object) -> Provenance:
    told = {"title": "A | title", "licence": "terms & <conditions>", "citation": f"Author of {source} (2020)"}
    return Provenance.model_validate({"source": source, "original_scale": (1, 10), **told, **fields})


@pytest.fixture
def features(tmp_path: Path) -> Path:
    root = tmp_path / "features"
    network = Tool(name="facechannel", version="1", weights_sha256="ab" * 32)
    measured = provenance("faces", extractor=network, annotator_merge="union", notes="one\n\n## two | three")
    write_split(table("a", 10, "facechannel"), measured, root, "train")
    write_split(table("b", 4, "facechannel"), measured, root, "test")
    write_split(table("c", 6, "synthetic"), provenance("drawn", synthetic=True), root, "test")
    return root


@pytest.fixture
def release(features: Path) -> Release:
    return read_release(features, "org/name", "1.2.3", gated=True, day=DAY)
