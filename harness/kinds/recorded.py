"""Read a run record, and check the kinds of question that it names."""

from __future__ import annotations

from pathlib import Path

from harness import kinds
from harness.record import RunRecord, folder
from va_extractor.common.errors import InputError, nearest


def read_run(path: Path) -> RunRecord:
    """Read the record in a run folder.

    Raises:
        InputError: it is missing, breaks the schema, or names a kind that `check_kinds` refuses.
    """
    run = folder.read_run(path)
    check_kinds(run, path / folder.RUN)
    return run


def check_kinds(run: RunRecord, file: Path | str) -> None:
    """Check that each task is of a known kind and has labels if that kind offers them; `file` names the record.

    Raises:
        InputError: names the field.
    """
    for name, task in run.tasks.items():
        field = f"tasks.{name}"
        if task.kind not in kinds.names():
            hint = nearest(task.kind, kinds.names())
            raise InputError(
                "no such kind", code="unknown", file=file, field=f"{field}.kind", found=task.kind, hint=hint
            )
        if kinds.get(task.kind).offers == "labels" and not task.labels:
            what = f"kind {task.kind} needs labels"
            raise InputError(what, code="missing", file=file, field=f"{field}.labels")
