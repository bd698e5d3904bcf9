"""Write every metric of every entry as one CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from leaderboard.entry import Entry
from leaderboard.export.files import Export
from leaderboard.safe_csv import Cell, to_csv

COLUMNS = (
    *("model", "model_revision", "backend", "task", "version", "metric", "main_score", "higher_is_better", "value"),
    *("low", "high", "method", "chance", "majority", "prototype", "items", "clusters", "unparsed_rate"),
    *("features", "features_revision", "features_sha256", "synthetic", "created", "entry"),
)


def export(given: Sequence[Entry]) -> Export:
    """Return `scores.csv`."""
    return Export({"scores.csv": to_csv(COLUMNS, (row for one in given for row in _rows(one)))})


def _rows(one: Entry) -> Iterator[Sequence[Cell]]:
    record, task = one.record, one.task
    for name, score in task.metrics.items():
        between = score.interval
        yield (
            *(record.model.id, record.model.revision, record.model.backend, one.task_name, task.version, name),
            *(name == task.main_score, score.higher_is_better, score.value),
            *((between.low, between.high, between.method) if between else (None,) * 3),
            *(score.chance, score.baselines.get("majority"), score.baselines.get("prototype")),
            *(task.items, task.clusters, task.answers.unparsed_rate),
            *(task.features.id, task.features.revision, task.features.sha256),
            *(task.features.synthetic, record.created, str(one.path)),
        )
