"""Write the site: `index.html`, a page for each model, `leaderboard.json` and `leaderboard.csv`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.record import RunRecord
from leaderboard.board import Board
from leaderboard.build import build
from leaderboard.entry import Entry, participant_id
from leaderboard.ledger import Status
from leaderboard.pages import model_page, section, table_page
from va_extractor.common.csvfile import Cell, to_csv
from va_extractor.common.errors import Problem
from va_extractor.common.files import writing

_COLUMNS = (
    *("task", "column", "main", "metric", "model", "variant", "status", "value", "low", "high", "rank_low"),
    *("rank_high", "tie_groups", "normalized_score", "unparsed_rate", "items", "clusters", "features", "created"),
    *("entry", "note"),
)


@dataclass(frozen=True)
class Site:
    """What was written: the board, the number of model pages, and why entries were left out."""

    board: Board
    pages: int
    left_out: tuple[Problem, ...]


def write_site(root: Path, out: Path) -> Site:
    """Build the board of a results repository and write its site; entries are read one at a time.

    Raises:
        InputError: `root` is not a results repository, or `out` cannot be written.
    """
    with writing(out, field="--out"):
        (out / "models").mkdir(parents=True, exist_ok=True)
        for stale in (out / "models").glob("*.html"):
            stale.unlink()
        writer = _Models(out / "models")
        built = build(root, writer.see)
        writer.flush()
        (out / "leaderboard.json").write_text(built.board.model_dump_json(indent=1) + "\n", encoding="utf-8")
        (out / "leaderboard.csv").write_text(board_csv(built.board), encoding="utf-8")
        (out / "index.html").write_text(table_page(built.board), encoding="utf-8")
    return Site(built.board, writer.pages, built.left_out)


def board_csv(board: Board) -> str:
    """Return the board as CSV, one line for each entry."""
    return to_csv(_COLUMNS, _rows(board))


def _rows(board: Board) -> Iterator[Sequence[Cell]]:
    people = {one.id: one for one in board.participants}
    for column in board.columns:
        for row in column.rows:
            one, groups = people[row.model], " ".join(map(str, row.groups))
            yield (
                *(column.task, column.id, str(column.main).lower(), column.metric, one.name, one.variant, row.status),
                *(row.value, row.low, row.high, row.rank_low, row.rank_high, groups, row.normalized_score),
                *(row.unparsed_rate, column.items, column.clusters, column.features_id, row.created, row.entry),
                row.note,
            )


@dataclass
class _Models:
    """Writes a model's pages when the next model's entries begin; entries come in the order of folders."""

    folder: Path
    pages: int = 0
    _model: str = ""
    _parts: dict[str, list[tuple[RunRecord, str]]] = field(default_factory=lambda: defaultdict(list))

    def see(self, one: Entry, status: Status) -> None:
        """Render an entry's part."""
        if one.record.model.id != self._model:
            self.flush()
            self._model = one.record.model.id
        name = participant_id(one.record)
        text = section(one.record, one.task_name, one.samples, status, len(self._parts.get(name, ())) + 1)
        self._parts[name].append((one.record, text))

    def flush(self) -> None:
        """Write the pages of the model so far."""
        for name, parts in self._parts.items():
            page = model_page(parts[0][0], [text for _, text in parts], "../index.html")
            (self.folder / f"{name}.html").write_text(page, encoding="utf-8")
            self.pages += 1
        self._parts.clear()
