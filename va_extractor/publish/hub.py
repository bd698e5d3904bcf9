"""Push a folder to the Hub."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from va_extractor.common.errors import InputError
from va_extractor.common.hub import asking_hub
from va_extractor.publish.release import Release

if TYPE_CHECKING:
    from huggingface_hub import HfApi

_KIND = "dataset"


def push(release: Release, folder: Path, api: HfApi, *, private: bool) -> str:
    """Create or update the dataset repository, upload the folder, and tag the last commit.

    Visibility and gating are set before the first file is sent. Parquet files of earlier versions that are not in this
    one are removed from the main branch; their tags keep them.

    Args:
        release: what is published.
        folder: written by `folder.write`.
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
