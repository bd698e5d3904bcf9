"""`vaemo-leaderboard export PATH --to FORMAT`: write results in the formats of other places."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from leaderboard.commands.options import show_problems

FORMATS = {
    "hf-eval-results": "hub_results",
    "model-index": "model_index",
    "every-eval-ever": "every_eval_ever",
    "lm-eval": "lm_eval",
    "csv": "table",
}


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("export", help="write results in the format of another place")
    command.add_argument("path", metavar="PATH", help="a run folder, or the root of a results repository")
    command.add_argument("--to", required=True, choices=FORMATS, help="the format")
    command.add_argument("--out", default="export", metavar="DIR", help="where files go (default: export)")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the files and print their paths; return 1 if an entry was left out."""
    from leaderboard.export.files import load, write

    out = Path(args.out).expanduser()
    export = import_module(f"leaderboard.export.{FORMATS[args.to]}").export(load(Path(args.path).expanduser()))
    write(export, out)
    for name in export.files:
        sys.stdout.write(f"{out / name}\n")
    return show_problems("left out", export.left_out)
