"""A board of made-up models, for sizes and speeds only: no number in it was measured."""

from __future__ import annotations

import numpy as np

from leaderboard.board import Board, Column, Participant, Row, Setting
from leaderboard.build import REFERENCES
from leaderboard.ranking import rank


def crowd(models: int = 200, columns: int = 12, seed: int = 3) -> Board:
    """Return a board of `models` invented models in `columns` invented columns."""
    rng = np.random.default_rng(seed)
    names = [f"org{number % 17}/invented-model-{number}" for number in range(models)]
    ids = [name.replace("/", "__") for name in names]
    skill = rng.normal(size=models)
    made = [_column(number, ids, skill, rng) for number in range(columns)]
    people = [
        Participant(id=one, name=name, variant="", overall=0.5 + value / 9, low=0.4 + value / 9, high=0.6 + value / 9)
        for one, name, value in zip(ids, names, skill.tolist(), strict=True)
    ]
    return Board(
        updated="2026-01-01T00:00:00+00:00",
        columns=tuple(made),
        participants=tuple(sorted(people, key=lambda one: -(one.overall or 0))),
        withdrawn=(),
    )


def _column(number: int, ids: list[str], skill: np.ndarray, rng: np.random.Generator) -> Column:
    values = np.clip(0.5 + 0.1 * skill + rng.normal(0, 0.05, len(ids)), 0, 1)
    parts = values[:, None] + rng.normal(0, 0.3, (len(ids), 100))
    low, high = values - 0.06, values + 0.06
    rows = [
        Row(
            model=ids[index],
            entry=f"results/{ids[index]}/000000000000/task{number}/000000000000",
            status="self-reported",
            created="2026-01-01T00:00:00+00:00",
            value=float(values[index]),
            low=float(low[index]),
            high=float(high[index]),
            note=None if number else "20 clusters: an invented note",
            rank_low=standing.low,
            rank_high=standing.high,
            groups=standing.groups,
            normalized_score=float(values[index]),
            unparsed_rate=0.0,
        )
        for index, standing in enumerate(rank(values, parts))
    ]
    return Column(
        id=f"task{number}@00000000",
        main=True,
        task=f"invented_task_{number}",
        version="1.0",
        task_hash="0" * 64,
        metric="macro_f1",
        higher_is_better=True,
        features_id="invented/features",
        features_revision="0" * 40,
        features_sha256="0" * 64,
        va_source=("human",),
        reference_kind=None,
        setting=Setting(num_fewshot=0, system_instruction=None, gen_kwargs="{}"),
        items=1000,
        clusters=1000,
        min_detectable_difference=0.05,
        references=dict.fromkeys(REFERENCES, 0.2),
        floor=0.2,
        ceiling=1.0,
        rows=tuple(sorted(rows, key=lambda row: -(row.value or 0))),
    )
