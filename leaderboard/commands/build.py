"""`vaemo-leaderboard build RESULTS --out site/`: write leaderboard.json, CSV and a static site."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from leaderboard.commands.options import show_problems


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("build", help="write leaderboard.json, leaderboard.csv and a static site")
    command.add_argument("results", metavar="RESULTS", help="root of a results repository")
    command.add_argument("--out", default="site", metavar="DIR", help="where the site goes (default: site)")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the site; return 1 if an entry was left out."""
    from leaderboard.site import write_site

    out = Path(args.out).expanduser()
    site = write_site(Path(args.results).expanduser(), out)
    code = show_problems("left out", site.left_out)
    entries = sum(len(column.rows) for column in site.board.columns)
    sys.stdout.write(f"{out / 'index.html'}: {entries} entries in {len(site.board.columns)} columns, ")
    sys.stdout.write(f"{site.pages} model pages\n")
    return code
