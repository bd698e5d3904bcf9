"""Options that several commands share."""

from __future__ import annotations

import argparse


def add_features(command: argparse.ArgumentParser) -> None:
    """Add what a check needs: where features come from, and the embedder of description metrics."""
    command.add_argument(
        "--features",
        action="append",
        default=[],
        metavar="PATH|ID@REV",
        help="features that entries may have been made on, beside what ships; repeatable",
    )
    command.add_argument("--embedder", metavar="DIR|ID@REV", help="sentence embedder (default: all-MiniLM-L6-v2)")


def features(args: argparse.Namespace) -> list[str]:
    """Return where features may come from: what was given, then what ships."""
    return [*args.features, "shipped"]
