"""`vaemo-leaderboard compare A B`: two models on the same items, in the terminal and as a page."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from va_extractor.common.errors import InputError
from va_extractor.common.plain_text import one_line

if TYPE_CHECKING:
    from leaderboard.compare import Compared


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("compare", help="compare two runs or two models of a results repository")
    for name in ("first", "second"):
        command.add_argument(name, metavar="DIR", help="a run folder, or a folder below results/ (a model, an entry)")
    command.add_argument("--out", metavar="FILE", help="also write the comparison as an HTML page")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the table; write the page where asked."""
    from rich.console import Console

    from leaderboard.compare import compare
    from leaderboard.pages import compare_page

    compared = compare(Path(args.first).expanduser(), Path(args.second).expanduser())
    console = Console()
    console = console if console.is_terminal else Console(width=120)
    console.print(_table(compared))
    if compared.synthetic:
        console.print("SYNTHETIC SAMPLE: these numbers say nothing about a model.")
    if args.out:
        try:
            Path(args.out).expanduser().write_text(compare_page(compared), encoding="utf-8")
        except OSError as error:
            raise InputError(f"--out {args.out}: cannot be written: {error.strerror}") from None
    return 0


def _table(compared: Compared) -> Any:
    from rich.markup import escape
    from rich.table import Table

    first, second = (escape(one_line(name, 40)) for name in (compared.first, compared.second))
    table = Table(title=f"{first} - {second}", title_justify="left")
    for head in ("task", "metric", "first", "second", "difference", "95 % interval", "p (Holm)", "detectable"):
        table.add_column(head, justify="left" if head in ("task", "metric") else "right")
    for pair in compared.pairs:
        table.add_row(
            *(pair.task, escape(one_line(pair.metric, 40)), f"{pair.first:.3f}", f"{pair.second:.3f}"),
            *(f"{pair.difference:+.3f}", f"{pair.low:+.3f} to {pair.high:+.3f}", f"{pair.p:.3g}"),
            "-" if pair.detectable is None else f"{pair.detectable:.3f}",
            style="bold" if pair.p <= 0.05 else "",
        )
    return table
