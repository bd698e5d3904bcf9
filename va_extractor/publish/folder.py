"""The folder to push: `<source>/<split>-00000-of-00001.parquet`, `README.md` and `croissant.json`."""

from __future__ import annotations

from pathlib import Path

from va_extractor.common.errors import InputError
from va_extractor.common.files import writing
from va_extractor.publish import card, croissant
from va_extractor.publish.release import Part, Release

ROWS_PER_SHARD = 1_000_000
"""About 100 MB a file at 100 bytes a row; the Hub advises at most a few hundred MB."""


def write(release: Release, folder: Path, rows_per_shard: int = ROWS_PER_SHARD) -> list[Path]:
    """Write everything to push.

    Args:
        release: what to write.
        folder: new or empty.
        rows_per_shard: most rows of one Parquet file.

    Returns:
        The files written, relative to `folder`.

    Raises:
        InputError: the folder is not empty or cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError("must be a new or an empty folder", code="conflict", file=folder)
    texts = {"README.md": card.render(release), "croissant.json": croissant.render(release)}
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        shards = [shard for part in release.parts for shard in _write_shards(part, folder, rows_per_shard)]
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
    return [*(Path(name) for name in texts), *shards]


def _write_shards(part: Part, folder: Path, rows_per_shard: int) -> list[Path]:
    import pyarrow.parquet as pq

    count = max(1, -(-part.table.num_rows // rows_per_shard))
    shards = [Path(part.source) / f"{part.split}-{index:05d}-of-{count:05d}.parquet" for index in range(count)]
    (folder / part.source).mkdir(exist_ok=True)
    for index, shard in enumerate(shards):
        rows = part.table.slice(index * rows_per_shard, rows_per_shard)
        pq.write_table(rows, folder / shard, compression="zstd")
    return shards
