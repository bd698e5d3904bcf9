"""A user's own texts about items: a CSV file with the columns `item` and `text`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from va_extractor.common.csvfile import read_rows
from va_extractor.common.errors import InputError
from va_extractor.emotions.labels import nearest


def read_references(path: Path) -> dict[str, tuple[str, ...]]:
    """Read texts that describe items; an item may stand in several rows.

    Returns:
        The texts of each item, in the file's order.

    Raises:
        InputError: the file cannot be read, or a cell is empty.
    """
    texts: dict[str, tuple[str, ...]] = {}
    for row in read_rows(path, ["item", "text"]):
        item = row.text("item")
        texts[item] = (*texts.get(item, ()), row.text("text"))
    return texts


def check_items_exist(references: Mapping[str, tuple[str, ...]], items: Collection[str]) -> None:
    """Refuse texts about items that are not there.

    Raises:
        InputError: names the first such item and the nearest one that is there.
    """
    stray = next((item for item in references if item not in items), None)
    if stray is None:
        return
    hint = f"; the nearest one is {nearest(stray, items)!r}" if items else ""
    raise InputError(f"references: there is no item {stray!r}{hint}")
