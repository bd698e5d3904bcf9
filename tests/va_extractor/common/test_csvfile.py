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
    assert rows[0].where("one") == f"{path}:2, column 'one'"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"column 'one' is missing; it has no header"),
        (b"two\n1\n", r"column 'one' is missing; it has two"),
        (b"one,two\n1\n", r"a.csv:2: has not as many cells as the header \(2\)"),
        (b"one,two\n1,2,3\n", r"a.csv:2: has not as many cells as the header \(2\)"),
        (b"one\n\xff\n", r"is not UTF-8 text"),
        (b'one\n"open\n', r"is not CSV: unexpected end of data"),
    ],
)
def test_bad_files(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(InputError, match=message):
        list(read_rows(tmp_path / "a.csv", ["one"]))


def test_missing_files_and_folders(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.csv", tmp_path):
        with pytest.raises(InputError, match="cannot be read: "):
            list(read_rows(path, ["one"]))
