"""`vaemo-leaderboard submit RUN_DIR`: check a run and place it in a results repository."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from leaderboard.commands.options import add_features, features, show_problems


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("submit", help="check a run and place it in a results repository")
    command.add_argument("run_dir", metavar="RUN_DIR", help="a run folder, with run.json and samples/")
    where = "results repository: a folder (default: this one), or a Hub dataset, which gets a pull request"
    command.add_argument("--to", default=".", metavar="DIR|ORG/REPO", help=where)
    add_features(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Place the valid tasks; return 1 if one was refused."""
    from huggingface_hub import HfApi

    from leaderboard import hub
    from leaderboard.submit import check_tasks, place

    checked = check_tasks(Path(args.run_dir).expanduser(), features(args), args.embedder)
    code = show_problems("refused", checked.refused)
    if checked.entries and hub.is_hub_id(args.to):
        sys.stdout.write(f"pull request: {hub.propose(checked.entries, args.to, HfApi())}\n")
    elif checked.entries:
        for folder in place(checked.entries, Path(args.to).expanduser()):
            sys.stdout.write(f"placed: {folder}\n")
    return code
