"""`vaemo-eval validate [FILES|TASKS]`: tell whether tasks work, by file, line and key."""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
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
        description="Tell whether tasks work: everything wrong in one pass, then controls whose score is known.",
        epilog="exit codes: 0 every task is sound, 1 something is wrong with one, 2 the command itself is wrong",
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
        help="difference, below 1, to be shown (default: 0.25)",
    )
    add("--max-prompt", type=int, default=8_000, metavar="N", help="characters a prompt may have (default: 8000)")
    add("--no-controls", action="store_true", help="only read and render; run no answerer")
    add("--trust-code", action="store_true", help="let a task YAML run functions of a Python file beside it")
    add("--json", action="store_true", help="print JSON")
    return command


def main(args: argparse.Namespace) -> int:
    """Print what was found; return 1 where a task has an error.

    Raises:
        InputError: a target is neither a file nor a task, or a flag cannot be meant.
    """
    if not 0 < args.precision < 1:
        raise InputError(f"--precision {args.precision:g}: a number above 0 and below 1")
    if args.max_prompt < 1:
        raise InputError(f"--max-prompt {args.max_prompt}: a whole number from 1 on")
    os.environ.setdefault("TQDM_DISABLE", "1")  # read when lm-eval is imported; bars have no place in a list of faults
    from harness.runs.validate import Settings, names, targets, validate
    from harness.tasks.features import load, reference

    folders = [Path(folder).expanduser() for folder in args.include_path]
    settings = Settings(
        features=reference(args.features),
        trust_code=args.trust_code,
        precision=args.precision,
        max_prompt=args.max_prompt,
        controls=not args.no_controls,
    )
    load(settings.features, "norms")  # which features without norms have too: wrong --features are said once
    given = targets(args.targets, folders)
    known = names(given, folders)
    reports: list[Report] = []
    for target in given:
        reports.append(validate(target, settings, known))
        if not args.json:
            sys.stdout.write("".join(f"{visible(line)}\n" for line in _lines(reports[-1])))
            sys.stdout.flush()
    if args.json:
        sys.stdout.write(json.dumps([_plain(report) for report in reports], indent=2) + "\n")
    else:
        sys.stdout.write(_sum(reports) + "\n")
    return 0 if all(report.sound for report in reports) else 1


def _lines(report: Report) -> list[str]:
    lines = [f"{finding}" if finding.error else f"{finding} (remark)" for finding in report.findings]
    if report.facts:
        facts = report.facts
        lines.append(
            f"{report.path}: {report.name}: {facts.said}; two models can be told apart "
            f"from a difference of {facts.detectable:.3f} (80 % power, 5 % level, unpaired)"
        )
    said = [control.what for control in report.controls] + [control.what for control in report.omitted]
    return lines + [f"{report.path}: {report.name}: {what}" for what in said]


def _sum(reports: list[Report]) -> str:
    wrong = [report for report in reports if not report.sound]
    count = sum(finding.error for report in wrong for finding in report.findings)
    ends = ["" if number == 1 else "s" for number in (len(reports), count)]
    return f"{len(reports)} file{ends[0]}, {len(wrong)} with errors, {count} error{ends[1]}"


def _plain(report: Report) -> dict[str, Any]:
    facts, controls = report.facts, report.controls
    return {
        "task": report.name,
        "file": str(report.path),
        "sound": report.sound,
        "findings": [
            {
                "file": str(finding.path),
                "line": finding.line,
                "key": finding.key,
                "what": finding.what,
                "mend": finding.mend,
                "error": finding.error,
            }
            for finding in report.findings
        ],
        "items": facts.items if facts else None,
        "clusters": facts.clusters if facts else None,
        "minimum_detectable_difference": facts.detectable if facts else None,
        "controls": {control.name: _control(control) for control in controls}
        | {one.name: {"measure": None, "value": None, "passed": None, "not_run": one.why} for one in report.omitted},
    }


def _control(control: Control) -> dict[str, Any]:
    value = None if math.isnan(control.value) else control.value
    return {"measure": control.measure, "value": value, "passed": control.passed, "not_run": None}
