"""`leaderboard.json`: columns of entries that may be ranked together, and what stands over all of them.

The JSON Schema stands in `docs/leaderboard.schema.json`.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, FiniteFloat

from leaderboard.ledger import Status

BOARD_VERSION = "1.0"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Setting(_Model):
    """How a column's tasks were asked: few-shot examples, system instruction, generation arguments as JSON."""

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
        value: the headline score; None where the data allow none.
        low: lower end of its interval; None where there is none.
        high: upper end.
        note: why the interval is to be read with care; None where nothing speaks against it.
        rank_low: best rank that it may hold.
        rank_high: worst.
        groups: tie groups; two entries that share one are not told apart.
        position: where the score lies between prior (0) and top (1).
        unparsed_rate: share of the answers that arrived of which none could be read, refused and empty ones included.
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
    position: FiniteFloat | None
    unparsed_rate: FiniteFloat


class Column(_Model):
    """Entries on one task version, features and setting; only these are ranked together.

    Attributes:
        id: unique name of the column.
        main: whether the column stands in the main table; others are listed apart.
        task: the task's name.
        version: its version.
        task_hash: its hash.
        metric: the headline metric.
        higher_is_better: its direction.
        features_id: where valence and arousal come from.
        features_revision: the Hub commit; None for local files.
        features_sha256: hash of the split's files.
        va_source: who measured valence and arousal.
        reference_kind: what descriptions are compared with; None for label tasks.
        setting: how it was asked.
        items: how many items.
        clusters: how many independent groups they form.
        detectable: the difference between two models that a paired test finds with 80 % power; None for one model.
        references: human, ceiling, prototype, majority and chance on the same items; None where not measured.
        prior: the score at position 0.
        top: the score at position 1: the VA ceiling where the record has it, else the metric's own best.
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
    detectable: FiniteFloat | None
    references: dict[str, FiniteFloat | None]
    prior: FiniteFloat
    top: FiniteFloat
    rows: tuple[Row, ...]


class Participant(_Model):
    """One way of running one model.

    Attributes:
        id: unique, also the name of its page.
        name: the model's id.
        variant: what tells this way of running it from others; empty where there is one only.
        overall: mean position over the main columns of tasks that count; None where one is missing.
        low: lower end of its interval.
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
        level: of intervals and rank ranges.
        columns: the main ones first.
        participants: the best overall first.
        withdrawn: never silently gone.
    """

    schema_version: str = BOARD_VERSION
    updated: str
    level: FiniteFloat
    columns: tuple[Column, ...]
    participants: tuple[Participant, ...]
    withdrawn: tuple[Withdrawn, ...]
