"""Any CSV file of ratings becomes features."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.refused import refused
from va_extractor.annotations.ratings import Columns, features_from_ratings
from va_extractor.common.errors import Code
from va_extractor.common.yamlfile import read_yaml
from va_extractor.schema import provenance_of

YAML = """\
source: study
title: A study
licence: CC BY 4.0
citation: Nobody (2026)
va_source: human
item: [id]
cluster: [subject]
split: {column: part}
valence: {column: V, low: 1, high: 9}
arousal: {column: A, low: 0, high: 1}
labels: {column: emotion, separator: "|", known: [anger, joy]}
references: {columns: [text, text2], kind: human}
"""
ROWS = """\
id,subject,part,V,A,emotion,text,text2,free
1,s1,test,9,0.5,Joy|anger,smiles,beams,x
2,s1,test,3,0,joy,,glad,x
3,s2,train,5,0.75,anger,,,x
"""


@pytest.fixture
def given(tmp_path: Path) -> tuple[Path, Path]:
    rows, columns = tmp_path / "rows.csv", tmp_path / "columns.yaml"
    rows.write_text(ROWS, encoding="utf-8")
    columns.write_text(YAML, encoding="utf-8")
    return rows, columns


def test_each_dimension_is_converted_from_its_own_scale(given: tuple[Path, Path]) -> None:
    rows, columns = given
    tables = features_from_ratings(rows, read_yaml(columns, Columns), salt="s")
    test, train = tables["test"].to_pylist(), tables["train"].to_pylist()
    assert [(row["valence"], row["arousal"]) for row in test] == [(1.0, 0.0), (-0.5, -1.0)]
    assert (train[0]["valence"], train[0]["arousal"], train[0]["dominance"]) == (0.0, 0.5, None)
    assert [row["labels"] for row in test] == [["joy", "anger"], ["joy"]]
    assert [row["references"] for row in test] == [["smiles", "beams"], ["glad"]]
    assert (train[0]["references"], train[0]["reference_kind"]) == ([], None)
    assert test[0]["cluster_id"] == test[1]["cluster_id"] != train[0]["cluster_id"]
    provenance = provenance_of(tables["test"].schema, "test")
    assert provenance.original_scale == (1, 9)
    assert provenance.notes == "Original scales: valence 1..9, arousal 0..1."


def test_one_split_for_the_file_and_rows_as_their_own_clusters(given: tuple[Path, Path]) -> None:
    rows, columns = given
    text = YAML.replace("{column: part}", "{name: test}").replace("cluster: [subject]\n", "")
    columns.write_text(text.replace("human\nitem", "synthetic\nitem"), encoding="utf-8")
    tables = features_from_ratings(rows, read_yaml(columns, Columns), salt="s")
    assert list(tables) == ["test"]
    assert tables["test"]["cluster_id"].to_pylist() == tables["test"]["item_id"].to_pylist()
    assert provenance_of(tables["test"].schema, "test").synthetic


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "field"),
    [
        ("9,0.5", "9.5,0.5", "range", 2, "V"),
        ("9,0.5", "nine,0.5", "type", 2, "V"),
        ("3,0,", "nan,0,", "range", 3, "V"),
        ("3,0,", "3,,", "missing", 3, "A"),
        ("Joy|anger", "Joy|angr", "unknown", 2, "emotion"),
        ("Joy|anger", "Joy|joy", "duplicate", 2, "emotion"),
        ("Joy|anger", "Joy|", "missing", 2, "emotion"),
        ("\n3,", "\n1,", "duplicate", 4, "id"),
        ("s2,train", "s2,../train", "type", 4, "part"),
        ("subject", "person", "missing", None, "subject"),
        (ROWS[44:], "", "missing", None, None),
    ],
)
def test_bad_rows_name_file_line_and_column(
    given: tuple[Path, Path], old: str, new: str, code: Code, line: int | None, field: str | None
) -> None:
    rows, columns = given
    assert old in ROWS
    rows.write_text(ROWS.replace(old, new, 1), encoding="utf-8")
    with refused(code, file=rows, line=line, field=field):
        features_from_ratings(rows, read_yaml(columns, Columns), salt="s")


@pytest.mark.parametrize(
    ("old", "new", "code", "field"),
    [
        ("{column: V, low: 1, high: 9}", "{column: V, low: 9, high: 1}", "range", "valence"),
        ("{column: V, low: 1, high: 9}", "{column: V, low: 1}", "missing", "valence.high"),
        ("licence", "license", "missing", "licence"),
        ("{column: part}", "{}", "range", "split"),
        ("{column: part}", "{name: a/b}", "type", "split.name"),
        ("source: study", "source: ../study", "type", "source"),
        ("kind: human", "kind: mine", "type", "references.kind"),
        ("va_source: human", "va_source: !!python/name:os.system", "unreadable", None),
        ("va_source: human", "va_source: 2026-13-45", "unreadable", None),
    ],
)
def test_bad_columns_name_file_and_field(
    given: tuple[Path, Path], old: str, new: str, code: Code, field: str | None
) -> None:
    _, columns = given
    assert old in YAML
    columns.write_text(YAML.replace(old, new, 1), encoding="utf-8")
    with refused(code, file=columns, field=field):
        read_yaml(columns, Columns)
