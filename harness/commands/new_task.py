"""`vaemo-eval new-task NAME --from TASK`: create a task from another one."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from va_extractor.common.arguments import Parser


def parser() -> argparse.ArgumentParser:
    """Return the parser."""
    command = Parser(
        prog="vaemo-eval new-task",
        description="Create a folder with a task YAML and a README, ready to run and change.",
    )
    command.add_argument("name", metavar="NAME", help="name of the new task")
    command.add_argument("--from", dest="parent", required=True, metavar="TASK", help="task to copy")
    command.add_argument("--into", default=".", metavar="DIR", help="where to create the folder (default: here)")
    return command


def main(args: argparse.Namespace) -> int:
    """Create the folder and print what to do next.

    Raises:
        InputError: the name is taken or invalid, or there is no such task to copy.
    """
    from harness.tasks.new import create

    path = create(args.name, args.parent, Path(args.into).expanduser())
    sys.stdout.write(
        f"Created {path.parent}/. Change {path.name} and README.md, then:\n"
        f"  vaemo-eval validate {path.parent}\n"
        f"  vaemo-eval --model baseline:prototype --tasks {args.name} --include_path {path.parent}\n"
    )
    return 0
