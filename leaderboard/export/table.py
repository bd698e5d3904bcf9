"""One CSV of every metric of every entry, no cell of which a spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from leaderboard.entry import Entry
from leaderboard.export.files import Export
from va_extractor.common.plain_text import csv_text

COLUMNS = (
    *("model", "model_revision", "backend", "task", "version", "metric", "headline", "higher_is_better", "value"),
    *("low", "high", "level", "method", "chance", "majority", "prototype", "items", "clusters", "unparsed_rate"),
    *("features", "features_revision", "features_sha256", "synthetic", "created", "entry"),
)


def export(given: Sequence[Entry]) -> Export:
    """Return `scores.csv`."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in given:
        for row in _rows(one):
            writer.writerow([csv_text(cell) if isinstance(cell, str) else cell for cell in row])
    return Export({"scores.csv": text.getvalue()})


def _rows(one: Entry) -> Iterator[list[str | float | int | bool | None]]:
    record, task = one.record, one.task
    for name, score in task.metrics.items():
        between = score.interval
        yield [
            *(record.model.id, record.model.revision, record.model.backend, one.task_name, task.version, name),
            *(name == task.headline, score.higher_is_better, score.value),
            *((between.low, between.high, between.level, between.method) if between else (None,) * 4),
            *(score.chance, score.baselines.get("majority"), score.baselines.get("prototype")),
            *(task.items, task.clusters, task.answers.unparsed_rate),
            *(task.features.id, task.features.revision, task.features.sha256),
            *(task.features.synthetic, record.created, str(one.path)),
        ]
