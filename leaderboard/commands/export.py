"""`vaemo-leaderboard export PATH --to FORM`: results in the forms that other places read."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from va_extractor.common.plain_text import one_line

FORMS = {
    "hf-eval-results": "hub_results",
    "model-index": "model_index",
    "every-eval-ever": "every_eval_ever",
    "lm-eval": "lm_eval",
    "csv": "table",
}


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("export", help="write results in the form of another place")
    command.add_argument("path", metavar="PATH", help="a run folder, or the root of a results repository")
    command.add_argument("--to", required=True, choices=FORMS, help="the form")
    command.add_argument("--out", default="export", metavar="DIR", help="where files go (default: export)")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the files and name them; name what was left out, and return 1 then."""
    from leaderboard.export.files import load, write

    out = Path(args.out).expanduser()
    export = import_module(f"leaderboard.export.{FORMS[args.to]}").export(load(Path(args.path).expanduser()))
    write(export, out)
    for name in export.files:
        sys.stdout.write(f"{out / name}\n")
    for line in export.left_out:
        sys.stdout.write(f"left out: {one_line(line, 400)}\n")
    return 1 if export.left_out else 0
