"""The board and the site on disk, from real runs."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from harness.record import NormalizedScore, RunRecord, Score
from leaderboard import pages
from leaderboard.board import Board
from leaderboard.build import build, reference_points
from leaderboard.cli import main
from leaderboard.entry import path_of
from leaderboard.site import board_csv
from tests.leaderboard.attacks import TEXTS
from tests.leaderboard.crowd import crowd
from tests.leaderboard.editing import Json, edit, file_odd, folder_of, task_of


def _column(board: Board, task: str = "norms_term") -> dict[str, float | None]:
    column = next(column for column in board.columns if column.task == task and column.main)
    return {row.model.rpartition("-")[0]: row.value for row in column.rows}


def test_scores_are_those_of_the_records_and_other_tasks_have_no_part_in_overall(results: Path) -> None:
    built = build(results)
    assert not built.left_out
    assert len(built.board.columns) == 2
    expected = {}
    for path in results.glob("results/*/*/norms_term/*/run.json"):
        record = json.loads(path.read_bytes())
        expected[path.parts[-5]] = record["tasks"]["norms_term"]["metrics"]["accuracy"]["value"]
    assert _column(built.board) == expected
    assert {one.overall for one in built.board.participants} == {None}  # neither task is in the group `vaemo`


def test_references_are_always_there_and_say_what_was_not_measured(results: Path) -> None:
    column = build(results).board.columns[0]
    assert list(column.references) == ["human", "ceiling", "prototype", "majority", "chance"]
    assert column.references["human"] is None
    assert column.references["prototype"] == column.references["ceiling"] == 1.0


def scored(up: bool, place: NormalizedScore | None) -> Score:
    return Score(
        value=0.5,
        higher_is_better=up,
        chance=0.2,
        baselines={"majority": 0.3, "top5": 0.35, "prototype": 0.6},
        ceilings={"knn": 0.7, "lookup": 0.9},
        normalized_score=place,
    )


@pytest.mark.parametrize(
    ("up", "place", "points"),
    [
        (True, NormalizedScore(value=0.4, floor="top5", floor_value=0.35, ceiling="knn"), (0.35, 0.7)),
        (True, NormalizedScore(value=0.8, floor="top5", floor_value=0.35, ceiling="prototype"), (0.35, 0.6)),
        (False, NormalizedScore(value=0.4, floor="knn", floor_value=0.7, ceiling="majority"), (0.7, 0.3)),
        (True, NormalizedScore(value=None, reason="not surely better", floor="top5", ceiling="knn"), (0.3, 1.0)),
        (True, NormalizedScore(value=0.4, floor="shuffled", floor_value=0.25, ceiling="knn"), (0.25, 0.7)),
        (True, NormalizedScore(value=None, reason="no constant answer", floor=None, ceiling=None), (0.3, 1.0)),
        (True, None, (0.3, 1.0)),
        (False, None, (0.2, 0.0)),
    ],
)
def test_floor_and_ceiling_are_those_of_the_record_if_it_names_any(
    up: bool, place: NormalizedScore | None, points: tuple[float, float]
) -> None:
    assert reference_points(scored(up, place)) == points


def test_a_normalized_score_is_that_of_the_record(repository: Path) -> None:
    def placed(record: Json) -> None:
        task = task_of(record)
        place = NormalizedScore(value=0.25, floor="majority", ceiling="knn")
        task["metrics"][task["main_score"]]["normalized_score"] = place.model_dump()

    edit(folder_of(repository, "baseline__majority"), record=placed)
    column = next(column for column in build(repository).board.columns if column.task == "norms_term")
    places = {row.entry.split("/")[1]: row.normalized_score for row in column.rows}
    assert places["baseline__majority"] == 0.25
    assert places["baseline__prototype"] is None  # a rule scores the best possible value


def test_another_setting_is_listed_apart(repository: Path) -> None:
    folder = folder_of(repository, "baseline__uniform")
    edit(folder, record=lambda record: record.update(system_instruction="Be brief."))
    record = json.loads((folder / "run.json").read_bytes())
    folder.rename(folder.parent / path_of(RunRecord.model_validate(record), "norms_term").name)
    board = build(repository).board
    apart = [column for column in board.columns if not column.main]
    assert [column.setting.system_instruction for column in apart] == ["Be brief."]
    assert "baseline__uniform" not in _column(board)


def test_withdrawn_entries_and_statuses_are_shown(repository: Path) -> None:
    assert main(["check", str(repository), "--vouch", "recomputed"]) == 0
    gone = folder_of(repository, "baseline__uniform").relative_to(repository)
    (repository / "withdrawals.csv").write_text(f"entry,date,reason\n{gone},2026-01-05,a reason\n", encoding="utf-8")
    board = build(repository).board
    assert [(line.entry, line.reason) for line in board.withdrawn] == [(str(gone), "a reason")]
    assert "baseline__uniform" not in _column(board)
    assert {row.status for column in board.columns for row in column.rows} == {"recomputed"}
    other = folder_of(repository, "baseline__gaussian")
    edit(other)
    row = next(row for row in build(repository).board.columns[0].rows if row.entry.endswith(other.name))
    assert row.status == "self-reported"


def test_a_site_is_json_csv_and_pages(repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder_of(repository, "baseline__uniform") / "run.json").write_text("{", encoding="utf-8")
    assert main(["build", str(repository), "--out", str(tmp_path / "site")]) == 1
    assert capsys.readouterr().out.startswith("left out: results/baseline__uniform/")
    text = (tmp_path / "site" / "leaderboard.json").read_text(encoding="utf-8")
    board = Board.model_validate_json(text, strict=True)
    jsonschema.Draft202012Validator(Board.model_json_schema()).validate(json.loads(text))
    with (tmp_path / "site" / "leaderboard.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == sum(len(column.rows) for column in board.columns) == 7
    assert {row["model"] for row in rows} == {one.name for one in board.participants}
    pages = {path.name for path in (tmp_path / "site" / "models").iterdir()}
    assert pages == {f"{one.id}.html" for one in board.participants}


def _no_model_argument(record: Json) -> None:
    record["model"].update(id="x/None", backend="x", args={})


def _no_answers(record: Json) -> None:
    task = task_of(record)
    task["answers"] = dict.fromkeys(task["answers"], 0)


def _no_labels_in_the_rows(record: Json) -> None:
    task_of(record)["confusion"] = {"labels": [], "counts": [[1]]}


@pytest.mark.parametrize(
    ("fault", "left_out"),
    [(_no_model_argument, 0), (_no_answers, 1), (_no_labels_in_the_rows, 0)],
)
def test_no_entry_of_odd_content_stops_the_board(
    fault: Callable[[Json], None], left_out: int, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file_odd(repository, fault)
    site = repository / "site"
    assert main(["build", str(repository), "--out", str(site)]) == left_out
    assert capsys.readouterr().out.count("left out: results/") == left_out
    board = Board.model_validate_json((site / "leaderboard.json").read_bytes())
    assert sum(len(column.rows) for column in board.columns) == 8 - left_out
    assert len(list((site / "models").iterdir())) == len(board.participants)


def test_an_entry_that_no_page_can_show_is_left_out_with_its_reason(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def section(record: RunRecord, *given: Any) -> str:
        return pages.section(record, *given) if record.model.id != "baseline:majority" else str(1 / 0)

    monkeypatch.setattr("leaderboard.site.section", section)
    assert main(["build", str(repository), "--out", str(repository / "site")]) == 1
    said = capsys.readouterr().out
    assert said.count("left out: results/baseline__majority") == 2
    assert "cannot be shown: ZeroDivisionError" in said
    board = Board.model_validate_json((repository / "site" / "leaderboard.json").read_bytes())
    assert sum(len(column.rows) for column in board.columns) == 6
    assert len(list((repository / "site" / "models").iterdir())) == 3


def test_building_twice_gives_the_same_bytes_and_drops_stale_pages(results: Path, tmp_path: Path) -> None:
    read: Callable[[], dict[str, bytes]] = lambda: {  # noqa: E731
        str(path): path.read_bytes() for path in (tmp_path / "site").rglob("*.*")
    }
    assert main(["build", str(results), "--out", str(tmp_path / "site")]) == 0
    first = read()
    (tmp_path / "site" / "models" / "stale.html").write_text("old", encoding="utf-8")
    assert main(["build", str(results), "--out", str(tmp_path / "site")]) == 0
    assert read() == first


def test_no_cell_of_the_csv_is_a_formula() -> None:
    board = crowd(len(TEXTS), 1)
    people = [one.model_copy(update={"name": text}) for one, text in zip(board.participants, TEXTS, strict=True)]
    text = board_csv(board.model_copy(update={"participants": tuple(people)}))
    for row in csv.reader(text.splitlines()):
        for cell in row:
            assert not cell.lstrip(" ").startswith(("=", "+", "@", "\t", "\r")), cell
            if cell.startswith("-"):
                float(cell)


def test_an_empty_repository_is_a_page_too(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    assert main(["build", str(tmp_path), "--out", str(tmp_path / "site")]) == 0
    assert "No entries yet" in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")


def test_a_folder_without_results_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", str(tmp_path), "--out", str(tmp_path / "site")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
