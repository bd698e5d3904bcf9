"""Read a small YAML file into a type, with errors that name file and field."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from va_extractor.common.errors import InputError
from va_extractor.common.files import reading
from va_extractor.common.validation import invalid

T = TypeVar("T")
TAG_ERRORS = (ValueError, KeyError, IndexError, AttributeError, TypeError)
"""What PyYAML raises where a scalar does not fit its tag: an impossible date, `!!bool maybe`, `!!int ""`."""


def read_yaml(path: Path, shape: type[T], example: Path | None = None) -> T:
    """Read a YAML file and validate it.

    Args:
        path: the file; UTF-8.
        shape: a pydantic model, or whatever else pydantic validates.
        example: a file of this form, for the hint.

    Raises:
        InputError: the file cannot be read, is not YAML, gives a key twice, or does not fit `shape`.
    """
    try:
        with reading(path):
            content = _Loader(path.read_text(encoding="utf-8")).get_single_data()
    except (yaml.YAMLError, RecursionError, *TAG_ERRORS) as error:
        raise _not_yaml(path, error) from None
    try:
        return TypeAdapter(shape).validate_python(content)
    except ValidationError as error:
        hint = f"{example} shows the form" if example and example != path else None
        raise invalid(error, file=path, hint=hint) from None


def _not_yaml(path: Path, error: Exception) -> InputError:
    line, reason = None, str(error) or type(error).__name__
    if isinstance(error, yaml.MarkedYAMLError):
        reason = str(error.problem)
        line = error.problem_mark.line + 1 if error.problem_mark else None
    return InputError(f"is not YAML: {reason}", code="unreadable", file=path, line=line)


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader, but a key that appears twice is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(None, None, f"{key.value} appears twice", key.start_mark)
                seen.add(key.value)
        found: dict[Any, Any] = super().construct_mapping(node, deep)
        return found
