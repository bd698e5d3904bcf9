"""Shards of one extraction: planned before it starts, written whole or not at all, put in place when all are there.

    <root>/<source>/.plan.json                   what is being extracted: hash of inputs, provenance, shards a split
    <root>/<source>/.work/train-00000-of-00003.parquet   shards that are done, while others are not
    <root>/<source>/train-00000-of-00003.parquet         shards in place, once all were done

A run that is killed leaves whole shards only; the next run makes those that are missing. Nothing in these files can
lead back to an image: the plan holds a hash over the listing.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, ValidationError

from va_extractor.common.errors import InputError
from va_extractor.dataset import split_files
from va_extractor.schema import Provenance, check, with_provenance
from va_extractor.sources import ImageItem

_SPLIT = re.compile(r"[A-Za-z0-9_]+")


class Plan(BaseModel):
    """What is extracted into a folder.

    Attributes:
        inputs: SHA-256 over the listing and the settings.
        shards: number of shards of each split.
        provenance: as the first run wrote it, so that every shard has the same.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    inputs: str
    shards: dict[str, int]
    provenance: Provenance


@dataclass(frozen=True)
class Job:
    """One shard to make.

    Attributes:
        path: where it is written.
        items: what is measured for it.
    """

    path: Path
    items: tuple[ImageItem, ...]


class Shards:
    """The shards of one source below `root`.

    Args:
        root: folder of the features.
        items: the whole listing; each split's rows stand in this order.
        provenance: dataset-level metadata; `provenance.source` names the folder.
        salt: goes into the hash of the inputs, since it goes into the ids.
        size: rows a shard.

    Raises:
        InputError: nothing is listed, a split's name cannot be a file's, the folder cannot be written, or it holds
            features of other inputs or settings.
    """

    def __init__(self, root: Path, items: Sequence[ImageItem], provenance: Provenance, salt: str, size: int) -> None:
        self.folder = root / provenance.source
        self._work = self.folder / ".work"
        self._size = size
        self._splits: dict[str, list[ImageItem]] = {}
        for item in items:
            if not _SPLIT.fullmatch(item.split):
                raise InputError(f"{item.path}: split '{item.split}': a split's name is of letters, digits and _")
            self._splits.setdefault(item.split, []).append(item)
        if not self._splits:
            raise InputError("no image is listed")
        counts = {split: -(-len(listed) // size) for split, listed in self._splits.items()}
        self.plan = self._begin(
            root, Plan(inputs=_digest(items, provenance, salt, size), shards=counts, provenance=provenance)
        )

    def _begin(self, root: Path, plan: Plan) -> Plan:
        """Return the plan of an earlier run of the same inputs, or write this one."""
        path = self.folder / ".plan.json"
        try:
            if path.exists():
                earlier = Plan.model_validate_json(path.read_bytes())
                if earlier.inputs != plan.inputs:
                    raise InputError(
                        f"{self.folder}: holds an extraction of other images or settings; give another --output, or "
                        "--overwrite to remove it"
                    )
                return earlier
            if split_files(root, plan.provenance.source):
                raise InputError(
                    f"{self.folder}: holds other features; give another --output, or --overwrite to remove them"
                )
            self._work.mkdir(parents=True, exist_ok=True)
            _write_whole(path, lambda partial: partial.write_text(plan.model_dump_json(), encoding="utf-8"))
        except ValidationError:
            raise InputError(f"{path}: is not the plan of an extraction; --overwrite removes it") from None
        except OSError as error:
            raise InputError(f"{path}: cannot be written: {error.strerror or error}") from None
        return plan

    def missing(self) -> list[Job]:
        """Return the shards that are not made yet."""
        return [job for job in self._jobs() if not job.path.exists() and not (self.folder / job.path.name).exists()]

    def finish(self) -> dict[str, list[Path]]:
        """Make ids unique, check the whole, and put the shards in place.

        Returns:
            Each split's files, in order.

        Raises:
            InputError: the rows of a split break the schema.
        """
        for split in self.plan.shards:
            paths = [self._present(path) for path in self._names(split)]
            _make_unique(paths)
            for path in paths:
                if path.parent == self._work:
                    check(_read(path), path.name)
        for split in self.plan.shards:
            for path in self._names(split):
                self._present(path).replace(self.folder / path.name)
        shutil.rmtree(self._work, ignore_errors=True)
        for left in self.folder.glob("*.partial"):  # by runs that were killed while they wrote
            left.unlink(missing_ok=True)
        return split_files(self.folder.parent, self.folder.name)

    def _jobs(self) -> Iterator[Job]:
        for split, items in self._splits.items():
            for index, path in enumerate(self._names(split)):
                yield Job(path, tuple(items[index * self._size : (index + 1) * self._size]))

    def _names(self, split: str) -> list[Path]:
        count = self.plan.shards[split]
        return [self._work / f"{split}-{index:05d}-of-{count:05d}.parquet" for index in range(count)]

    def _present(self, path: Path) -> Path:
        return path if path.exists() else self.folder / path.name


def remove(root: Path, source: str) -> None:
    """Remove an extraction, finished or not: its shards, its plan and its working folder."""
    folder = root / source
    try:
        for path in (*folder.glob("*.parquet"), folder / ".plan.json"):
            path.unlink(missing_ok=True)
        if (folder / ".work").exists():
            shutil.rmtree(folder / ".work")
    except OSError as error:
        raise InputError(f"{folder}: cannot be removed: {error.strerror or error}") from None


def write_shard(table: pa.Table, provenance: Provenance, path: Path) -> None:
    """Write one shard, whole or not at all; the same rows give the same bytes.

    Raises:
        InputError: the folder cannot be written.
    """
    table = with_provenance(table, provenance)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_parquet(table, path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from None


def _write_parquet(table: pa.Table, path: Path) -> None:
    _write_whole(path, lambda partial: pq.write_table(table, partial, compression="zstd"))


def _write_whole(path: Path, write: Callable[[Path], object]) -> None:
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    write(partial)
    partial.replace(path)


def _digest(items: Sequence[ImageItem], provenance: Provenance, salt: str, size: int) -> str:
    """Hash what decides the output's bytes, without date and commit, and with file names instead of whole paths."""
    state = hashlib.sha256()
    state.update(repr((salt, size, provenance.model_copy(update={"created": None, "git_commit": None}))).encode())
    for item in items:
        state.update(repr((item.path.name, *(getattr(item, name) for name in _FIELDS))).encode())
    return state.hexdigest()


_FIELDS = tuple(field.name for field in fields(ImageItem) if field.name != "path")


def _make_unique(paths: Sequence[Path]) -> None:
    """Give items of equal content a number: `<id>`, `<id>-2`, `<id>-3`, ..., in the order of what their rows hold.

    The numbers do not depend on the order of the listing. Doing it again changes nothing, so it may be interrupted.
    """
    bases = [_bases(_read(path, ["item_id"])) for path in paths]
    ordered = pa.concat_arrays([chunk for base in bases for chunk in base.chunks])
    ordered = ordered.take(pc.sort_indices(ordered))  # a tenth of the memory that counting takes
    repeated = ordered[1:].filter(pc.equal(ordered[1:], ordered[:-1])).unique()
    if not len(repeated):
        return
    tables = {
        path: _read(path) for path, base in zip(paths, bases, strict=True) if pc.any(pc.is_in(base, repeated)).as_py()
    }
    places: dict[str, list[tuple[str, Path, int]]] = {}
    wanted = set(repeated.to_pylist())
    for path, table in tables.items():
        rows = table.drop_columns(["item_id"]).to_pylist()
        for row, base in enumerate(_bases(table).to_pylist()):
            if base in wanted:
                places.setdefault(base, []).append((repr(rows[row]), path, row))
    names = {path: table["item_id"].to_pylist() for path, table in tables.items()}
    for base, found in places.items():
        for number, (_, path, row) in enumerate(sorted(found), start=1):
            names[path][row] = base if number == 1 else f"{base}-{number}"
    for path, table in tables.items():
        column = table.schema.get_field_index("item_id")
        _write_parquet(table.set_column(column, table.schema.field(column), pa.array(names[path], pa.string())), path)


def _read(path: Path, columns: list[str] | None = None) -> pa.Table:
    """Read a shard in this thread: Arrow's own threads keep memory of each of many files."""
    return pq.ParquetFile(path, pre_buffer=False).read(columns, use_threads=False)


def _bases(table: pa.Table) -> pa.ChunkedArray:
    """Return the ids without the numbers that `_make_unique` gave them."""
    return pc.replace_substring_regex(table["item_id"], "-.*", "")
