"""IIMI: acted faces of the six basic emotions and neutral, in a folder per label or listed in a manifest."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator

from va_extractor.common.errors import InputError
from va_extractor.common.yamlfile import read_yaml
from va_extractor.emotions.labels import BASIC, known_label
from va_extractor.sources import ImageItem, folder, manifest

MAPPING = Path(str(files("va_extractor.sources").joinpath("iimi_labels.yaml")))
"""The shipped mapping of label names."""


class Mapping(BaseModel):
    """How a copy of IIMI names its labels, in any case; `subject` is a pattern with one group for a file's name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    labels: dict[str, str] = Field(min_length=1)
    subject: str | None = None

    @field_validator("labels")
    @classmethod
    def _basic(cls, labels: dict[str, str]) -> dict[str, str]:
        wrong = next((label for label in labels.values() if label not in BASIC), None)
        if wrong is not None:
            raise ValueError(f"{wrong!r} is not one of {', '.join(BASIC)}")
        return {name.casefold(): label for name, label in labels.items()}

    @field_validator("subject")
    @classmethod
    def _one_group(cls, subject: str | None) -> str | None:
        try:
            groups = re.compile(subject).groups if subject is not None else 1
        except re.error as error:
            raise ValueError(f"{subject!r} is not a regular expression: {error}") from None
        if groups != 1:
            raise ValueError(f"{subject!r} must have exactly one group, the subject")
        return subject


def list_items(path: Path, mapping: Path = MAPPING) -> list[ImageItem]:
    """List IIMI's images with the seven labels.

    Args:
        path: folder per label (`folder.list_items`), or a manifest (`manifest.list_items`).
        mapping: YAML file that fits `Mapping`.

    Raises:
        InputError: images or mapping cannot be read, an image does not have exactly one label that the mapping knows,
            or the subject is not in a file's name.
    """
    names = read_yaml(mapping, Mapping, MAPPING)
    items = folder.list_items(path) if path.is_dir() else manifest.list_items(path)
    return [replace(item, labels=(_label(item, names, mapping),), cluster=_cluster(item, names)) for item in items]


def _label(item: ImageItem, names: Mapping, mapping: Path) -> str:
    if len(item.labels) != 1:
        raise InputError("needs exactly one label", code="conflict", file=item.path, found=item.labels)
    return names.labels[known_label(item.labels[0], tuple(names.labels), file=item.path, field=mapping.name)]


def _cluster(item: ImageItem, names: Mapping) -> str:
    if names.subject is None:
        return item.cluster
    found = re.search(names.subject, item.path.name)
    if found is None or not found[1]:
        what = "the file name does not contain the subject"
        raise InputError(what, code="missing", file=item.path, field="subject", found=names.subject)
    return found[1]
