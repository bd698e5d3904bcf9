"""A user's own texts about items: a CSV file with the columns `item` and `text`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from va_extractor.common.csvfile import read_rows
from va_extractor.common.errors import InputError, nearest


def read_references(path: Path) -> dict[str, tuple[str, ...]]:
    """Read texts that describe items; an item may have several rows.

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
    """Check that every text is about an item that exists.

    Raises:
        InputError: the first item that does not; the hint is the nearest one that does.
    """
    for item in references:
        if item not in items:
            raise InputError(
                "no such item", code="unknown", field="--references", found=item, hint=nearest(item, items)
            )
