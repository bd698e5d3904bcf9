"""The site on disk: `index.html`, a page a model, `leaderboard.json` and `leaderboard.csv`."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from harness.record import RunRecord
from leaderboard.board import Board
from leaderboard.build import build, participant_id
from leaderboard.entry import Entry
from leaderboard.ledger import Status
from leaderboard.pages import model_page, section, table_page
from va_extractor.common.errors import InputError
from va_extractor.common.plain_text import csv_text

_COLUMNS = (
    *("task", "column", "main", "metric", "model", "variant", "status", "value", "low", "high", "rank_low"),
    *(
        "rank_high",
        "tie_groups",
        "position",
        "unparsed_rate",
        "items",
        "clusters",
        "features",
        "created",
        "entry",
        "note",
    ),
)


@dataclass(frozen=True)
class Site:
    """What was written: the board, how many model pages, and a line for each entry left out."""

    board: Board
    pages: int
    left_out: tuple[str, ...]


def write_site(root: Path, out: Path) -> Site:
    """Build the board of a results repository and write its site; each entry is read once and dropped.

    Raises:
        InputError: the repository is none, or `out` cannot be written.
    """
    try:
        (out / "models").mkdir(parents=True, exist_ok=True)
        for stale in (out / "models").glob("*.html"):
            stale.unlink()
        writer = _Models(out / "models")
        built = build(root, writer.see)
        writer.flush()
        (out / "leaderboard.json").write_text(built.board.model_dump_json(indent=1) + "\n", encoding="utf-8")
        (out / "leaderboard.csv").write_text(board_csv(built.board), encoding="utf-8")
        (out / "index.html").write_text(table_page(built.board), encoding="utf-8")
    except OSError as error:
        raise InputError(f"--out {out}: cannot be written: {error.strerror}") from None
    return Site(built.board, writer.pages, built.left_out)


def board_csv(board: Board) -> str:
    """Return the board as CSV, a line an entry, no cell of which a spreadsheet takes for a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    people = {one.id: one for one in board.participants}
    for column in board.columns:
        for row in column.rows:
            one = people[row.model]
            groups = " ".join(map(str, row.groups))
            cells = [
                *(column.task, column.id, str(column.main).lower(), column.metric, one.name, one.variant, row.status),
                *(row.value, row.low, row.high, row.rank_low, row.rank_high, groups, row.position, row.unparsed_rate),
                *(column.items, column.clusters, column.features_id, row.created, row.entry, row.note),
            ]
            writer.writerow([csv_text(cell) if isinstance(cell, str) else cell for cell in cells])
    return text.getvalue()


@dataclass
class _Models:
    """Writes a model's pages when the next model's entries begin; entries come in the order of their folders."""

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
