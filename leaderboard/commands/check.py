"""`vaemo-leaderboard check PATH`: check a results repository, or a run folder."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from leaderboard.commands.options import add_features, features


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("check", help="check a results repository, or a run folder")
    option = command.add_argument
    option("path", metavar="PATH", help="root of a results repository, or a run folder")
    option("--base", metavar="DIR", help="an earlier, checked state; check only what changed since")
    option("--markdown", metavar="FILE", help="also write the findings as Markdown for a pull request")
    option("--reference", action="append", default=[], metavar="MODEL", help="model to show in it (default: two best)")
    option(
        "--vouch", choices=("recomputed", "maintainer-run"), help="add valid entries to status.csv (for maintainers)"
    )
    add_features(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print one line for each finding; return 1 if one is an error."""
    from leaderboard import ledger
    from leaderboard.check import check, check_run
    from leaderboard.comment import markdown
    from va_extractor.common.files import writing

    root = Path(args.path).expanduser()
    if (root / "run.json").is_file():
        report = check_run(root, features(args), args.embedder)
    else:
        report = check(root, Path(args.base) if args.base else None, features(args), args.embedder)
    for finding in report.findings:
        sys.stdout.write(f"{finding}\n")
    if args.markdown:
        with writing(Path(args.markdown), field="--markdown"):
            Path(args.markdown).write_text(markdown(report, root, args.reference), encoding="utf-8")
    if args.vouch and report.passed:
        known = ledger.statuses(root)
        new = [one for one in report.entries if (one.path, one.digest) not in known]
        ledger.add_statuses(root, [ledger.Vouched(one.path, one.digest, args.vouch) for one in new])
    errors = sum(finding.level == "error" for finding in report.findings)
    sys.stdout.write(f"{root}: {len(report.entries)} entries valid, {report.unchanged} unchanged, errors: {errors}\n")
    return 0 if report.passed else 1
