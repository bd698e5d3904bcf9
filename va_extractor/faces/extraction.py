"""One extraction, from listed images to finished shards."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from va_extractor.annotations.emotic.features import CITATION, HOMEPAGE
from va_extractor.common.errors import InputError
from va_extractor.dataset import git_commit
from va_extractor.extractors import extractor as extractor_named
from va_extractor.extractors.network import Device
from va_extractor.faces.engines import run_local, run_ray
from va_extractor.faces.measure import Setup
from va_extractor.faces.shards import Shards, remove
from va_extractor.schema import Provenance, Tool
from va_extractor.sources import ImageItem
from va_extractor.weights import YUNET, digest, find

Engine = Literal["local", "ray"]
DetectorName = Literal["yunet", "none"]

UNKNOWN: dict[str, Any] = {
    "title": "Faces measured by their owner",
    "licence": "not stated (vaemo-extract images --licence)",
    "citation": "not stated (vaemo-extract images --citation)",
}
"""Fields of `Provenance` for sources that are not in `TERMS`."""

TERMS: dict[str, dict[str, Any]] = {
    "iimi": {
        "title": "IIMI: acted faces of six basic emotions and neutral",
        "licence": "IIMI's own terms, as agreed with the source of your images",
        "citation": "the IIMI publication named in the terms you agreed to",
    },
    "emotic": {
        "title": "EMOTIC: people in context, valence and arousal measured from their faces",
        "licence": "EMOTIC: for non-commercial research, on request from its authors; these rows are under the same "
        "terms",
        "citation": CITATION,
        "homepage": HOMEPAGE,
        "annotator_merge": "union",
    },
}


def set_up(
    items: Sequence[ImageItem],
    *,
    source: str,
    terms: Mapping[str, Any],
    extractor: str,
    weights: Path | None,
    weights_dir: Path,
    detector: DetectorName,
    device: Device,
    salt: str,
    output: Path,
    shard_size: int,
    overwrite: bool,
) -> tuple[Setup, Shards]:
    """Find and check the weights, and plan the shards or resume an interrupted run.

    Args:
        items: what to measure.
        source: name of the source in the features.
        terms: title, licence and citation, as fields of `Provenance`.
        extractor: name of the network.
        weights: the user's ONNX file; None for the published one.
        weights_dir: folder of the published ones.
        detector: of the faces.
        device: where the network runs.
        salt: part of every id.
        output: folder of the features.
        shard_size: rows a shard.
        overwrite: whether to remove an earlier extraction first.

    Raises:
        InputError: the extractor is unknown, weights are missing, or the output folder is not usable.
    """
    tool = extractor_named(extractor)
    own = "" if weights is None else f"The weights are the user's own file, not those of {tool.weights.url}. "
    weights = weights or find(tool.weights, weights_dir)
    if not weights.is_file():
        raise InputError("no such file", code="missing", field="--weights", found=weights)
    faces = find(YUNET, weights_dir) if detector == "yunet" else None
    provenance = Provenance(
        **terms,
        source=source,
        original_scale=tool.scale,
        extractor=Tool(name=tool.name, version=tool.version, weights_sha256=digest(weights, "sha256")),
        detector=Tool(name="yunet", version="2023mar", weights_sha256=digest(faces, "sha256")) if faces else None,
        created=datetime.now(UTC).date().isoformat(),
        git_commit=git_commit(),
        notes=own + (f"Terms of the weights: {tool.weights.terms}." if tool.weights.terms else ""),
    )
    if overwrite:
        remove(output, source)
    setup = Setup(extractor, weights.resolve(), faces.resolve() if faces else None, device, salt)
    return setup, Shards(output, items, provenance, salt, shard_size)


def run(
    setup: Setup, shards: Shards, engine: Engine, workers: int, advance: Callable[[int], None]
) -> dict[str, list[Path]]:
    """Make the missing shards, then move all to their folder.

    Args:
        setup: of the workers.
        shards: what to make.
        engine: `local` or `ray`.
        workers: processes or actors.
        advance: called with the rows of each shard when it is done.

    Returns:
        Each split's files.

    Raises:
        InputError: a worker died, the network does not fit, or the output cannot be written; finished shards stay.
    """
    jobs = shards.missing()
    if jobs:
        make = run_ray if engine == "ray" else run_local
        for rows in make(jobs, setup, shards.plan.provenance, min(workers, len(jobs))):
            advance(rows)
    return shards.finish()


def processors() -> int:
    """Return the number of processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
