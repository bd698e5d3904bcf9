"""Write a check's findings as Markdown for a pull request, with each new entry next to two others."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from leaderboard import entry
from leaderboard.check import Report
from leaderboard.entry import Entry
from va_extractor.common.errors import InputError
from va_extractor.common.plain_text import markdown_code

_MAX_LINES = 50
_REFERENCES = 2


def markdown(report: Report, root: Path, references: Sequence[str] = ()) -> str:
    """Return the comment.

    Args:
        report: of the check.
        root: the repository, in which reference models are looked for.
        references: ids of models to show next to each entry; the two best others if empty.
    """
    verdict = "passed" if report.passed else "failed"
    lines = [f"**The check {verdict}.** {len(report.entries)} entries valid, {report.unchanged} unchanged."]
    if report.findings:
        lines += ["", *(f"- {markdown_code(str(finding), 600)}" for finding in report.findings[:_MAX_LINES])]
        if len(report.findings) > _MAX_LINES:
            lines.append(f"- and {len(report.findings) - _MAX_LINES} more")
    others = _others(root, report.entries) if report.entries else []
    for one in report.entries:
        lines += ["", *_table(one, _chosen(one, others, references))]
    return "\n".join(lines) + "\n"


def _others(root: Path, entries: Sequence[Entry]) -> list[Entry]:
    """Read the entries of the same tasks; the findings already name those that cannot be read."""
    tasks = {one.task_name for one in entries}
    found = []
    for folder in entry.find(root) if (root / entry.RESULTS).is_dir() else []:
        try:
            if len(folder.parts) == 5 and folder.parts[3] in tasks:
                found.append(entry.read(root, folder))
        except InputError:
            continue
    return found


def _chosen(one: Entry, others: Sequence[Entry], references: Sequence[str]) -> list[Entry]:
    alike = [other for other in others if _comparable_key(other) == _comparable_key(one) and other.path != one.path]
    if references:
        return [other for other in alike if other.record.model.id in references][:_REFERENCES]
    valued = [other for other in alike if other.main_score.value is not None]
    up = one.main_score.higher_is_better is not False
    return sorted(valued, key=lambda other: other.main_score.value or 0.0, reverse=up)[:_REFERENCES]


def _comparable_key(one: Entry) -> tuple[str, ...]:
    generation = json.dumps(one.record.gen_kwargs, sort_keys=True)
    return one.task_name, one.task.version, one.task.task_hash, one.task.features.sha256, generation


def _table(one: Entry, others: Sequence[Entry]) -> list[str]:
    columns = [one, *others]
    baselines = list(one.main_score.baselines)
    heads = [markdown_code(column.record.model.id, 60) for column in columns]
    rows = [
        f"### {markdown_code(one.record.model.id, 60)} on {markdown_code(one.task_name, 60)}",
        "",
        f"{one.task.items} items in {one.task.clusters} clusters; this check computed every number again.",
        "",
        "| metric | " + " | ".join([*heads, *map(markdown_code, baselines), "chance"]) + " |",
        "|---" * (len(columns) + len(baselines) + 2) + "|",
    ]
    for name, score in one.task.scored.items():
        cells = [_cell(column, name) for column in columns]
        cells += [_number(score.baselines.get(baseline)) for baseline in baselines]
        rows.append(f"| {markdown_code(name)} | " + " | ".join([*cells, _number(score.chance)]) + " |")
    return rows


def _cell(column: Entry, name: str) -> str:
    score = column.task.metrics.get(name)
    if score is None:
        return "-"
    between = f" ({score.interval.low:.3f} to {score.interval.high:.3f})" if score.interval else ""
    return _number(score.value) + between


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
