"""Reading a small YAML file into a type."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, field_validator

from va_extractor.common.errors import InputError
from va_extractor.common.yamlfile import read_yaml


class Shape(BaseModel):
    """A file of one text and one number."""

    model_config = ConfigDict(extra="forbid")

    name: str
    size: int = 1

    @field_validator("size")
    @classmethod
    def _positive(cls, size: int) -> int:
        if size < 1:
            raise ValueError("must be positive")
        return size


def test_a_file_that_fits_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("name: é\nsize: 2\n", encoding="utf-8")
    assert read_yaml(path, Shape) == Shape(name="é", size=2)


@pytest.mark.parametrize(
    ("text", "code", "field", "line"),
    [
        ("size: 2", "missing", "name", None),
        ("name: 2", "type", "name", 1),
        ("name: a\nsize: 0", "range", "size", 2),
        ("name: a\nother: 1", "unknown", "other", 2),
        ("- 1", "type", None, None),
        ("name: a\nname: b", "duplicate", "name", 2),
        ("name: 'a", "unreadable", None, 1),
        ("name: !!bool maybe", "unreadable", None, 1),
        ('name: !!int ""', "unreadable", None, 1),
        ("name: !!timestamp abc", "unreadable", None, 1),
        ("", "type", None, None),
        ("[" * 5000, "limit", None, 1),
        ("name: &a b\nsize: *a", "unsafe", None, 2),
        ("name: " + "a" * 300_000, "limit", None, 1),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, text: str, code: str, field: str | None, line: int | None) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_yaml(path, Shape, tmp_path / "example.yaml")
    found = error.value.problem
    assert (found.code, found.file, found.field, found.line) == (code, path, field, line)
    assert ("example.yaml" in (found.hint or "")) == (code in ("missing", "type", "range", "unknown"))
