"""`vaemo-leaderboard build RESULTS --out site/`: leaderboard.json, CSV and a static site."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from va_extractor.common.plain_text import one_line


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("build", help="write leaderboard.json, leaderboard.csv and a static site")
    command.add_argument("results", metavar="RESULTS", help="root of a results repository")
    command.add_argument("--out", default="site", metavar="DIR", help="where the site goes (default: site)")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the site; name what was left out, and return 1 then."""
    from leaderboard.site import write_site

    out = Path(args.out).expanduser()
    site = write_site(Path(args.results).expanduser(), out)
    for line in site.left_out:
        sys.stdout.write(f"left out: {one_line(line, 400)}\n")
    entries = sum(len(column.rows) for column in site.board.columns)
    sys.stdout.write(f"{out / 'index.html'}: {entries} entries in {len(site.board.columns)} columns, ")
    sys.stdout.write(f"{site.pages} model pages\n")
    return 1 if site.left_out else 0
