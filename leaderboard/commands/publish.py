"""`vaemo-leaderboard publish --to ORG/SPACE`: publish the site as a static Space, and the results as a dataset."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

from leaderboard.commands.options import show_problems
from va_extractor.common.errors import InputError


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("publish", help="push the site to a static Space, and the results to a dataset")
    option = command.add_argument
    option("path", nargs="?", default=".", metavar="RESULTS", help="results repository (default: this folder)")
    option("--to", required=True, metavar="ORG/SPACE", help="static Space for the site")
    option("--results", metavar="ORG/DATASET", help="dataset for the results (default: not pushed)")
    option("--dry-run", metavar="DIR", help="write to DIR what would be pushed, and push nothing")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Prepare, and push unless it is a dry run; return 1 if an entry was left out."""
    from huggingface_hub import HfApi

    from leaderboard import hub
    from leaderboard.publish import prepare

    for flag, name in (("--to", args.to), ("--results", args.results)):
        if name is not None and not hub.is_hub_id(name):
            raise InputError("not a Hub id (org/name)", code="type", field=flag, found=name)
    with tempfile.TemporaryDirectory() as temporary:
        out = Path(args.dry_run).expanduser() if args.dry_run else Path(temporary)
        prepared = prepare(Path(args.path).expanduser(), out)
        code = show_problems("left out", prepared.site.left_out)
        verb = "would push" if args.dry_run else "pushed"
        if not args.dry_run:
            hub.push_space(prepared.space, args.to, HfApi())
        sys.stdout.write(f"{verb}: Space {args.to}: {_count(prepared.space)}\n")
        if args.results and not args.dry_run:
            hub.push_results(prepared.results, args.results, HfApi())
        if args.results:
            sys.stdout.write(f"{verb}: dataset {args.results}: {_count(prepared.results)}\n")
    return code


def _count(folder: Path) -> str:
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return f"{len(sizes)} files, {sum(sizes):,} bytes"
