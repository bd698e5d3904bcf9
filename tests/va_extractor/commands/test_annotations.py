"""`vaemo-extract annotations` as a user runs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from va_extractor.cli import main
from va_extractor.dataset import read_split, sources, split_files

HEADER = "Index,Folder,Filename,Image Size,BBox,Categorical_Labels,Continuous_Labels,Gender,Age\n"
ROW = '0,f,a.jpg,"[64, 48]","[1, 2, 3, 4]",[\'Fear\'],"[1.0, 10.0, 5.5]",Male,Adult\n'


@pytest.fixture
def csv_file(tmp_path: Path) -> Path:
    path = tmp_path / "test.csv"
    path.write_text(HEADER + ROW, encoding="utf-8")
    return path


def test_emotic_writes_features_that_read_back(
    csv_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output, texts = tmp_path / "features", tmp_path / "texts.csv"
    texts.write_text("item,text\nf/a.jpg#0,Eyes wide open.\n", encoding="utf-8")
    command = ["annotations", "emotic", "--input", str(csv_file), "--output", str(output), "--references", str(texts)]
    assert main(command) == 0
    assert sources(output) == ["emotic"]
    table, provenance = read_split(split_files(output, "emotic")["test"])
    assert table["valence"].to_pylist() == [-1.0]
    assert table["references"].to_pylist() == [["Eyes wide open."]]
    assert provenance.created is not None
    said = capsys.readouterr().out
    assert f"{output}/emotic/test.parquet: 1 rows; annotators merged: union" in said


def test_manifest_writes_features_that_read_back(tmp_path: Path) -> None:
    rows, columns, output = tmp_path / "rows.csv", tmp_path / "columns.yaml", tmp_path / "features"
    rows.write_text("id,V,A\n1,5,2\n", encoding="utf-8")
    columns.write_text(
        "{source: mine, title: t, licence: l, citation: c, va_source: human, item: [id], split: {name: test}, "
        "valence: {column: V, low: 1, high: 5}, arousal: {column: A, low: 1, high: 5}}",
        encoding="utf-8",
    )
    command = ["annotations", "manifest", "--input", str(rows), "--columns", str(columns), "--output", str(output)]
    assert main(command) == 0
    table, _ = read_split(split_files(output, "mine")["test"])
    assert table.select(["valence", "arousal"]).to_pylist() == [{"valence": 1.0, "arousal": -0.5}]


def test_bad_input_is_one_line_and_exit_code_2(
    csv_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    csv_file.write_text(HEADER + ROW.replace("Fear", "Feer"), encoding="utf-8")
    output = tmp_path / "features"
    assert main(["annotations", "emotic", "--input", str(csv_file), "--output", str(output)]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert error.startswith(f"vaemo-extract: {csv_file}:2: Categorical_Labels: unknown label (found 'Feer')")
    assert not output.exists()
