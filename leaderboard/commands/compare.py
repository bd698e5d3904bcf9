"""`vaemo-leaderboard compare A B`: compare two models, in the terminal and as a page."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("compare", help="compare two runs, entries or models")
    for name in ("first", "second"):
        command.add_argument(name, metavar="DIR", help="a run folder, or a folder below results/ (a model, an entry)")
    command.add_argument("--out", metavar="FILE", help="also write the comparison as an HTML page")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the tables; write the page if asked."""
    from harness.commands.compare_table import show
    from leaderboard.compare import compare
    from leaderboard.pages import compare_page
    from va_extractor.common.files import writing

    compared = compare(Path(args.first).expanduser(), Path(args.second).expanduser())
    show(compared)
    if args.out:
        with writing(Path(args.out), field="--out"):
            Path(args.out).expanduser().write_text(compare_page(compared), encoding="utf-8")
    return 0
