"""Read and write a VA features dataset on disk: `<root>/<source>/<split>[-shard].parquet`."""

from __future__ import annotations

import hashlib
import re
import subprocess
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Unpack

import pyarrow as pa
import pyarrow.parquet as pq

from va_extractor.common.errors import InputError, Place
from va_extractor.common.files import whole
from va_extractor.schema import Provenance, check, provenance_of, with_provenance, without_empty

_SPLIT = re.compile(r"[A-Za-z0-9_]+")
_SHARD = re.compile(r"^(?P<split>[A-Za-z0-9_]+?)(-\d{5}-of-(?P<shards>\d{5}))?$")


def split_name(text: str, **place: Unpack[Place]) -> str:
    """Return `text` if it can be the file name of a split.

    Raises:
        InputError: it has other characters than letters, digits and underscores.
    """
    if not _SPLIT.fullmatch(text):
        raise InputError("a split's name may have letters, digits and _ only", code="type", **place, found=text)
    return text


def split_files(root: Path, source: str) -> dict[str, list[Path]]:
    """Return the Parquet files of each split of `source`, in name order; empty where the source is absent.

    Raises:
        InputError: a file does not have the name of a split or shard, or a shard is missing.
    """
    found: dict[str, list[Path]] = {}
    shards: dict[str, set[int]] = defaultdict(set)
    for path in sorted((root / source).glob("*.parquet")):
        match = _SHARD.match(path.stem)
        if match is None:
            hint = "name it <split>.parquet or <split>-00000-of-00001.parquet"
            raise InputError("is not the name of a split", code="type", file=path, hint=hint)
        found.setdefault(match["split"], []).append(path)
        shards[match["split"]].add(int(match["shards"] or 1))
    for split, paths in found.items():
        if shards[split] != {len(paths)}:
            said = " or ".join(map(str, sorted(shards[split])))
            what = f"{len(paths)} files are there, but their names say {said}"
            hint = "give every shard of one version"
            raise InputError(what, code="incomplete", file=root / source, field=split, hint=hint)
    return found


def sources(root: Path) -> list[str]:
    """Return the names of the sources (folders with Parquet files) below `root`."""
    return sorted({path.parent.name for path in root.glob("*/*.parquet")})


def need_sources(root: Path) -> list[str]:
    """Return the names of the sources below `root`.

    Raises:
        InputError: there are none.
    """
    if found := sources(root):
        return found
    what = "has no VA features (SOURCE/SPLIT.parquet)"
    raise InputError(what, code="missing", file=root, hint="write them with vaemo-extract")


def read_table(path: Path) -> pa.Table:
    """Read a Parquet file without checking its columns; every text in it is valid UTF-8.

    Raises:
        InputError: it is missing, not readable Parquet, or has two columns of one name.
    """
    if not path.exists():
        raise InputError("no such file", code="missing", file=path)
    if not path.is_file():
        raise InputError("is no plain file", code="unreadable", file=path)
    try:
        for name, count in Counter(pq.read_schema(path).names).items():
            if count > 1:
                raise InputError("column appears twice", code="duplicate", file=path, field=name)
        table = pq.read_table(path)
        table.validate(full=True)
    except (pa.ArrowInvalid, OSError) as error:
        what = f"is not a readable Parquet file: {str(error).splitlines()[0]}"
        raise InputError(what, code="unreadable", file=path) from None
    return table


def read_split(files: list[Path]) -> tuple[pa.Table, Provenance]:
    """Read and check one split's files.

    Returns:
        The rows of all files, checked against the schema, and the provenance of the first file.

    Raises:
        InputError: a file is missing, not Parquet, or breaks the schema.
    """
    tables = [check(read_table(path), path) for path in files]
    provenance = provenance_of(tables[0].schema, files[0])
    rows = pa.concat_tables([table.replace_schema_metadata(None) for table in tables])
    if len(files) > 1:
        check(rows, files[0].parent)
    return with_provenance(rows, provenance), provenance


def write_split(table: pa.Table, provenance: Provenance, root: Path, split: str) -> Path:
    """Check `table` and write it to `<root>/<provenance.source>/<split>.parquet`, whole or not at all.

    Returns:
        The path written.

    Raises:
        InputError: the table breaks the schema, or the folder cannot be written.
    """
    path = root / provenance.source / f"{split}.parquet"
    table = without_empty(with_provenance(check(table, path), provenance))
    write_parquet(table, path)
    return path


def write_parquet(table: pa.Table, path: Path) -> None:
    """Write a table, whole or not at all; the same rows give the same bytes.

    Raises:
        InputError: the folder cannot be written.
    """
    with whole(path) as partial:
        pq.write_table(table, partial, compression="zstd")


def sha256(files: list[Path]) -> str:
    """Hash the files' bytes, in name order, as one stream.

    Returns:
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for path in sorted(files, key=lambda path: path.name):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def git_commit() -> str | None:
    """Return the commit of the checkout this code runs from, 40 hexadecimal digits; None outside a checkout."""
    root = Path(__file__).resolve().parents[1]
    if not (root / ".git").exists():
        return None
    try:
        done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout.strip() or None


def stamped(provenance: Provenance) -> Provenance:
    """Return `provenance` with the present UTC time and the commit of this code."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return provenance.model_copy(update={"created": now, "git_commit": git_commit()})
