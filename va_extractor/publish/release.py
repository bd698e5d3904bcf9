"""What to publish: checked tables under a name and a version."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa

from va_extractor.common.errors import InputError
from va_extractor.common.hub import HUB_ID
from va_extractor.dataset import need_sources, read_split, split_files
from va_extractor.inspection.summary import Split, summarise
from va_extractor.schema import Provenance

_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")


@dataclass(frozen=True)
class Part:
    """One split of one source: checked rows with provenance in their schema, and their counts."""

    source: str
    split: str
    table: pa.Table
    provenance: Provenance
    summary: Split


@dataclass(frozen=True)
class Release:
    """One version `X.Y.Z` of the dataset `org/name`; `gated`: readers must ask for access; `day` in UTC."""

    repo: str
    version: str
    parts: tuple[Part, ...]
    gated: bool
    day: date

    @property
    def tag(self) -> str:
        """The git tag of this version."""
        return f"v{self.version}"

    @property
    def by_source(self) -> Mapping[str, list[Part]]:
        """The parts of each source."""
        grouped: dict[str, list[Part]] = {}
        for part in self.parts:
            grouped.setdefault(part.source, []).append(part)
        return grouped

    @property
    def rows(self) -> int:
        """Rows of all parts."""
        return sum(part.table.num_rows for part in self.parts)


def read_release(features: Path, repo: str, version: str, *, gated: bool, day: date) -> Release:
    """Read and check everything to publish. Columns outside the schema are dropped, so that they stay private.

    Raises:
        InputError: there are no features, they break the schema, or the id or the version is malformed.
    """
    if not HUB_ID.fullmatch(repo):
        raise InputError("is not a Hub id", code="type", field="--repo", found=repo, hint="write org/name")
    if not _VERSION.fullmatch(version):
        hint = "write three numbers, X.Y.Z, without leading zeros"
        raise InputError("is not a version", code="type", field="--version", found=version, hint=hint)
    names = need_sources(features)
    return Release(repo, version, tuple(part for name in names for part in _parts(features, name)), gated, day)


def _parts(features: Path, source: str) -> list[Part]:
    read = {split: read_split(files) for split, files in split_files(features, source).items()}
    summary = summarise({split: table for split, (table, _) in read.items()}, min_items=0)
    counts = {split.name: split for split in summary.splits}
    for split, (_, provenance) in read.items():
        if provenance.source != source:
            what = f"split '{split}' has another source in its metadata"
            raise InputError(what, code="conflict", file=features / source, field="source", found=provenance.source)
    return [Part(source, split, table, provenance, counts[split]) for split, (table, provenance) in read.items()]
