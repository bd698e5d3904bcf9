"""From a results repository to the board: read each entry once, keep its draws, rank within columns."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from harness.record import RunRecord, Score, TaskRecord
from leaderboard import entry as entries
from leaderboard import ledger
from leaderboard.board import Board, Column, Participant, Row, Setting, Withdrawn
from leaderboard.draws import Bytes, Floats, headline_draws
from leaderboard.entry import Entry
from leaderboard.level import other_level
from leaderboard.ranking import LEVEL, Standing, detectable, pair_errors, rank
from va_extractor.common.errors import InputError

BESIDE = ("vaemo_extended", "vaemo_axes")
"""Groups of tasks that stand beside the benchmark, whoever runs them."""
REFERENCES = ("human", "ceiling", "prototype", "majority", "chance")
_BEST, _WORST = 1.0, 0.0
"""Ends of every headline metric where more is better (accuracy, F1, AUC); of a loss they change places."""


@dataclass(frozen=True)
class Kept:
    """What is kept of an entry after it was read: its record, and its headline on the shared draws."""

    record: RunRecord
    task_name: str
    path: PurePosixPath
    status: ledger.Status
    draws: Bytes

    @property
    def task(self) -> TaskRecord:
        """The task's record."""
        return self.record.tasks[self.task_name]

    @property
    def headline(self) -> Score:
        """The score that stands for the task."""
        return self.task.metrics[self.task.headline]

    @property
    def participant(self) -> str:
        """The id of the way of running the model that this entry belongs to."""
        return participant_id(self.record)


@dataclass(frozen=True)
class Built:
    """The board, and one line for each entry that was left out."""

    board: Board
    left_out: tuple[str, ...]


def build(root: Path, see: Callable[[Entry, ledger.Status], None] = lambda one, status: None) -> Built:
    """Build the board of a results repository.

    Args:
        root: the repository.
        see: called with each entry and its status while it is in memory; an entry on which it fails is left out.

    Raises:
        InputError: there is no `results` folder, or one of the lists is broken.
    """
    if not (root / entries.RESULTS).is_dir():
        raise InputError(f"{root}: has no folder '{entries.RESULTS}'; give the root of a results repository")
    withdrawn = ledger.withdrawals(root)
    gone = {line.entry for line in withdrawn}
    statuses = ledger.statuses(root)
    kept, left_out = [], []
    for folder in entries.find(root):
        if folder in gone:
            continue
        try:
            one = entries.read(root, folder)
            status = statuses.get((folder, one.digest), "self-reported")
            keep = _keep(one, folder, status)
            see(one, status)
        except InputError as error:
            left_out.append(str(error))
        except (OSError, MemoryError):  # the machine's fault, not the entry's
            raise
        except Exception as error:  # whatever an entry leads a page into costs its own place, not the board
            left_out.append(f"{folder}: cannot be shown: {type(error).__name__}: {error}")
        else:
            kept.append(keep)
    return Built(board(kept, withdrawn), tuple(left_out))


def _keep(one: Entry, folder: PurePosixPath, status: ledger.Status) -> Kept:
    """Compute of an entry what the board needs of it alone."""
    if one.path != folder:
        raise InputError(f"{folder}: by its content it belongs in {one.path}")
    if one.task.features.synthetic:
        raise InputError(f"{folder}: features are synthetic")
    if level := other_level(one.record, one.task):
        raise InputError(f"{folder}: {level}")
    if not one.task.answers.ok + one.task.answers.unread:
        raise InputError(f"{folder}: field 'answers': counts no answer")
    return Kept(one.record, one.task_name, folder, status, headline_draws(one.task, one.samples, str(folder)))


def board(kept: Sequence[Kept], withdrawn: Sequence[ledger.Withdrawal]) -> Board:
    """Arrange entries in columns and rank them."""
    groups: dict[tuple[str, str], list[Kept]] = defaultdict(list)
    for one in kept:
        groups[one.task_name, column_id(one)].append(one)
    main = _main(groups)
    columns = {
        name: _column(name, name == main[task], members)
        for (task, name), members in sorted(groups.items(), key=lambda pair: (pair[0][1] != main[pair[0][0]], pair[0]))
    }
    by_name = {name: members for (_, name), members in groups.items()}
    beside = _beside()
    counting = [column for column in columns.values() if column.main and column.task not in beside]
    participants = _participants(kept, counting, by_name)
    return Board(
        updated=max((one.record.created for one in kept), default=""),
        level=LEVEL,
        columns=tuple(columns.values()),
        participants=tuple(participants),
        withdrawn=tuple(Withdrawn(entry=str(line.entry), date=line.date, reason=line.reason) for line in withdrawn),
    )


def _beside() -> frozenset[str]:
    """Return the tasks that no overall position counts, by the groups that hold them."""
    from harness.tasks.catalogue import find

    found = find()
    return frozenset(task for group in BESIDE for task in found[group].members)


def column_id(one: Kept) -> str:
    """Return the name of the column that an entry belongs to: its task, and a hash of what must be the same."""
    parts = [
        *(one.task.version, one.task.task_hash, one.task.features.sha256, one.task.headline),
        str((one.task.items, one.task.clusters)),
        one.task.reference_kind or "",
        one.task.embedder.weights_sha256 if one.task.embedder else "",
        _setting(one).model_dump_json(),
    ]
    return f"{one.task_name}@{hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:8]}"


def participant_id(record: RunRecord) -> str:
    """Return the id of one way of running a model: its folder name and a hash of what else decides its answers."""
    model = record.model
    parts: list[object] = [model.id, model.revision, model.backend, model.args, model.chat_template_sha256]
    parts.append(record.apply_chat_template)
    return f"{entries.folder_name(model.id)}-{hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:6]}"


def reference_points(score: Score) -> tuple[float, float]:
    """Return the scores at position 0 and 1.

    They are the floor and the VA ceiling that the record's `position` names, where it has one. Otherwise the prior is
    the better of chance and the majority baseline, and the top the metric's own best.
    """
    measured = score.baselines | score.ceilings | {"chance": score.chance}
    place = score.position
    if place is not None and place.value is not None:
        floor, ceiling = (measured.get(name or "") for name in (place.floor, place.ceiling))
        if floor is not None and ceiling is not None:
            return floor, ceiling
    known = [value for value in (score.chance, measured.get("majority")) if value is not None]
    if score.higher_is_better is False:
        return min(known, default=_BEST), _WORST
    return max(known, default=_WORST), _BEST


def _ceiling(score: Score) -> float | None:
    """Return what the best predictor from valence and arousal scores; None where the record names none."""
    named = score.position and score.position.ceiling
    return (score.baselines | score.ceilings).get(named) if named else None


def _main(groups: dict[tuple[str, str], list[Kept]]) -> dict[str, str]:
    """Choose each task's column for the main table: the one with most entries, of equals the newest."""
    chosen: dict[str, tuple[tuple[int, str, str], str]] = {}
    for (task, name), members in groups.items():
        weight = (len(members), max(one.record.created for one in members), name)
        chosen[task] = max(chosen.get(task, (weight, name)), (weight, name))
    return {task: name for task, (_, name) in chosen.items()}


def _setting(one: Kept) -> Setting:
    return Setting(
        num_fewshot=one.task.num_fewshot,
        system_instruction=one.record.system_instruction,
        gen_kwargs=json.dumps(one.record.gen_kwargs, sort_keys=True),
    )


def _column(name: str, main: bool, members: Sequence[Kept]) -> Column:
    first = next((one for one in members if one.headline.value is not None), members[0])
    up = first.headline.higher_is_better is not False
    valued = [one for one in members if one.headline.value is not None]
    draws, sign = _stack(valued), 1.0 if up else -1.0
    values = np.array([one.headline.value for one in valued], dtype=np.float64)
    errors = pair_errors(draws) if valued else np.empty(0)
    standings = rank(sign * values, sign * draws, errors) if valued else []
    placed = {one.path: standing for one, standing in zip(valued, standings, strict=True)}
    prior, top = reference_points(first.headline)
    rows = [_row(one, placed.get(one.path), prior, top) for one in members]
    known = first.headline.baselines | {"chance": first.headline.chance, "ceiling": _ceiling(first.headline)}
    return Column(
        id=name,
        main=main,
        task=first.task_name,
        version=first.task.version,
        task_hash=first.task.task_hash,
        metric=first.task.headline,
        higher_is_better=up,
        features_id=first.task.features.id,
        features_revision=first.task.features.revision,
        features_sha256=first.task.features.sha256,
        va_source=first.task.features.va_source,
        reference_kind=first.task.reference_kind,
        setting=_setting(first),
        items=first.task.items,
        clusters=first.task.clusters,
        detectable=detectable(errors),
        references={reference: known.get(reference) for reference in REFERENCES},
        prior=prior,
        top=top,
        rows=tuple(sorted(rows, key=lambda row: (row.value is None, -sign * (row.value or 0.0), row.entry))),
    )


def _row(one: Kept, standing: Standing | None, prior: float, top: float) -> Row:
    score, answers = one.headline, one.task.answers
    return Row(
        model=one.participant,
        entry=str(one.path),
        status=one.status,
        created=one.record.created,
        value=score.value,
        low=score.interval.low if score.interval else None,
        high=score.interval.high if score.interval else None,
        note=score.note,
        rank_low=standing.low if standing else None,
        rank_high=standing.high if standing else None,
        groups=standing.groups if standing else (),
        position=None if score.value is None else (score.value - prior) / (top - prior) if top != prior else None,
        unparsed_rate=answers.unread / (answers.ok + answers.unread),
    )


def _participants(kept: Sequence[Kept], columns: Sequence[Column], by_name: dict[str, list[Kept]]) -> list[Participant]:
    records = {one.participant: one.record for one in kept}
    ways: dict[str, list[str]] = defaultdict(list)
    for name, record in records.items():
        ways[record.model.id].append(name)
    newest = {column.id: _newest(by_name[column.id]) for column in columns}
    found = []
    for name, record in records.items():
        mean, low, high = _overall([(column, newest[column.id].get(name)) for column in columns])
        found.append(
            Participant(
                id=name,
                name=record.model.id,
                variant=_variant(record) if len(ways[record.model.id]) > 1 else "",
                overall=mean,
                low=low,
                high=high,
            )
        )
    return sorted(found, key=lambda one: (one.overall is None, -(one.overall or 0.0), one.id))


def _newest(members: Iterable[Kept]) -> dict[str, Kept]:
    return {one.participant: one for one in sorted(members, key=lambda one: one.record.created)}


def _overall(cells: Sequence[tuple[Column, Kept | None]]) -> tuple[float | None, float | None, float | None]:
    """Return the mean position over columns with its percentile interval over shared draws; None where one lacks."""
    values, draws = [], []
    for column, one in cells:
        span = column.top - column.prior
        if one is None or one.headline.value is None or span == 0:
            return None, None, None
        values.append((one.headline.value - column.prior) / span)
        draws.append((one.draws.astype(np.float64) - column.prior) / span)
    if not values:
        return None, None, None
    mean = np.mean(draws, axis=0)
    low, high = np.nanquantile(mean, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(np.mean(values)), float(low), float(high)


def _variant(record: RunRecord) -> str:
    parts = [record.model.backend, (record.model.revision or "")[:7]]
    parts += ["chat template"] if record.apply_chat_template else []
    parts.append(participant_id(record)[-6:])
    return ", ".join(part for part in parts if part)


def _stack(members: Sequence[Kept]) -> Floats:
    return np.array([one.draws for one in members], dtype=np.float64)
