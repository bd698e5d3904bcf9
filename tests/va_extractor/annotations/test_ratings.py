"""Any CSV file of ratings becomes features."""

from __future__ import annotations

from pathlib import Path

import pytest

from va_extractor.annotations.ratings import Columns, features_from_ratings
from va_extractor.common.errors import InputError
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
    ("old", "new", "message"),
    [
        ("9,0.5", "9.5,0.5", r"rows.csv:2, column 'V': 9.5 lies outside 1..9"),
        ("9,0.5", "nine,0.5", r"rows.csv:2, column 'V': 'nine' is not a number"),
        ("3,0,", "nan,0,", r"rows.csv:3, column 'V': 'nan' is not a finite number"),
        ("3,0,", "3,,", r"rows.csv:3, column 'A': is empty"),
        ("Joy|anger", "Joy|angr", r"rows.csv:2, column 'emotion': unknown label 'angr'.*'anger'"),
        ("Joy|anger", "Joy|joy", r"rows.csv:2, column 'emotion': .* has a label twice"),
        ("Joy|anger", "Joy|", r"rows.csv:2, column 'emotion': .* has an empty label"),
        ("\n3,", "\n1,", r"rows.csv:4, column 'id': the same item stands on line 2"),
        ("s2,train", "s2,../train", r"rows.csv:4, column 'part': '../train' has other characters"),
        ("subject", "person", r"rows.csv: column 'subject' is missing; it has id, person"),
        ("id,subject,part,V,A,emotion,text,text2,free\n", "", r"rows.csv: column 'id' is missing"),
        (ROWS[44:], "", r"rows.csv: has no rows"),
    ],
)
def test_bad_rows_name_file_line_and_column(given: tuple[Path, Path], old: str, new: str, message: str) -> None:
    rows, columns = given
    assert old in ROWS
    rows.write_text(ROWS.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=message):
        features_from_ratings(rows, read_yaml(columns, Columns), salt="s")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("{column: V, low: 1, high: 9}", "{column: V, low: 9, high: 1}", r"valence: .*low \(9\) must be below high"),
        ("{column: V, low: 1, high: 9}", "{column: V, low: 1}", r"valence.high: Field required"),
        ("licence: CC BY 4.0\n", "", r"licence: Field required"),
        ("licence", "license", r"licence: Field required|license: Extra inputs"),
        ("{column: part}", "{}", r"split: .*give either 'column' or 'name'"),
        ("{column: part}", "{name: a/b}", r"split.name: String should match"),
        ("source: study", "source: ../study", r"source: String should match"),
        ("kind: human", "kind: mine", r"references.kind: Input should be"),
        ("item: [id]", "item: [id", r"columns.yaml: is not YAML"),
        ("va_source: human", "va_source: !!python/name:os.system", r"columns.yaml: is not YAML"),
        (
            "va_source: human",
            "va_source: human\nva_source: model",
            r"columns.yaml: is not YAML: va_source stands twice",
        ),
        ("va_source: human", "va_source: 2026-13-45", r"columns.yaml: is not YAML: month must be in 1..12"),
        ("va_source: human", "va_source: !!bool maybe", r"columns.yaml: is not YAML: 'maybe'"),
        ("va_source: human", 'va_source: !!int ""', r"columns.yaml: is not YAML: "),
        ("va_source: human", "va_source: !!timestamp abc", r"columns.yaml: is not YAML: "),
        (YAML, "", r"columns.yaml: the whole: Input should be a valid dictionary"),
    ],
)
def test_bad_columns_name_file_and_field(given: tuple[Path, Path], old: str, new: str, message: str) -> None:
    _, columns = given
    assert old in YAML
    columns.write_text(YAML.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_yaml(columns, Columns)
