"""`vaemo-eval report RUN_DIR`: write a run as one HTML page."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from va_extractor.common.arguments import Parser


def parser() -> argparse.ArgumentParser:
    """Return the parser."""
    command = Parser(
        prog="vaemo-eval report",
        description="Write a run as one HTML page: scores, confusion, reliability, items, and how to run it again.",
    )
    command.add_argument("run_dir", metavar="RUN_DIR", help="a run folder, with run.json and samples/")
    command.add_argument("--out", metavar="FILE", help="where the page goes (default: RUN_DIR/report.html)")
    return command


def main(args: argparse.Namespace) -> int:
    """Write the page and print its path.

    Raises:
        InputError: the run cannot be read, or the page cannot be written.
    """
    from va_extractor.common.files import writing

    folder = Path(args.run_dir).expanduser()
    out = Path(args.out).expanduser() if args.out else folder / "report.html"
    page = report(folder)
    with writing(out, field="--out"):
        out.write_text(page, encoding="utf-8")
    sys.stdout.write(f"Report: {out}\n")
    return 0


def report(folder: Path) -> str:
    """Return the page of a run, with all its tasks in the order they were run.

    Raises:
        InputError: the run cannot be read.
    """
    from leaderboard.pages import model_page, section
    from leaderboard.run_folder import pack_all

    entries = [packed.entry for packed in pack_all(folder)]
    parts = [section(one.record, one.task_name, one.samples, None, place) for place, one in enumerate(entries, start=1)]
    return model_page(entries[0].record, parts, home=None)
