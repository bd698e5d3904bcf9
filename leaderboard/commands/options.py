"""Options and output that several commands share."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable

from va_extractor.common.errors import Problem
from va_extractor.common.plain_text import one_line


def add_features(command: argparse.ArgumentParser) -> None:
    """Add what a check needs: the source of features, and the embedder of description metrics."""
    command.add_argument(
        "--features",
        action="append",
        default=[],
        metavar="PATH|ID@REV",
        help="features of the entries, in addition to the shipped ones; repeatable",
    )
    command.add_argument("--embedder", metavar="DIR|ID@REV", help="sentence embedder (default: all-MiniLM-L6-v2)")


def features(args: argparse.Namespace) -> list[str]:
    """Return where features may come from: those given, then the shipped ones."""
    return [*args.features, "shipped"]


def show_problems(what: str, problems: Iterable[Problem]) -> int:
    """Print one line for each problem, and return the exit code: 1 if there is one, else 0."""
    lines = [f"{what}: {one_line(str(problem), 600)}\n" for problem in problems]
    sys.stdout.writelines(lines)
    return 1 if lines else 0
