"""`vaemo-eval sweep --model X --task T --axes A,B`: measure how each axis of the prompt changes a score."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.commands import run as run_command
from va_extractor.common.arguments import Parser
from va_extractor.common.errors import InputError

_EPILOG = """\
separate axes by commas; each takes all its values, or those named: scale=0..1|percent (docs/axes.md lists them).
Options of a run work too (vaemo-eval --help): --model_args, --features, --limit, ...

examples:
  vaemo-eval sweep --model baseline:prototype --task iimi_basic --axes va_format,scale --dry-run
  vaemo-eval sweep --model Qwen/Qwen3-0.6B --task iimi_basic --axes 'va_format,scale=percent,fewshot=nearest'
"""
_NOT_HERE = {"num_fewshot": "vary the axis fewshot", "repeats": "a sweep runs each variant once"}


def parser() -> argparse.ArgumentParser:
    """Return the parser; unknown options go to the parser of a run."""
    command = _Parser(
        prog="vaemo-eval sweep",
        description="Run one task with varied prompts, and measure the effect of each axis, paired by item.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = command.add_argument
    add("--model", required=True, help="as in a run")
    add("--task", required=True, help="one task that takes axes")
    add("--axes", required=True, metavar="A,B=X|Y,...", help="the axes to vary")
    add(
        "--design",
        choices=("crossed", "one-at-a-time"),
        default="crossed",
        help="every combination of levels, or one change at a time (default: crossed)",
    )
    add(
        "--output_path",
        metavar="DIR",
        help="folder of the sweep; repeat the command to resume (default: sweeps/MODEL/TASK)",
    )
    add("--no-picture", action="store_true", help="draw no forest plot (which needs the extra [plot])")
    add("--dry-run", action="store_true", help="list variants and requests, and send none")
    return command


class _Parser(Parser):
    """Keep unknown options in `rest`."""

    def parse_args(self, args: Sequence[str] | None = None, namespace: Any = None) -> Any:  # type: ignore[override]  # of typeshed's overloads only this one is called
        known, rest = self.parse_known_args(args, namespace)
        known.rest = rest
        return known


def main(args: argparse.Namespace) -> int:
    """Run and print.

    Raises:
        InputError: an argument is wrong, or the folder holds another sweep.
    """
    given = run_command.parser().parse_args(["--model", args.model, "--tasks", args.task, *args.rest])
    if given.tasks != args.task:
        raise InputError("a sweep takes one --task", code="conflict", field="--tasks", found=given.tasks)
    for name, hint in _NOT_HERE.items():
        if getattr(given, name) != run_command.parser().get_default(name):
            raise InputError("not for a sweep", code="unsupported", field=f"--{name}", hint=hint)
    config = run_command.config(given)

    from harness.commands import sweep_table as table
    from harness.record.folder import model_folder
    from harness.runs.sweep import picture, run

    if not args.no_picture and not args.dry_run:
        picture.needed()
    planned = run.plan(config, args.axes, args.design)
    console = run_command.console()
    given_folder = args.output_path or model_folder(Path("sweeps"), planned.settings.model) / planned.task.name
    folder = Path(given_folder).expanduser()
    if args.dry_run:
        table.show_plan(planned, run.count(planned, folder), console)
        return 0
    sweep = run.run(planned, folder, lambda line: console.print(line, style="dim", highlight=False, markup=False))
    if sweep is None:
        return run_command.INCOMPLETE
    table.show(sweep, folder, console)
    if not args.no_picture and sweep.effects:
        for path in picture.draw(sweep, folder):
            console.print(f"Picture: {path}", highlight=False, soft_wrap=True)
    return 0
