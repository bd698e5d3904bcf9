"""Build the board from a results repository: read each entry once, keep its pseudo-values, rank within columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import numpy as np

from harness.record import RunRecord, Score
from harness.scoring.normalized_score import overall
from harness.stats.arrays import Floats
from harness.tasks.catalogue import find
from leaderboard import entry as entries
from leaderboard import ledger
from leaderboard.board import Board, Column, Participant, Row, Withdrawn
from leaderboard.entry import Entry, column_id, participant_id, setting_of
from leaderboard.ranking import Standing, main_score, min_detectable_difference, rank
from va_extractor.common.errors import InputError, Problem

COUNTED = "vaemo"
"""The group whose tasks the overall score counts."""
REFERENCES = ("human", "ceiling", "prototype", "majority", "chance")
_BEST, _WORST = 1.0, 0.0
"""Ends of every main score for which more is better (accuracy, F1, AUC); swapped for a loss."""


@dataclass(frozen=True)
class Kept:
    """What is kept of an entry: the entry without samples, its status, and its main score on what a column shares."""

    entry: Entry
    status: ledger.Status
    parts: Floats | None

    @property
    def participant(self) -> str:
        """The id of the way of running the model."""
        return participant_id(self.entry.record)


@dataclass(frozen=True)
class Built:
    """The board, and why entries were left out."""

    board: Board
    left_out: tuple[Problem, ...]


def build(root: Path, see: Callable[[Entry, ledger.Status], None] = lambda one, status: None) -> Built:
    """Build the board of a results repository.

    Args:
        root: the repository.
        see: called with each entry and its status while it is in memory; if it fails, the entry is left out.

    Raises:
        InputError: there is no `results` folder, or one of the lists is invalid.
    """
    entries.require_results(root)
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
            left_out.append(error.problem)
        except (OSError, MemoryError):  # a fault of the machine, not of the entry
            raise
        except Exception as error:  # no entry may stop the board
            what = f"cannot be shown: {type(error).__name__}: {error}"
            left_out.append(Problem(what, code="unsupported", file=str(folder)))
        else:
            kept.append(keep)
    return Built(board(kept, withdrawn), tuple(left_out))


def _keep(one: Entry, folder: PurePosixPath, status: ledger.Status) -> Kept:
    """Compute what the board needs of one entry."""
    for problem in entries.misplaced(one, folder):
        raise InputError.of(problem)
    if one.task.features.synthetic:
        raise InputError("synthetic", code="unsupported", file=str(folder), field="features.synthetic")
    if not one.task.answers.ok + one.task.answers.not_parsed:
        raise InputError("no answers", code="range", file=str(folder), field="answers")
    return Kept(replace(one, samples=()), status, main_score(one.task, one.samples, str(folder)))


def board(kept: Sequence[Kept], withdrawn: Sequence[ledger.Withdrawal]) -> Board:
    """Arrange entries in columns and rank them."""
    groups: dict[tuple[str, str], list[Kept]] = defaultdict(list)
    for one in kept:
        groups[one.entry.task_name, column_id(one.entry)].append(one)
    main = _main(groups)
    columns = {
        name: _column(name, name == main[task], members)
        for (task, name), members in sorted(groups.items(), key=lambda pair: (pair[0][1] != main[pair[0][0]], pair[0]))
    }
    by_name = {name: members for (_, name), members in groups.items()}
    counting = [main.get(task, "") for task in find()[COUNTED].members]
    return Board(
        updated=max((one.entry.record.created for one in kept), default=""),
        columns=tuple(columns.values()),
        participants=tuple(_participants(kept, counting, by_name)),
        withdrawn=tuple(Withdrawn(entry=str(line.entry), date=line.date, reason=line.reason) for line in withdrawn),
    )


def reference_points(score: Score) -> tuple[float, float]:
    """Return floor and ceiling: the scores with normalized score 0 and 1.

    They are those that the record names. If it names none, the floor is the better of chance and the majority baseline,
    and the ceiling is the metric's own best.
    """
    measured = score.baselines | score.ceilings
    place = score.normalized_score
    if place is not None and place.value is not None:
        ceiling = measured.get(place.ceiling or "")
        if place.floor_value is not None and ceiling is not None:
            return place.floor_value, ceiling
    known = [value for value in (score.chance, measured.get("majority")) if value is not None]
    if score.higher_is_better is False:
        return min(known, default=_BEST), _WORST
    return max(known, default=_WORST), _BEST


def _ceiling(score: Score) -> float | None:
    """Return the score of the best predictor from valence and arousal; None if the record names none."""
    named = score.normalized_score and score.normalized_score.ceiling
    return (score.baselines | score.ceilings).get(named) if named else None


def _main(groups: dict[tuple[str, str], list[Kept]]) -> dict[str, str]:
    """Choose each task's column for the main table: the one with most entries, then the newest."""
    chosen: dict[str, tuple[tuple[int, str, str], str]] = {}
    for (task, name), members in groups.items():
        weight = (len(members), max(one.entry.record.created for one in members), name)
        chosen[task] = max(chosen.get(task, (weight, name)), (weight, name))
    return {task: name for task, (_, name) in chosen.items()}


def _column(name: str, main: bool, members: Sequence[Kept]) -> Column:
    valued = [one for one in members if one.entry.main_score.value is not None]
    first = (valued or members)[0].entry
    task, score = first.task, first.main_score
    up = score.higher_is_better is not False
    sign = 1.0 if up else -1.0
    ranked = [one for one in valued if one.parts is not None]
    values = np.array([one.entry.main_score.value for one in ranked], dtype=np.float64)
    parts = np.array([one.parts for one in ranked], dtype=np.float64)
    standings = rank(sign * values, sign * parts) if ranked else []
    placed = {one.entry.path: standing for one, standing in zip(ranked, standings, strict=True)}
    floor, ceiling = reference_points(score)
    rows = [_row(one, placed.get(one.entry.path)) for one in members]
    known = score.baselines | {"chance": score.chance, "ceiling": _ceiling(score)}
    return Column(
        id=name,
        main=main,
        task=first.task_name,
        version=task.version,
        task_hash=task.task_hash,
        metric=task.main_score,
        higher_is_better=up,
        features_id=task.features.id,
        features_revision=task.features.revision,
        features_sha256=task.features.sha256,
        va_source=task.features.va_source,
        reference_kind=task.reference_kind,
        setting=setting_of(first),
        items=task.items,
        clusters=task.clusters,
        min_detectable_difference=min_detectable_difference(parts),
        references={reference: known.get(reference) for reference in REFERENCES},
        floor=floor,
        ceiling=ceiling,
        rows=tuple(sorted(rows, key=lambda row: (row.value is None, -sign * (row.value or 0.0), row.entry))),
    )


def _row(one: Kept, standing: Standing | None) -> Row:
    score, answers = one.entry.main_score, one.entry.task.answers
    return Row(
        model=one.participant,
        entry=str(one.entry.path),
        status=one.status,
        created=one.entry.record.created,
        value=score.value,
        low=score.interval.low if score.interval else None,
        high=score.interval.high if score.interval else None,
        note=score.note,
        rank_low=standing.low if standing else None,
        rank_high=standing.high if standing else None,
        groups=standing.groups if standing else (),
        normalized_score=score.normalized_score.value if score.normalized_score else None,
        unparsed_rate=answers.not_parsed / (answers.ok + answers.not_parsed),
    )


def _participants(kept: Sequence[Kept], columns: Sequence[str], by_name: dict[str, list[Kept]]) -> list[Participant]:
    records = {one.participant: one.entry.record for one in kept}
    ways: dict[str, list[str]] = defaultdict(list)
    for name, record in records.items():
        ways[record.model.id].append(name)
    newest = [_newest(by_name.get(column, [])) for column in columns]
    found = []
    for name, record in records.items():
        found_in = [column.get(name) for column in newest]
        mean, low, high = overall([one.entry.main_score.normalized_score if one else None for one in found_in])
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
    return {one.participant: one for one in sorted(members, key=lambda one: one.entry.record.created)}


def _variant(record: RunRecord) -> str:
    parts = [record.model.backend, (record.model.revision or "")[:7]]
    parts += ["chat template"] if record.apply_chat_template else []
    parts.append(participant_id(record)[-6:])
    return ", ".join(part for part in parts if part)
