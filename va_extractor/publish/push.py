"""Write the folder to push (`<source>/<split>-00000-of-00001.parquet`, `README.md`, `croissant.json`), and push it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from va_extractor.common.errors import InputError
from va_extractor.common.files import writing
from va_extractor.common.hub import asking_hub
from va_extractor.publish import card, croissant
from va_extractor.publish.release import Part, Release

if TYPE_CHECKING:
    from huggingface_hub import HfApi

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


_KIND = "dataset"


def push(release: Release, folder: Path, api: HfApi, *, private: bool) -> str:
    """Create or update the dataset repository, upload the folder, and tag the last commit.

    Visibility and gating are set before the first file is sent. Parquet files of earlier versions that are not in this
    one are removed from the main branch; their tags keep them.

    Args:
        release: what is published.
        folder: written by `write`.
        api: client of the Hub.
        private: make the repository private; without it an existing one keeps its visibility.

    Returns:
        The commit that the tag names.

    Raises:
        InputError: the tag exists, or the Hub cannot be reached or refuses; no token is in the message.
    """
    repo = release.repo
    with asking_hub(repo):
        api.create_repo(repo, repo_type=_KIND, private=private or None, exist_ok=True)
        if release.tag in {ref.name for ref in api.list_repo_refs(repo, repo_type=_KIND).tags}:
            hint = "give a higher --version"
            raise InputError("is already published", code="duplicate", file=repo, found=release.version, hint=hint)
        if private or release.gated:
            api.update_repo_settings(
                repo, repo_type=_KIND, private=private or None, gated="manual" if release.gated else None
            )
        commit = api.upload_folder(
            repo_id=repo,
            repo_type=_KIND,
            folder_path=folder,
            commit_message=f"VA features {release.tag}",
            delete_patterns=["*.parquet"],
        )
        api.create_tag(repo, repo_type=_KIND, tag=release.tag, revision=commit.oid)
        return str(commit.oid)
