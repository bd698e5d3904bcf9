"""Reading a small YAML file into a type, with errors that name file and field."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from va_extractor.common.errors import InputError

T = TypeVar("T")
TAG_ERRORS = (ValueError, KeyError, IndexError, AttributeError, TypeError)
"""What PyYAML raises of a scalar that is not what its tag says: a date that cannot be, `!!bool maybe`, `!!int ""`."""


def read_yaml(path: Path, shape: type[T], example: Path | None = None) -> T:
    """Read a YAML file and validate it.

    Args:
        path: the file; UTF-8.
        shape: a pydantic model, or whatever else pydantic validates.
        example: a file of this form, named where the given one does not fit it.

    Raises:
        InputError: the file cannot be read, is not YAML, gives a key twice, or does not fit `shape`; the message is one
            line and names the field.
    """
    try:
        content = _Loader(path.read_text(encoding="utf-8")).get_single_data()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: is not UTF-8 text") from None
    except (yaml.YAMLError, RecursionError, *TAG_ERRORS) as error:
        raise InputError(f"{path}: is not YAML: {' '.join(str(error).split()) or type(error).__name__}") from None
    try:
        return TypeAdapter(shape).validate_python(content)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"])) or "the whole"
        mend = f"; {example} shows the form" if example and example != path else ""
        raise InputError(f"{path}: {field}: {first['msg'].removeprefix('Value error, ')}{mend}") from None


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader, which would let the last of two equal keys win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(None, None, f"{key.value} stands twice", key.start_mark)
                seen.add(key.value)
        found: dict[Any, Any] = super().construct_mapping(node, deep)
        return found
