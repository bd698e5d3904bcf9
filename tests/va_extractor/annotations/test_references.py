"""A user's own texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from va_extractor.annotations.references import check_items_exist, read_references
from va_extractor.common.errors import InputError


def test_an_item_may_have_several_texts(tmp_path: Path) -> None:
    path = tmp_path / "texts.csv"
    path.write_text("item,text\na#0,One.\nb#0, Two. \na#0,Three.\n", encoding="utf-8")
    assert read_references(path) == {"a#0": ("One.", "Three."), "b#0": ("Two.",)}


@pytest.mark.parametrize("row", ["a#0,", ",One.", "a#0,  "])
def test_empty_cells_are_refused(tmp_path: Path, row: str) -> None:
    path = tmp_path / "texts.csv"
    path.write_text(f"item,text\n{row}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"texts.csv:2, column '(item|text)': is empty"):
        read_references(path)


def test_texts_about_nobody_are_refused() -> None:
    check_items_exist({"a#0": ("One.",)}, {"a#0", "b#0"})
    with pytest.raises(InputError, match=r"no item 'a#1'; the nearest one is 'a#0'"):
        check_items_exist({"a#1": ("One.",)}, {"a#0", "b#0"})
    with pytest.raises(InputError, match=r"no item 'a#1'$"):
        check_items_exist({"a#1": ("One.",)}, set())
