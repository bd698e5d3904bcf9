"""Send to the Hub: pull requests on a results dataset, the site as a Space, the results as a dataset.

No error contains a token.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from leaderboard.run_folder import Packed
from va_extractor.common.credentials import redacted
from va_extractor.common.errors import InputError

if TYPE_CHECKING:
    from huggingface_hub import HfApi

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)

T = TypeVar("T")


def is_hub_id(text: str) -> bool:
    """Return whether a text names a Hub repository and not a local folder."""
    return bool(_HUB_ID.fullmatch(text)) and not Path(text).exists()


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
    commit = _call(
        repo,
        lambda: api.create_commit(
            repo_id=repo,
            repo_type="dataset",
            operations=operations,
            commit_message=f"Add {entries[0].entry.record.model.id}: {tasks}",
            create_pr=True,
        ),
    )
    return str(commit.pr_url)


def push_space(folder: Path, repo: str, api: HfApi) -> None:
    """Create or update a static Space from a folder, and remove model pages that no longer exist.

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

    _call(repo, push)


def push_results(folder: Path, repo: str, api: HfApi) -> None:
    """Create or update a results dataset from a folder, and remove nothing.

    Raises:
        InputError: as `propose`.
    """

    def push() -> None:
        api.create_repo(repo, repo_type="dataset", exist_ok=True)
        api.upload_folder(repo_id=repo, repo_type="dataset", folder_path=folder, commit_message="Update results")

    _call(repo, push)


def _call(repo: str, call: Callable[[], T]) -> T:
    import httpx
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    try:
        return call()
    except (HfHubHTTPError, HFValidationError, httpx.HTTPError, OSError, UnicodeError) as error:
        said = redacted((str(error).strip().splitlines() or [type(error).__name__])[0])
        raise InputError(f"the Hub failed: {said}", code="model", file=repo) from None
