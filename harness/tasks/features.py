"""Load VA features: from a local folder or file, a Hub dataset at a pinned revision, or what ships."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path

import pyarrow as pa

from harness.tasks.calibration import calibrated
from va_extractor import dataset
from va_extractor.common.credentials import redacted
from va_extractor.common.errors import InputError
from va_extractor.schema import Provenance

VARIABLE = "VAEMO_FEATURES"
SHIPPED = "shipped"
_CALIBRATED = "#quantile"
_HUB_ID = re.compile(r"^[\w.-]+/[\w.-]+(@[\w./-]+)?$")
_ALWAYS_SHIPPED = ("norms",)


@dataclass(frozen=True)
class Source:
    """One source's rows, by split, and where they come from.

    Attributes:
        id: Hub id, folder name or `shipped`.
        revision: Hub commit; None for local files.
        name: the source's name.
        tables: rows of each split, in the columns of `va_extractor.schema.COLUMNS`.
        hashes: SHA-256 of each split's files.
        provenance: of each split.
        calibrated_on: the split on which the map to the norms' scale was fitted; None for values as they are.
    """

    id: str
    revision: str | None
    name: str
    tables: dict[str, pa.Table]
    hashes: dict[str, str]
    provenance: dict[str, Provenance]
    calibrated_on: str | None = None


def reference(given: str | None, *, calibrate: bool = False) -> str:
    """Return where features come from: what was given, else `VAEMO_FEATURES`, else what ships.

    Args:
        given: as `--features`.
        calibrate: whether to map them to the norms' scale; the reference then ends in `#quantile`.
    """
    return (given or os.environ.get(VARIABLE) or SHIPPED) + _CALIBRATED * calibrate


@cache
def load(features: str, name: str) -> Source:
    """Load one source.

    Args:
        features: local folder or Parquet file, Hub id with optional `@revision`, or `shipped`; `#quantile` after it
            maps them to the norms' scale (`harness.tasks.calibration`).
        name: the source's name, for example `iimi`.

    Returns:
        Its rows; where the features have no `norms`, the word norms that ship.

    Raises:
        InputError: there are no such features, they lack the source or break the schema, or cannot be mapped.
    """
    if features.endswith(_CALIBRATED):
        plain = load(features.removesuffix(_CALIBRATED), name)
        tables, fitted = calibrated(plain.tables)
        return replace(plain, tables=tables, calibrated_on=fitted)
    root, revision = _root(features, name)
    found = _files(root, name)
    empty = root.is_dir() and not dataset.sources(root)
    if not found and name in _ALWAYS_SHIPPED and (revision or not empty):
        return load(SHIPPED, name)
    if not found:
        has = ", ".join(dataset.sources(root)) if root.is_dir() else dataset.read_split([root])[1].source
        what = f"no source {name!r}; there are {has or 'no Parquet files'}"
        raise InputError(what, code="missing", field="--features", found=features)
    read = {split: dataset.read_split(paths) for split, paths in found.items()}
    return Source(
        id=_public_id(features),
        revision=revision,
        name=name,
        tables={split: table for split, (table, _) in read.items()},
        hashes={split: dataset.sha256(paths) for split, paths in found.items()},
        provenance={split: provenance for split, (_, provenance) in read.items()},
    )


def _root(features: str, name: str) -> tuple[Path, str | None]:
    if features == SHIPPED:
        return Path(str(files("va_extractor").joinpath("shipped"))), None
    path = Path(features).expanduser()
    if path.exists():
        return path, None
    if _HUB_ID.match(features) and not features.startswith("."):
        return _download(features, name)
    what = "no such file or folder, and not a Hub id (org/name@revision)"
    raise InputError(what, code="missing", field="--features", found=features)


def _files(root: Path, name: str) -> dict[str, list[Path]]:
    if not root.is_file():
        return dataset.split_files(root, name)
    _, provenance = dataset.read_split([root])
    return {root.stem.split("-")[0]: [root]} if provenance.source == name else {}


def _download(features: str, name: str) -> tuple[Path, str]:
    import httpx
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    repo, _, revision = features.partition("@")
    try:
        commit = HfApi().dataset_info(repo, revision=revision or None).sha
        folder = snapshot_download(repo, repo_type="dataset", revision=commit, allow_patterns=f"{name}/*.parquet")
    except HfHubHTTPError as error:
        what = f"the Hub answered: {redacted(str(error).splitlines()[0])}"
        raise InputError(what, code="missing", field="--features", found=features) from None
    except (HFValidationError, httpx.HTTPError, OSError) as error:
        what = f"no such local path, and the Hub cannot be reached ({type(error).__name__})"
        raise InputError(what, code="unreadable", field="--features", found=features) from None
    return Path(folder), str(commit)


def _public_id(features: str) -> str:
    """Name features for a record: a Hub id without revision, or a local path's last name."""
    path = Path(features).expanduser()
    return path.resolve().name if path.exists() else features.partition("@")[0]
