"""The models of `leaderboard.json`; `python -m leaderboard.board docs` writes their JSON Schema."""

from __future__ import annotations

import sys
from pathlib import Path

from pydantic import BaseModel, ConfigDict, FiniteFloat

from harness.record.schema import text
from leaderboard.ledger import Status

FILE = "leaderboard.schema.json"
BOARD_VERSION = "2.0"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Setting(_Model):
    """How a column's task was run: few-shot examples, system instruction, generation arguments as JSON."""

    num_fewshot: int
    system_instruction: str | None
    gen_kwargs: str


class Row(_Model):
    """One entry in a column.

    Attributes:
        model: id of its participant.
        entry: its folder in the results repository.
        status: who vouches for it.
        created: when the run began, UTC.
        value: the main score; None if the data allow none.
        low: lower end of its 95 % interval; None without an interval.
        high: upper end.
        note: why to read the interval with care, if there is a reason.
        rank_low: best rank in the 95 % rank range.
        rank_high: worst rank in it.
        groups: tie groups; two entries that share one are not significantly different.
        normalized_score: as in the record; None if there is none.
        unparsed_rate: fraction of the answers that could not be parsed, including refused and empty ones.
    """

    model: str
    entry: str
    status: Status
    created: str
    value: FiniteFloat | None
    low: FiniteFloat | None
    high: FiniteFloat | None
    note: str | None
    rank_low: int | None
    rank_high: int | None
    groups: tuple[int, ...]
    normalized_score: FiniteFloat | None
    unparsed_rate: FiniteFloat


class Column(_Model):
    """Entries on one task version, features and setting, which are ranked together.

    Attributes:
        id: unique name of the column.
        main: whether the column is in the main table.
        task: the task's name.
        version: its version.
        task_hash: its hash.
        metric: the metric of the main score.
        higher_is_better: its direction.
        features_id: where valence and arousal come from.
        features_revision: the Hub commit; None for local files.
        features_sha256: hash of the split's files.
        va_source: who measured valence and arousal.
        reference_kind: what descriptions are compared with; None for label tasks.
        setting: how it was run.
        items: number of items.
        clusters: number of independent groups of items.
        min_detectable_difference: between two models, with 80 % power; None for one model.
        references: human, ceiling, prototype, majority and chance on the same items; None if not measured.
        floor: the score with normalized score 0: the best trivial answer.
        ceiling: the score with normalized score 1: the best predictor from VA, else the metric's own best.
        rows: entries, the best first.
    """

    id: str
    main: bool
    task: str
    version: str
    task_hash: str
    metric: str
    higher_is_better: bool
    features_id: str
    features_revision: str | None
    features_sha256: str
    va_source: tuple[str, ...]
    reference_kind: str | None
    setting: Setting
    items: int
    clusters: int
    min_detectable_difference: FiniteFloat | None
    references: dict[str, FiniteFloat | None]
    floor: FiniteFloat
    ceiling: FiniteFloat
    rows: tuple[Row, ...]


class Participant(_Model):
    """One way of running one model.

    Attributes:
        id: unique, also the name of its page.
        name: the model's id.
        variant: how this way of running it differs from others; empty if it is the only one.
        overall: mean normalized score over the tasks of the group `vaemo`; None if one has no value or no interval.
        low: lower end of its 95 % interval.
        high: upper end.
    """

    id: str
    name: str
    variant: str
    overall: FiniteFloat | None
    low: FiniteFloat | None
    high: FiniteFloat | None


class Withdrawn(_Model):
    """An entry that was withdrawn, and why."""

    entry: str
    date: str
    reason: str


class Board(_Model):
    """The leaderboard.

    Attributes:
        schema_version: version of this document.
        updated: when its newest run began, UTC.
        columns: the main ones first.
        participants: the best overall first.
        withdrawn: withdrawn entries, with reasons.
    """

    schema_version: str = BOARD_VERSION
    updated: str
    columns: tuple[Column, ...]
    participants: tuple[Participant, ...]
    withdrawn: tuple[Withdrawn, ...]


if __name__ == "__main__":
    (Path(sys.argv[1]) / FILE).write_text(text(Board), encoding="utf-8")
