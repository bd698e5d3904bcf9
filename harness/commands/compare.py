"""`vaemo-eval compare RUN_A RUN_B [...]`: how finished runs differ, paired by item."""

from __future__ import annotations

import argparse
from pathlib import Path

from va_extractor.common.arguments import Parser
from va_extractor.common.errors import InputError


def parser() -> argparse.ArgumentParser:
    """Return the parser."""
    command = Parser(
        prog="vaemo-eval compare",
        description="Compare runs of the same tasks on the same items: every pair, paired by item.",
    )
    command.add_argument("run_dirs", nargs="+", metavar="RUN_DIR", help="two run folders or more")
    command.add_argument("--tasks", default="", help="tasks to compare, separated by commas (default: all)")
    command.add_argument("--level", type=float, default=0.95, metavar="P", help="level of intervals (default: 0.95)")
    command.add_argument("--items", type=int, default=5, metavar="N", help="items to name for each pair (default: 5)")
    return command


def main(args: argparse.Namespace) -> int:
    """Print a table a task and pair.

    Raises:
        InputError: fewer than two runs, or runs that did not answer the same questions.
    """
    from harness.commands.compare_table import show
    from harness.runs.compare import compare
    from va_extractor.common.terminal import Terminal

    if len(args.run_dirs) < 2:
        raise InputError("compare: give two run folders or more")
    if not 0 < args.level < 1:
        raise InputError(f"--level {args.level:g}: between 0 and 1, for example 0.95")
    if args.items < 0:
        raise InputError(f"--items {args.items}: a whole number from 0 on")
    names = [name.strip() for name in args.tasks.split(",") if name.strip()]
    console = Terminal()
    console = console if console.is_terminal else Terminal(width=120)
    folders = [Path(folder).expanduser() for folder in args.run_dirs]
    show(compare(folders, names, args.level, args.items), args.level, console)
    return 0
