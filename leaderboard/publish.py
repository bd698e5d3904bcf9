"""Publish a static Space with the site and a dataset with the results, and propose entries as a pull request."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from leaderboard.entry import RESULTS, RUN, SAMPLES
from leaderboard.ledger import STATUSES, WITHDRAWALS
from leaderboard.run_folder import Packed
from leaderboard.site import Site, write_site
from va_extractor.common.files import writing
from va_extractor.common.hub import HUB_ID, asking_hub

if TYPE_CHECKING:
    from huggingface_hub import HfApi

_SPACE_CARD = """\
---
title: VAEmo-Eval leaderboard
emoji: 📊
colorFrom: blue
colorTo: gray
sdk: static
app_file: index.html
pinned: false
license: apache-2.0
---

What language models understand of emotion from two numbers, valence and arousal. Built by `vaemo-leaderboard publish`.
"""
_RESULTS_CARD = """\
---
pretty_name: VAEmo-Eval results
license: apache-2.0
viewer: false
---

Run records of VAEmo-Eval, one folder for each entry: `results/<org>__<model>/<features>/<task>/<setting>/` with
`run.json` and `samples.jsonl.gz`. Check every score with `vaemo-leaderboard check PATH`. `withdrawals.csv` lists
withdrawn entries with reasons.
"""


def prepare(root: Path, space: Path, results: Path) -> Site:
    """Write the folders to publish; entries that cannot be read are left out, and the site names them.

    Raises:
        InputError: `root` is not a results repository, or a folder cannot be written.
    """
    site = write_site(root, space)
    with writing(space.parent, field="--dry-run"):
        (space / "README.md").write_text(_SPACE_CARD, encoding="utf-8")
        if (results / RESULTS).exists():
            shutil.rmtree(results / RESULTS)
        rows = [row for column in site.board.columns for row in column.rows]
        names = [f"{row.entry}/{name}" for row in rows for name in (RUN, SAMPLES)]
        for name in (*names, *(name for name in (WITHDRAWALS, STATUSES) if (root / name).is_file())):
            (results / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name, results / name, follow_symlinks=False)
        results.mkdir(parents=True, exist_ok=True)
        (results / "README.md").write_text(_RESULTS_CARD, encoding="utf-8")
    return site


def is_hub_id(text: str) -> bool:
    """Return whether a text names a Hub repository and not a local folder."""
    return bool(HUB_ID.fullmatch(text)) and not Path(text).exists()


def propose(entries: Sequence[Packed], repo: str, api: HfApi) -> str:
    """Open a pull request with entries on a results dataset, and return its address.

    Raises:
        InputError: the Hub refuses or cannot be reached; no token is in the message.
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


def push(folder: Path, repo: str, kind: str, api: HfApi) -> None:
    """Create or update a `space` (static) or `dataset` from a folder; a Space loses pages of models that are gone.

    Raises:
        InputError: as `propose`.
    """
    space = kind == "space"
    with asking_hub(repo):
        api.create_repo(repo, repo_type=kind, space_sdk="static" if space else None, exist_ok=True)
        api.upload_folder(
            repo_id=repo,
            repo_type=kind,
            folder_path=folder,
            commit_message="Update the leaderboard" if space else "Update results",
            delete_patterns=["models/*.html"] if space else None,
        )
