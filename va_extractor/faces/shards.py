"""Shards of one extraction: planned before it starts, each written whole, moved to their folder when all are done.

    <root>/<source>/.plan.json                           hash of the inputs, provenance, shards a split
    <root>/<source>/.work/train-00000-of-00003.parquet   finished shards, while others are missing
    <root>/<source>/train-00000-of-00003.parquet         all shards, once the extraction is complete

A killed run leaves whole shards only; the next run makes the missing ones. These files do not identify any image: the
plan has only a hash of the listing.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, ValidationError

from va_extractor.common.errors import InputError
from va_extractor.common.files import reading, whole, writing
from va_extractor.dataset import split_files, split_name, write_parquet
from va_extractor.schema import Provenance, check
from va_extractor.sources import ImageItem

_OTHER = "give another --output, or --overwrite to remove it"


class Plan(BaseModel):
    """What is extracted into a folder.

    Attributes:
        inputs: SHA-256 over the listing and the settings.
        shards: number of shards of each split.
        provenance: of the first run, so that every shard has the same.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    inputs: str
    shards: dict[str, int]
    provenance: Provenance


@dataclass(frozen=True)
class Job:
    """One shard to make: the file to write, and what to measure."""

    path: Path
    items: tuple[ImageItem, ...]


class Shards:
    """The shards of one source below `root`.

    Args:
        root: folder of the features.
        items: the whole listing, in the order of the rows.
        provenance: metadata of the dataset; `provenance.source` names the folder.
        salt: part of the ids, and so of the hash of the inputs.
        size: rows a shard.

    Raises:
        InputError: nothing is listed, a split has no valid file name, or the folder cannot be written or has features
            of other inputs or settings.
    """

    def __init__(self, root: Path, items: Sequence[ImageItem], provenance: Provenance, salt: str, size: int) -> None:
        self.folder = root / provenance.source
        self._work = self.folder / ".work"
        self._size = size
        self._splits: dict[str, list[ImageItem]] = {}
        for item in items:
            self._splits.setdefault(split_name(item.split, file=item.path), []).append(item)
        if not self._splits:
            raise InputError("no image is listed", code="missing")
        counts = {split: -(-len(listed) // size) for split, listed in self._splits.items()}
        self.plan = self._begin(
            root, Plan(inputs=_digest(items, provenance, salt, size), shards=counts, provenance=provenance)
        )

    def _begin(self, root: Path, plan: Plan) -> Plan:
        """Return the plan of an earlier run of the same inputs, or write this one."""
        path = self.folder / ".plan.json"
        try:
            if path.exists():
                with reading(path):
                    earlier = Plan.model_validate_json(path.read_bytes())
                if earlier.inputs != plan.inputs:
                    what = "has an extraction of other images or settings"
                    raise InputError(what, code="conflict", file=self.folder, hint=_OTHER)
                return earlier
        except ValidationError:
            what = "is not the plan of an extraction"
            raise InputError(what, code="type", file=path, hint="remove it with --overwrite") from None
        if split_files(root, plan.provenance.source):
            raise InputError("has other features", code="conflict", file=self.folder, hint=_OTHER)
        with writing(path):
            self._work.mkdir(parents=True, exist_ok=True)
        with whole(path) as partial:
            partial.write_text(plan.model_dump_json(), encoding="utf-8")
        return plan

    def missing(self) -> list[Job]:
        """Return the shards that are not written yet."""
        return [job for job in self._jobs() if not job.path.exists() and not (self.folder / job.path.name).exists()]

    def finish(self) -> dict[str, list[Path]]:
        """Make ids unique, check all rows, and move the shards to their folder.

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
                    check(_read(path), path)
        for split in self.plan.shards:
            for path in self._names(split):
                self._present(path).replace(self.folder / path.name)
        shutil.rmtree(self._work, ignore_errors=True)
        for left in self.folder.glob("*.partial"):  # from killed runs
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
    with writing(folder):
        for path in (*folder.glob("*.parquet"), folder / ".plan.json"):
            path.unlink(missing_ok=True)
        if (folder / ".work").exists():
            shutil.rmtree(folder / ".work")


def _digest(items: Sequence[ImageItem], provenance: Provenance, salt: str, size: int) -> str:
    """Hash everything that decides the output, without date and commit, and with file names instead of whole paths."""
    state = hashlib.sha256()
    state.update(repr((salt, size, provenance.model_copy(update={"created": None, "git_commit": None}))).encode())
    for item in items:
        state.update(repr((item.path.name, *(getattr(item, name) for name in _FIELDS))).encode())
    return state.hexdigest()


_FIELDS = tuple(field.name for field in fields(ImageItem) if field.name != "path")


def _make_unique(paths: Sequence[Path]) -> None:
    """Give items of equal content a number: `<id>`, `<id>-2`, `<id>-3`, ..., in the order of their other columns.

    The numbers do not depend on the order of the listing. A second pass changes nothing, so it may be interrupted.
    """
    bases = [_bases(_read(path, ["item_id"])) for path in paths]
    ordered = pa.concat_arrays([chunk for base in bases for chunk in base.chunks])
    ordered = ordered.take(pc.sort_indices(ordered))  # takes a tenth of the memory of counting
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
        write_parquet(table.set_column(column, table.schema.field(column), pa.array(names[path], pa.string())), path)


def _read(path: Path, columns: list[str] | None = None) -> pa.Table:
    """Read a shard in this thread, since Arrow's threads keep memory for each file."""
    return pq.ParquetFile(path, pre_buffer=False).read(columns, use_threads=False)


def _bases(table: pa.Table) -> pa.ChunkedArray:
    """Return the ids without the numbers that `_make_unique` gave them."""
    return pc.replace_substring_regex(table["item_id"], "-.*", "")
