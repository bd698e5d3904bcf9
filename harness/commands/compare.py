"""`vaemo-eval compare RUN_A RUN_B [...]`: compare finished runs, paired by item."""

from __future__ import annotations

import argparse
from pathlib import Path

from va_extractor.common.arguments import Parser, listed
from va_extractor.common.errors import InputError


def parser() -> argparse.ArgumentParser:
    """Return the parser."""
    command = Parser(
        prog="vaemo-eval compare",
        description="Compare runs of the same tasks on the same items: every pair, paired by item.",
    )
    command.add_argument("run_dirs", nargs="+", metavar="RUN_DIR", help="two run folders or more")
    command.add_argument("--tasks", default="", help="tasks to compare, separated by commas (default: all)")
    command.add_argument("--items", type=int, default=5, metavar="N", help="items to list for each pair (default: 5)")
    return command


def main(args: argparse.Namespace) -> int:
    """Print one table for each task and pair.

    Raises:
        InputError: fewer than two runs, or runs that cannot be compared.
    """
    from harness.commands.compare_table import show
    from harness.runs.compare import compare

    if len(args.run_dirs) < 2:
        raise InputError("needs two run folders or more", code="range", field="RUN_DIR", found=len(args.run_dirs))
    if args.items < 0:
        raise InputError("must be 0 or more", code="range", field="--items", found=args.items)
    show(compare([Path(folder).expanduser() for folder in args.run_dirs], listed(args.tasks), args.items))
    return 0
