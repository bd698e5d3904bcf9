"""`vaemo-leaderboard publish --to ORG/SPACE`: the site as a static Space, and the results as a dataset."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

from va_extractor.common.errors import InputError
from va_extractor.common.plain_text import one_line


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("publish", help="push the site to a static Space, and the results to a dataset")
    option = command.add_argument
    option("path", nargs="?", default=".", metavar="RESULTS", help="results repository (default: this folder)")
    option("--to", required=True, metavar="ORG/SPACE", help="static Space of the site")
    option("--results", metavar="ORG/DATASET", help="dataset of the results; not pushed where not given")
    option("--dry-run", metavar="DIR", help="write what would be pushed below DIR, and push nothing")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Prepare and, but for a dry run, push."""
    from huggingface_hub import HfApi

    from leaderboard import hub
    from leaderboard.publish import prepare

    for flag, name in (("--to", args.to), ("--results", args.results)):
        if name is not None and not hub.is_hub_id(name):
            raise InputError(f"{flag} {name}: is no Hub id (org/name)")
    with tempfile.TemporaryDirectory() as temporary:
        out = Path(args.dry_run).expanduser() if args.dry_run else Path(temporary)
        prepared = prepare(Path(args.path).expanduser(), out)
        for line in prepared.site.left_out:
            sys.stdout.write(f"left out: {one_line(line, 400)}\n")
        verb = "would push" if args.dry_run else "pushed"
        if not args.dry_run:
            hub.push_space(prepared.space, args.to, HfApi())
        sys.stdout.write(f"{verb}: Space {args.to}: {_count(prepared.space)}\n")
        if args.results and not args.dry_run:
            hub.push_results(prepared.results, args.results, HfApi())
        if args.results:
            sys.stdout.write(f"{verb}: dataset {args.results}: {_count(prepared.results)}\n")
    return 1 if prepared.site.left_out else 0


def _count(folder: Path) -> str:
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return f"{len(sizes)} files, {sum(sizes):,} bytes"
