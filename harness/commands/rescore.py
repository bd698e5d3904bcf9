"""`vaemo-eval rescore RUN_DIR`: compute every number of a run again from its samples."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from va_extractor.common.arguments import Parser
from va_extractor.common.errors import InputError
from va_extractor.common.plain_text import one_line


def parser() -> argparse.ArgumentParser:
    """Return the parser."""
    command = Parser(
        prog="vaemo-eval rescore",
        description="Compute every number of a run again from its samples; exit 1 where one differs.",
    )
    command.add_argument("run_dir", metavar="RUN_DIR", help="a run folder, with run.json and samples/")
    command.add_argument("--embedder", metavar="DIR|ID@REV", help="sentence embedder (default: all-MiniLM-L6-v2)")
    command.add_argument(
        "--level", type=float, metavar="P", help="where nothing differs, write the record with intervals of this level"
    )
    return command


def main(args: argparse.Namespace) -> int:
    """Print each difference; return 1 where there is one.

    Raises:
        InputError: the level is none, or the run cannot be read or written.
    """
    from harness.runs.rescore import rescore, set_level

    if args.level is not None and not 0 < args.level < 1:
        raise InputError(f"--level {args.level:g}: between 0 and 1, for example 0.95")
    folder = Path(args.run_dir).expanduser()
    differences = rescore(folder, args.embedder)
    for line in differences:
        sys.stdout.write(f"{one_line(line, 1000)}\n")
    sys.stdout.write(f"{args.run_dir}: {len(differences) or 'no'} difference{'' if len(differences) == 1 else 's'}\n")
    if args.level is not None and not differences:
        set_level(folder, args.level)
        sys.stdout.write(f"{folder / 'run.json'}: intervals of level {args.level:g}\n")
    return 1 if differences else 0
