"""A page as a reader's program takes it: its tables by caption, and whether it is sound."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = ("meta", "link", "input", "wbr", "br")


@dataclass
class Page(HTMLParser):
    """Reads a page.

    Attributes:
        tables: the rows of each table, cell by cell, small print after a `|`.
        texts: every text, in order.
        ids: of elements.
        targets: of links within the page.
    """

    tables: list[list[list[str]]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    _open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        given = dict(attrs)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.targets += [(given.get("href") or "")[1:]] if (given.get("href") or "").startswith("#") else []
        if tag not in _VOID:
            self._open.append(tag)
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])
        if tag in ("th", "td"):
            self.tables[-1][-1].append("")
        if tag == "small" and "tr" in self._open:
            self.tables[-1][-1][-1] += "|"

    def handle_endtag(self, tag: str) -> None:
        """Close an element, which must be the one opened last."""
        assert self._open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        """Take a text."""
        self.texts += [data.strip()] if data.strip() else []
        if {"th", "td"} & set(self._open):
            self.tables[-1][-1][-1] += data.strip()

    def table(self, *heads: str) -> dict[str, list[str]]:
        """Return a table's rows by their first cell; the first table whose first row has these cells."""
        found = next(rows for rows in self.tables if set(heads) <= set(rows[0]))
        assert len({len(row) for row in found}) == 1
        return {row[0]: row[1:] for row in found}


def read_page(text: str) -> Page:
    """Read a page; its elements must nest, and its links within it must lead somewhere, to one place each."""
    page = Page()
    page.feed(text)
    page.close()
    assert not page._open
    assert len(set(page.ids)) == len(page.ids)
    assert set(page.targets) <= set(page.ids)
    return page
