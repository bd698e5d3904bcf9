"""`vaemo-eval rescore RUN_DIR`: compute every number of a run again from its samples."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from va_extractor.common.arguments import Parser
from va_extractor.common.plain_text import one_line


def parser() -> argparse.ArgumentParser:
    """Return the parser."""
    command = Parser(
        prog="vaemo-eval rescore",
        description="Compute every number of a run again from its samples; exit 1 where one differs.",
    )
    command.add_argument("run_dir", metavar="RUN_DIR", help="a run folder, with run.json and samples/")
    command.add_argument(
        "--features", help="folder, Parquet file or Hub id@revision of the run's features (default: look)"
    )
    command.add_argument("--embedder", metavar="DIR|ID@REV", help="sentence embedder (default: all-MiniLM-L6-v2)")
    command.add_argument(
        "--readers", action="store_true", help="instead, show the main scores under a strict and a lenient reader"
    )
    return command


def main(args: argparse.Namespace) -> int:
    """Print each difference, and return 1 where there is one; or the main scores under each reader.

    Raises:
        InputError: the run or its features cannot be read.
    """
    from harness.runs.rescore import reread, rescore

    if args.readers:
        for line in reread(Path(args.run_dir).expanduser(), args.embedder):
            sys.stdout.write(f"{one_line(line, 1000)}\n")
        return 0
    differences = rescore(Path(args.run_dir).expanduser(), args.features, args.embedder)
    for line in differences:
        sys.stdout.write(f"{one_line(line, 1000)}\n")
    sys.stdout.write(f"{args.run_dir}: {len(differences) or 'no'} difference{'' if len(differences) == 1 else 's'}\n")
    return 1 if differences else 0
