"""A user's own texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.refused import refused
from va_extractor.annotations.emotic.features import check_items_exist, read_references


def test_an_item_may_have_several_texts(tmp_path: Path) -> None:
    path = tmp_path / "texts.csv"
    path.write_text("item,text\na#0,One.\nb#0, Two. \na#0,Three.\n", encoding="utf-8")
    assert read_references(path) == {"a#0": ("One.", "Three."), "b#0": ("Two.",)}


@pytest.mark.parametrize(("row", "field"), [("a#0,", "text"), (",One.", "item"), ("a#0,  ", "text")])
def test_empty_cells_are_refused(tmp_path: Path, row: str, field: str) -> None:
    path = tmp_path / "texts.csv"
    path.write_text(f"item,text\n{row}\n", encoding="utf-8")
    with refused("missing", file=path, line=2, field=field):
        read_references(path)


def test_texts_about_nobody_are_refused() -> None:
    check_items_exist({"a#0": ("One.",)}, {"a#0", "b#0"})
    with refused("unknown", found="a#1", hint="the nearest is 'a#0'"):
        check_items_exist({"a#1": ("One.",)}, {"a#0", "b#0"})
    with refused("unknown", found="a#1", hint=""):
        check_items_exist({"a#1": ("One.",)}, set())
