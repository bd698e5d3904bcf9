"""The level of intervals: every page states its own, and a leaderboard sets only equal ones side by side."""

from __future__ import annotations

from harness.record import RunRecord, TaskRecord
from leaderboard.ranking import LEVEL


def percent(level: float) -> str:
    """Return a level in (0, 1) in percent, as text: 0.95 is `95 %`."""
    return f"{100 * level:.10g} %"


def other_level(record: RunRecord, task: TaskRecord) -> str | None:
    """Return in one line why a task's intervals cannot stand on a leaderboard; None where all are at its level."""
    scores = task.metrics.values()
    given = [*(score.interval for score in scores), *(score.position.interval for score in scores if score.position)]
    levels = [record.level, *(one.level for one in given if one)]
    found = next((level for level in levels if level != LEVEL), None)
    if found is None:
        return None
    return (
        f"field 'level': {percent(found)} intervals, and a leaderboard shows {percent(LEVEL)} ones; "
        f"`vaemo-eval rescore RUN_DIR --level {LEVEL}` writes the record anew without asking the model"
    )
