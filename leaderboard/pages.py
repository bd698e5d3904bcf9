"""Render pages with Jinja: all text escaped, hidden characters shown, no request to another host."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import get_args

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from scipy import stats

from harness.record import Confusion, ReliabilityBin, RunRecord, Sample, Score, TaskRecord
from harness.runs.compare import Comparison
from harness.stats.intervals import LEVEL
from harness.stats.power import POWER
from leaderboard import svg
from leaderboard.anatomy import anatomy, answer_text
from leaderboard.board import Board, Row
from leaderboard.build import REFERENCES
from leaderboard.ledger import Status
from leaderboard.reproduce import HUB_BACKENDS, command
from va_extractor.common.hub import HUB_ID
from va_extractor.common.plain_text import visible

_DIAGRAMS = {
    "raw": "Probabilities as the model gives them",
    "normalised": "Normalised by the label's length",
    "calibrated": "Contextually calibrated",
}
"""Titles of the record's reliability diagrams."""
_LOCAL = re.compile(r"^(?:local|baseline)/")
_WEAKEST: tuple[Status, ...] = ("withdrawn", "self-reported", "recomputed", "maintainer-run")


def table_page(board: Board) -> str:
    """Return the leaderboard's page."""
    main = [column for column in board.columns if column.main]
    cells: dict[str, dict[str, Row]] = {one.id: {} for one in board.participants}
    status: dict[str, Status] = {}
    for column in board.columns:
        for row in sorted(column.rows, key=lambda row: row.created):
            cells[row.model][column.id] = row
            status[row.model] = min(status.get(row.model, row.status), row.status, key=_WEAKEST.index)
    return _render(
        "table.html.j2",
        board=board,
        notes=_numbered(row.note for column in board.columns for row in column.rows),
        main=main,
        apart=[column for column in board.columns if not column.main],
        cells=cells,
        status=status,
        statuses=[name for name in get_args(Status) if name in status.values()],
        names={one.id: one.name for one in board.participants},
        references=REFERENCES,
        style=_asset("style.css"),
        script=_asset("table.js"),
        script_src=_script_hash(),
    )


def model_page(record: RunRecord, sections: Sequence[str], home: str | None) -> str:
    """Return one model's page.

    Args:
        record: of any of its runs.
        sections: from `section`, one for each task.
        home: address of the leaderboard's page; None without a leaderboard.
    """
    model = record.model
    hub = model.id if model.backend in HUB_BACKENDS and HUB_ID.fullmatch(model.id) else None
    return _render(
        "model.html.j2",
        name=model.id,
        sections=[Markup(one) for one in sections],  # noqa: S704  rendered by `section`, escaped there
        home=home,
        hub=hub if hub and not _LOCAL.match(hub) else None,
        style=_asset("style.css"),
        script_src="'none'",
    )


def section(record: RunRecord, name: str, samples: Sequence[Sample], status: Status | None, place: int) -> str:
    """Return one task's section of a model's page.

    Args:
        record: the run.
        name: the task.
        samples: of the task, in any order.
        status: who vouches for it; None before it was submitted.
        place: number of the section on its page.
    """
    task = record.tasks[name]
    parts = anatomy(task, samples)
    scores = task.scored.values()
    return _render(
        "section.html.j2",
        anchor=f"task-{place}",
        task_name=name,
        task=task,
        record_allows=record.allow_missing,
        stopped=record.stopped,
        status=status,
        notes=_numbered(text for score in scores for text in _remarks(score)),
        baselines=list(task.metrics[task.main_score].baselines),
        ceilings=list(dict.fromkeys(name for score in scores for name in score.ceilings)),
        placed=any(score.normalized_score for score in scores),
        repeated=any(score.sampling for score in scores),
        anatomy=parts,
        plane=svg.plane(parts.points, "Items in the plane of valence and arousal, right and wrong"),
        reliability=[(_DIAGRAMS[name], _diagram(name, bins)) for name, bins in _diagrams(task)],
        confusion=_shaded(task.confusion) if task.confusion else (),
        min_detectable=_detectable(task.metrics[task.main_score]),
        command=command(record, name),
        facts=_facts(record, task),
    )


def compare_page(compared: Sequence[Comparison]) -> str:
    """Return the main scores of two models on every task they share as one page."""
    first, second = (run.record.model.id for run in (compared[0].first, compared[0].second))
    return _render(
        "compare.html.j2",
        first=first,
        second=second,
        pairs=[one for one in compared if one.main],
        synthetic=any(one.first.record.tasks[one.task].features.synthetic for one in compared),
        alpha=1 - LEVEL,
        style=_asset("style.css"),
        script_src="'none'",
    )


def _remarks(score: Score) -> tuple[str | None, ...]:
    place = score.normalized_score
    return score.note, place.reason if place else None, place.note if place else None


def _numbered(texts: Iterable[str | None]) -> dict[str, int]:
    """Number the distinct texts from 1, in order, for notes below a table."""
    return {text: number for number, text in enumerate(dict.fromkeys(filter(None, texts)), start=1)}


def _diagrams(task: TaskRecord) -> Iterable[tuple[str, Sequence[ReliabilityBin]]]:
    return [(name, task.reliability[name]) for name in _DIAGRAMS if name in task.reliability]


def _diagram(name: str, bins: Sequence[ReliabilityBin]) -> Markup:
    points = [
        (one.confidence, one.accuracy, one.items)
        for one in bins
        if one.items > 0 and one.confidence is not None and one.accuracy is not None
    ]
    return svg.reliability(points, f"{_DIAGRAMS[name]}: confidence against accuracy")


def _detectable(score: Score) -> float | None:
    """Return the smallest detectable difference from a fixed value (80 % power), by the interval's standard error."""
    if score.interval is None:
        return None
    half, z = (score.interval.high - score.interval.low) / 2, stats.norm.ppf((1 + LEVEL) / 2)
    return float((1 + stats.norm.ppf(POWER) / z) * half)


def _shaded(confusion: Confusion) -> list[tuple[str, tuple[int, ...], list[int]]]:
    return [
        (label, counts, [min(4, 4 * count // max(1, sum(counts))) if count else 0 for count in counts])
        for label, counts in zip(confusion.labels, confusion.counts, strict=False)
    ]


def _facts(record: RunRecord, task: TaskRecord) -> list[tuple[str, str]]:
    facts = {
        "run began": record.created,
        "VAEmo-Eval": record.harness_version,
        "commit": f"{record.git.commit}{' (files differed)' if record.git.dirty else ''}" if record.git else None,
        "model revision": record.model.revision,
        "back end": record.model.backend,
        "parameters changed": "; ".join(record.model.changed),
        "chat template": record.model.chat_template_sha256 if record.apply_chat_template else "not applied",
        "task hash": task.task_hash,
        "features": f"{task.features.id}@{task.features.revision}" if task.features.revision else task.features.id,
        "features hash": task.features.sha256,
        "valence and arousal": ", ".join(task.features.va_source),
        "quantile map fitted on": task.features.calibrated_on,
        "samples hash": task.samples_sha256,
        "embedder": f"{task.embedder.id}@{task.embedder.revision}" if task.embedder else None,
        "embedder hash": task.embedder.weights_sha256 if task.embedder else None,
        "requests of the run": str(record.usage.requests),
        "seconds of the run": f"{record.usage.wall_seconds:.1f}",
    }
    return [(what, text) for what, text in [*facts.items(), *record.packages.items()] if text]


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("leaderboard"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters.update(score=_score, normalized=_normalized, answer=answer_text, breakable=_breakable)
    environment.globals.update(interval=svg.interval, bar=svg.bar)
    return environment


def _render(template: str, **given: object) -> str:
    return _environment().get_template(template).render(given)


def _shown(value: object) -> object:
    """Show hidden characters in every text of a template; markup is already safe."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _score(value: float) -> str:
    return f"{round(value, 3) + 0.0:.3f}"


def _normalized(value: float) -> str:
    return f"{round(value, 2) + 0.0:.2f}"


def _breakable(name: str) -> Markup:
    """Escape a name, and allow a line break after each underscore."""
    return Markup("_<wbr>").join(name.split("_"))


@cache
def _asset(name: str) -> str:
    return files("leaderboard").joinpath("templates", name).read_text(encoding="utf-8").strip()


def _script_hash() -> str:
    digest = hashlib.sha256(_asset("table.js").encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
