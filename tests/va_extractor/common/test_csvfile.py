"""Reading a user's CSV file."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from va_extractor.common.csvfile import read_rows
from va_extractor.common.errors import InputError

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(TEXT, TEXT), max_size=5))
def test_reads_what_csv_writes(tmp_path: Path, rows: list[tuple[str, str]]) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(["one", "two"])
        writer.writerows(rows)
    assert [(row["one"], row["two"]) for row in read_rows(path, ["two", "one"])] == rows


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('\ufeffone\nfirst\n"two\nlines"\nlast\n', encoding="utf-8")
    rows = list(read_rows(path, ["one"]))
    assert [(row.line, row["one"]) for row in rows] == [(2, "first"), (4, "two\nlines"), (5, "last")]
    assert rows[0].place("one") == {"file": path, "line": 2, "field": "one"}


@pytest.mark.parametrize(
    ("content", "code", "line", "field"),
    [
        (b"", "missing", None, "one"),
        (b"two\n1\n", "missing", None, "one"),
        (b"one,two,two\n1,2,3\n", "duplicate", 1, "two"),
        (b"one,two\n1\n", "type", 2, None),
        (b"one,two\n1,2,3\n", "type", 2, None),
        (b"one\n\xff\n", "unreadable", None, None),
        (b'one\n"open\n', "unreadable", 1, None),
    ],
)
def test_bad_files(tmp_path: Path, content: bytes, code: str, line: int | None, field: str | None) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(InputError) as error:
        list(read_rows(path, ["one"]))
    found = error.value.problem
    assert (found.code, found.file, found.line, found.field) == (code, path, line, field)


@pytest.mark.parametrize(("cell", "code"), [(" ", "missing"), ("ten", "type"), ("inf", "range")])
def test_cells_that_are_no_numbers(tmp_path: Path, cell: str, code: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"one,two\n{cell},1\n", encoding="utf-8")
    (row,) = read_rows(path, ["one", "two"])
    assert row.number("two") == 1
    with pytest.raises(InputError) as error:
        row.number("one")
    assert (error.value.problem.code, error.value.problem.line, error.value.problem.field) == (code, 2, "one")
