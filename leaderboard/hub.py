"""The Hub: pull requests on a results dataset, and pushing a site and its results. Tokens stay out of every message."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from leaderboard import entry
from leaderboard.run_folder import Packed
from va_extractor.common.credentials import redacted
from va_extractor.common.errors import InputError

if TYPE_CHECKING:
    from huggingface_hub import HfApi

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)

T = TypeVar("T")


def is_hub_id(text: str) -> bool:
    """Tell whether a text names a Hub repository rather than a folder here."""
    return bool(_HUB_ID.fullmatch(text)) and not Path(text).exists()


def propose(entries: Sequence[Packed], repo: str, api: HfApi) -> str:
    """Open a pull request with entries on a results dataset, and return its address.

    Raises:
        InputError: the Hub refuses or cannot be reached.
    """
    from huggingface_hub import CommitOperationAdd

    first = entries[0].entry
    tasks = ", ".join(packed.entry.task_name for packed in entries)
    operations = [
        CommitOperationAdd(path_in_repo=str(packed.entry.path / name), path_or_fileobj=data)
        for packed in entries
        for name, data in ((entry.RUN, packed.run), (entry.SAMPLES, packed.samples))
    ]
    commit = _told(
        repo,
        lambda: api.create_commit(
            repo_id=repo,
            repo_type="dataset",
            operations=operations,
            commit_message=f"Add {first.record.model.id}: {tasks}",
            create_pr=True,
        ),
    )
    return str(commit.pr_url)


def push_space(folder: Path, repo: str, api: HfApi) -> None:
    """Create or update a static Space from a folder; model pages that are no longer there are removed.

    Raises:
        InputError: as `propose`.
    """

    def push() -> None:
        api.create_repo(repo, repo_type="space", space_sdk="static", exist_ok=True)
        api.upload_folder(
            repo_id=repo,
            repo_type="space",
            folder_path=folder,
            commit_message="Update the leaderboard",
            delete_patterns=["models/*.html"],
        )

    _told(repo, push)


def push_results(folder: Path, repo: str, api: HfApi) -> None:
    """Create or update a results dataset from a folder; nothing that is there is removed.

    Raises:
        InputError: as `propose`.
    """

    def push() -> None:
        api.create_repo(repo, repo_type="dataset", exist_ok=True)
        api.upload_folder(repo_id=repo, repo_type="dataset", folder_path=folder, commit_message="Update results")

    _told(repo, push)


def _told(repo: str, call: Callable[[], T]) -> T:
    import httpx
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    try:
        return call()
    except (HfHubHTTPError, HFValidationError, httpx.HTTPError, OSError, UnicodeError) as error:
        told = redacted((str(error).strip().splitlines() or [type(error).__name__])[0])
        raise InputError(f"{repo}: the Hub could not take it: {told}") from None
