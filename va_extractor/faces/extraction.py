"""One extraction, from listed images to finished shards."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from va_extractor.annotations.emotic.person import CITATION, HOMEPAGE
from va_extractor.common.errors import InputError
from va_extractor.dataset import git_commit
from va_extractor.extractors import extractor
from va_extractor.extractors.network import Device
from va_extractor.faces.measure import Setup
from va_extractor.faces.shards import Job, Shards, remove
from va_extractor.schema import Provenance, Tool
from va_extractor.sources import ImageItem
from va_extractor.weights import YUNET, digest, find

Engine = Literal["local", "ray"]
DetectorName = Literal["yunet", "none"]

Run = Callable[[Sequence[Job], Setup, Provenance, int], Iterator[int]]


@dataclass(frozen=True)
class Terms:
    """A source's title, terms and citation; `annotator_merge` is how several annotators' labels were merged."""

    title: str
    licence: str
    citation: str
    homepage: str | None = None
    annotator_merge: str | None = None


UNKNOWN = Terms(
    title="Faces measured by their owner",
    licence="not stated (vaemo-extract images --licence)",
    citation="not stated (vaemo-extract images --citation)",
)

TERMS = {
    "iimi": Terms(
        title="IIMI: acted faces of six basic emotions and neutral",
        licence="IIMI's own terms, as agreed with the source of your images",
        citation="the IIMI publication named in the terms you agreed to",
    ),
    "emotic": Terms(
        title="EMOTIC: people in context, valence and arousal measured from their faces",
        licence="EMOTIC: for non-commercial research, on request from its authors; these rows are under the same terms",
        citation=CITATION,
        homepage=HOMEPAGE,
        annotator_merge="union",
    ),
}


@dataclass(frozen=True)
class Request:
    """What the user asks for.

    Attributes:
        weights: the user's ONNX file; None for the published one.
        shard_size: rows a shard.
        overwrite: whether to remove an earlier extraction first.
    """

    source: str
    terms: Terms
    extractor: str
    weights: Path | None
    detector: DetectorName
    weights_dir: Path
    device: Device
    salt: str
    output: Path
    shard_size: int
    overwrite: bool


@dataclass(frozen=True)
class Extraction:
    """What the workers need, and the shards they make."""

    setup: Setup
    shards: Shards


def set_up(request: Request, items: Sequence[ImageItem]) -> Extraction:
    """Find and check the weights, and plan the shards or resume an interrupted run.

    Raises:
        InputError: the extractor is unknown, weights are missing, or the output folder is not usable.
    """
    tool = extractor(request.extractor)
    weights = request.weights or find(tool.weights, request.weights_dir)
    if not weights.is_file():
        raise InputError("no such file", code="missing", field="--weights", found=weights)
    detector = find(YUNET, request.weights_dir) if request.detector == "yunet" else None
    own = "" if request.weights is None else f"The weights are the user's own file, not those of {tool.weights.url}. "
    provenance = Provenance(
        source=request.source,
        title=request.terms.title,
        licence=request.terms.licence,
        citation=request.terms.citation,
        homepage=request.terms.homepage,
        original_scale=tool.scale,
        annotator_merge=request.terms.annotator_merge,
        extractor=Tool(name=tool.name, version=tool.version, weights_sha256=digest(weights, "sha256")),
        detector=Tool(name="yunet", version="2023mar", weights_sha256=digest(detector, "sha256")) if detector else None,
        created=datetime.now(UTC).date().isoformat(),
        git_commit=git_commit(),
        notes=own + (f"Terms of the weights: {tool.weights.terms}." if tool.weights.terms else ""),
    )
    if request.overwrite:
        remove(request.output, request.source)
    shards = Shards(request.output, items, provenance, request.salt, request.shard_size)
    setup = Setup(
        request.extractor, weights.resolve(), detector.resolve() if detector else None, request.device, request.salt
    )
    return Extraction(setup, shards)


def run(extraction: Extraction, engine: Engine, workers: int, advance: Callable[[int], None]) -> dict[str, list[Path]]:
    """Make the missing shards, then move all to their folder.

    Args:
        extraction: made by `set_up`.
        engine: `local` or `ray`.
        workers: processes or actors.
        advance: called with the rows of each shard when it is done.

    Returns:
        Each split's files.

    Raises:
        InputError: a worker died, the network does not fit, or the output cannot be written; finished shards stay.
    """
    jobs = extraction.shards.missing()
    if jobs:
        make = _engine(engine)
        for rows in make(jobs, extraction.setup, extraction.shards.plan.provenance, min(workers, len(jobs))):
            advance(rows)
    return extraction.shards.finish()


def processors() -> int:
    """Return the number of processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _engine(name: Engine) -> Run:
    if name == "ray":
        from va_extractor.faces.engines import ray_data

        return ray_data.run
    from va_extractor.faces.engines import local

    return local.run
