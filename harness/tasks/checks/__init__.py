"""Every rule of a task, each in one function: loading a task raises the first problem, `validate` reports all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from harness.tasks import safety
from harness.tasks.checks import fit, prompts, shape
from harness.tasks.yamlfile import Source
from va_extractor.common.errors import Problem


def of_yaml(source: Source, inside: Sequence[Path]) -> Iterator[Problem]:
    """Find what is wrong with a task or group by its YAML alone, and import nothing that it names.

    `prompts.of_axes` has the rules of axes, which come last, after those of the documents.

    Args:
        source: the YAML.
        inside: the folders in which files it names may lie.
    """
    yield from source.problems
    if not source.values:
        return
    yield from shape.problems(source)
    if "group" not in source.values:
        yield from safety.problems(source, inside)
        yield from fit.problems(source)
        yield from prompts.problems(source)
