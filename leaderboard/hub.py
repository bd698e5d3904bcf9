"""Send to the Hub: pull requests on a results dataset, the site as a Space, the results as a dataset.

No error contains a token.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from leaderboard.run_folder import Packed
from va_extractor.common.hub import HUB_ID, asking_hub

if TYPE_CHECKING:
    from huggingface_hub import HfApi


def is_hub_id(text: str) -> bool:
    """Return whether a text names a Hub repository and not a local folder."""
    return bool(HUB_ID.fullmatch(text)) and not Path(text).exists()


def propose(entries: Sequence[Packed], repo: str, api: HfApi) -> str:
    """Open a pull request with entries on a results dataset, and return its address.

    Raises:
        InputError: the Hub refuses or cannot be reached.
    """
    from huggingface_hub import CommitOperationAdd

    tasks = ", ".join(packed.entry.task_name for packed in entries)
    operations = [
        CommitOperationAdd(path_in_repo=str(packed.entry.path / name), path_or_fileobj=data)
        for packed in entries
        for name, data in packed.files.items()
    ]
    with asking_hub(repo):
        commit = api.create_commit(
            repo_id=repo,
            repo_type="dataset",
            operations=operations,
            commit_message=f"Add {entries[0].entry.record.model.id}: {tasks}",
            create_pr=True,
        )
    return str(commit.pr_url)


def push_space(folder: Path, repo: str, api: HfApi) -> None:
    """Create or update a static Space from a folder, and remove model pages that no longer exist.

    Raises:
        InputError: as `propose`.
    """
    with asking_hub(repo):
        api.create_repo(repo, repo_type="space", space_sdk="static", exist_ok=True)
        api.upload_folder(
            repo_id=repo,
            repo_type="space",
            folder_path=folder,
            commit_message="Update the leaderboard",
            delete_patterns=["models/*.html"],
        )


def push_results(folder: Path, repo: str, api: HfApi) -> None:
    """Create or update a results dataset from a folder, and remove nothing.

    Raises:
        InputError: as `propose`.
    """
    with asking_hub(repo):
        api.create_repo(repo, repo_type="dataset", exist_ok=True)
        api.upload_folder(repo_id=repo, repo_type="dataset", folder_path=folder, commit_message="Update results")
