"""`vaemo-extract inspect` as a user runs it."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from va_extractor.cli import main
from va_extractor.dataset import write_split
from va_extractor.schema import COLUMNS, Provenance

PROVENANCE = Provenance(source="mine", title="t", licence="l", citation="c", original_scale=(-1, 1))


@pytest.fixture
def features(tmp_path: Path) -> Path:
    rows = {
        "item_id": ["a", "b"],
        "cluster_id": ["a", "b"],
        "valence": [0.5, -0.5],
        "arousal": [0.25, 0.75],
        "va_source": ["human"] * 2,
        "va_status": ["ok"] * 2,
        "labels": [["joy"], ["fear"]],
        "references": [[], []],
    }
    columns = [pa.array(rows.get(field.name, [None, None]), field.type) for field in COLUMNS]
    write_split(pa.table(columns, schema=COLUMNS), PROVENANCE, tmp_path / "features", "test")
    return tmp_path / "features"


def test_sound_features(features: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(features), "--min-items", "1"]) == 0
    said = capsys.readouterr().out
    assert "no problem found" in said
    assert (features / "mine.png").read_bytes().startswith(b"\x89PNG")
    assert "caution" not in said


def test_faulty_features_are_shown_and_told_by_the_exit_code(
    features: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = features / "mine" / "test.parquet"
    table = pq.read_table(path)
    pq.write_table(table.set_column(2, COLUMNS.field("valence"), pa.array([9.0, 0.0], pa.float32())), path)
    assert main(["inspect", str(features), "--no-picture"]) == 1
    said = capsys.readouterr().out
    assert "PROBLEM" in said
    assert "1 values of valence outside [-1, 1]" in said
    assert not list(features.glob("*.png"))


def test_a_folder_without_features(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(tmp_path)]) == 2
    assert "has no VA features" in capsys.readouterr().err


def test_a_file_that_is_not_parquet(features: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (features / "mine" / "test.parquet").write_text("x", encoding="utf-8")
    assert main(["inspect", str(features)]) == 2
    assert "test.parquet: is not a readable Parquet" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["\x1b[2J\x1b]0;x\x07\nfake line", "[/bold][link=x]", "\u202eover"])
def test_labels_and_columns_are_shown_and_not_obeyed(
    text: str, features: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = features / "mine" / "test.parquet"
    table = pq.read_table(path)
    labels = pa.array([[text], [text]], COLUMNS.field("labels").type)
    odd = table.set_column(table.column_names.index("labels"), "labels", labels)
    pq.write_table(odd.set_column(6, text, odd.column(6)), path)
    assert main(["inspect", str(features), "--no-picture"]) == 1
    pq.write_table(odd, path)
    assert main(["inspect", str(features), "--no-picture"]) == 0
    said = capsys.readouterr().out
    assert said.replace("\n", "").isprintable()
    assert "fake line" not in said.splitlines()
    assert text[:5].replace("\x1b", "\\u{1b}").replace("\u202e", "\\u{202e}") in said
