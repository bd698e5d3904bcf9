"""`vaemo-extract publish`: push a features folder to the Hugging Face Hub."""

from __future__ import annotations

import argparse
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def add(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the subcommand."""
    parser = commands.add_parser(
        "publish",
        help="publish features on the Hugging Face Hub, with card, Croissant metadata and tag",
        description="Publish features on the Hugging Face Hub. First read in docs/ethics.md what may be published.",
    )
    parser.add_argument("features", type=Path, help="folder of VA features: FEATURES/SOURCE/SPLIT.parquet")
    parser.add_argument("--repo", required=True, help="Hub id, org/name; created if it does not exist")
    parser.add_argument("--version", required=True, help="X.Y.Z; the tag becomes vX.Y.Z")
    parser.add_argument("--private", action="store_true", help="visible to you and your organisation only")
    parser.add_argument("--gated", action="store_true", help="readers must ask, and you approve each request")
    parser.add_argument("--dry-run", type=Path, metavar="FOLDER", help="write the files to FOLDER, push nothing")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    from rich.console import Console

    from va_extractor.publish.push import push, write
    from va_extractor.publish.release import read_release

    with Console(stderr=True).status(f"reading {args.features}"):
        release = read_release(args.features, args.repo, args.version, gated=args.gated, day=datetime.now(UTC).date())
    if args.dry_run:
        written = write(release, args.dry_run)
        sys.stdout.writelines(f"{args.dry_run / path}\n" for path in written)
        sys.stdout.write(f"nothing was pushed; {release.rows} rows would be {release.repo}@{release.tag}\n")
        return 0

    from huggingface_hub import HfApi

    from va_extractor.publish.card import notices

    for notice in notices(release.parts):
        sys.stderr.write(f"{notice.terms}\n")
    with tempfile.TemporaryDirectory() as staging:
        write(release, Path(staging))
        commit = push(release, Path(staging), HfApi(), private=args.private)
    sys.stdout.write(f"{release.repo}@{release.tag} is commit {commit}: {release.rows} rows\n")
    sys.stdout.write(f"vaemo-eval --features {release.repo}@{release.tag} ...\n")
    return 0
