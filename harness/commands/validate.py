"""`vaemo-eval validate [FILES|TASKS]`: report everything that is wrong with tasks, by file, line and key."""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from va_extractor.common.arguments import Parser
from va_extractor.common.errors import InputError
from va_extractor.common.plain_text import visible

if TYPE_CHECKING:
    from harness.runs.controls import Control
    from harness.runs.validate import Report


def parser() -> argparse.ArgumentParser:
    """Return the parser."""
    command = Parser(
        prog="vaemo-eval validate",
        description="Report everything that is wrong with tasks, then run controls with known scores.",
        epilog="exit codes: 0 no errors, 1 errors in a task, 2 errors in the command",
    )
    add = command.add_argument
    add("targets", nargs="*", metavar="FILE|FOLDER|TASK", help="what to validate (default: every task that ships)")
    add("--features", help="where VA features come from: folder, Parquet file or Hub id@revision (also VAEMO_FEATURES)")
    add("--include_path", action="append", default=[], metavar="DIR", help="folder with further task YAMLs; repeatable")
    add(
        "--precision",
        type=float,
        default=0.25,
        metavar="D",
        help="difference between two models that a task must be able to show (default: 0.25)",
    )
    add("--max-prompt", type=int, default=8_000, metavar="N", help="characters a prompt may have (default: 8000)")
    add("--no-controls", action="store_true", help="check files and prompts only")
    add("--json", action="store_true", help="print JSON")
    return command


def main(args: argparse.Namespace) -> int:
    """Print problems and controls; return 1 where a task has an error.

    Raises:
        InputError: a target is neither a file nor a task, or a flag is out of range.
    """
    if not 0 < args.precision < 1:
        raise InputError("takes a number above 0 and below 1", code="range", field="--precision", found=args.precision)
    if args.max_prompt < 1:
        raise InputError("takes a whole number from 1", code="range", field="--max-prompt", found=args.max_prompt)
    os.environ.setdefault("TQDM_DISABLE", "1")  # lm-eval reads it when imported: no progress bars among problems
    from harness.runs.validate import Settings, names, targets, validate
    from harness.tasks.features import load, reference

    folders = [Path(folder).expanduser() for folder in args.include_path]
    settings = Settings(
        features=reference(args.features),
        precision=args.precision,
        max_prompt=args.max_prompt,
        controls=not args.no_controls,
    )
    load(settings.features, "norms")  # any features have it: report wrong --features once, not for each task
    given = targets(args.targets, folders)
    known = names(given, folders)
    reports: list[Report] = []
    for target in given:
        reports.append(validate(target, settings, known))
        if not args.json:
            sys.stdout.write("".join(f"{visible(line)}\n" for line in _lines(reports[-1])))
            sys.stdout.flush()
    if args.json:
        sys.stdout.write(json.dumps([_plain(report) for report in reports], indent=2, default=str) + "\n")
    else:
        sys.stdout.write(_sum(reports) + "\n")
    return 1 if any(report.errors for report in reports) else 0


def _lines(report: Report) -> list[str]:
    lines = [f"{problem} (remark)" if problem.remark else str(problem) for problem in report.problems]
    said = [str(control) for control in report.controls] + [str(control) for control in report.omitted]
    if report.facts:
        difference = report.facts.min_detectable_difference
        said.insert(0, f"{report.facts}; smallest detectable difference {difference:.3f} (80 % power, unpaired)")
    return lines + [f"{report.path}: {report.name}: {what}" for what in said]


def _sum(reports: list[Report]) -> str:
    wrong, count = sum(bool(report.errors) for report in reports), sum(len(report.errors) for report in reports)
    ends = ["" if number == 1 else "s" for number in (len(reports), count)]
    return f"{len(reports)} file{ends[0]}, {wrong} with errors, {count} error{ends[1]}"


def _plain(report: Report) -> dict[str, Any]:
    facts, omitted = report.facts, report.omitted
    return {
        "task": report.name,
        "file": str(report.path),
        "sound": not report.errors,
        "problems": [asdict(problem) for problem in report.problems],
        "items": facts.items if facts else None,
        "clusters": facts.clusters if facts else None,
        "min_detectable_difference": facts.min_detectable_difference if facts else None,
        "controls": {control.name: _control(control) for control in report.controls}
        | {one.name: {"measure": None, "value": None, "passed": None, "not_run": one.why} for one in omitted},
    }


def _control(control: Control) -> dict[str, Any]:
    value = None if math.isnan(control.value) else control.value
    return {"measure": control.measure, "value": value, "passed": control.passed, "not_run": None}
