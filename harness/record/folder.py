"""The run folder: `run.json`, and the samples of each task in a compressed file."""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from harness.record import RunRecord, Sample, TaskRecord
from va_extractor.common.errors import InputError, invalid
from va_extractor.common.files import reading, whole, writing

RUN = "run.json"


def model_folder(output: Path, model: str) -> Path:
    """Return the folder that holds the runs of a model."""
    return output / (re.sub(r"[^\w.-]+", "__", model).strip("._") or "model")


def make_folder(output: Path, model: str, now: datetime) -> Path:
    """Create `<output>/<model>/<UTC time>/samples` and return the run folder.

    Raises:
        InputError: it cannot be created.
    """
    folder = model_folder(output, model) / now.astimezone(UTC).strftime("%Y-%m-%dT%H-%M-%S.%fZ")
    with writing(output, field="--output_path"):
        (folder / "samples").mkdir(parents=True)
    return folder


def remove_if_empty(folder: Path) -> None:
    """Remove a run folder in which nothing was written."""
    if not any((folder / "samples").iterdir()) and [path.name for path in folder.iterdir()] == ["samples"]:
        (folder / "samples").rmdir()
        folder.rmdir()


def samples_name(task: str) -> str:
    """Return the path of a task's samples below the run folder."""
    return f"samples/{task}.jsonl.gz"


def write_samples(folder: Path, task: str, samples: Iterable[Sample], labels: tuple[str, ...]) -> tuple[str, str]:
    """Write a task's samples, whole or not at all. The same samples give the same bytes.

    Args:
        folder: the run folder.
        task: its name.
        samples: one a line; fields at their default are left out, and so are choices that are the task's labels.
        labels: of the task.

    Returns:
        The file's path below the run folder, and the SHA-256 of its uncompressed lines.
    """
    name = samples_name(task)
    data = "".join(_without_labels(sample, labels).model_dump_json(exclude_defaults=True) + "\n" for sample in samples)
    write_whole(folder / name, gzip.compress(data.encode(), mtime=0))
    return name, hashlib.sha256(data.encode()).hexdigest()


def write_run(folder: Path, run: RunRecord) -> Path:
    """Write `run.json`, whole or not at all, and return its path."""
    path = folder / RUN
    write_whole(path, (run.model_dump_json(indent=2) + "\n").encode())
    return path


def read_run(folder: Path) -> RunRecord:
    """Read `run.json`.

    Raises:
        InputError: it is missing or breaks the schema; it names the field.
    """
    path = folder / RUN
    with reading(path, hint="give the folder of a run"):
        data = path.read_bytes()
    try:
        run = RunRecord.model_validate_json(data)
    except ValidationError as error:
        raise invalid(error, file=path) from None
    for name, task in run.tasks.items():
        if task.samples != samples_name(name):
            field = f"tasks.{name}.samples"
            raise InputError(
                f"must be {samples_name(name)}", code="conflict", file=path, field=field, found=task.samples
            )
    return run


def read_samples(folder: Path, task: TaskRecord) -> list[Sample]:
    """Read a task's samples.

    Raises:
        InputError: the file is missing, damaged or empty, a line breaks the schema or does not fit the others; it names
            the line.
    """
    path = folder / task.samples
    lines = read_lines(path).splitlines()
    if not lines:
        raise InputError("has no samples", code="missing", file=path)
    samples: list[Sample] = []
    seen: set[str] = set()
    for number, line in enumerate(lines, start=1):
        try:
            samples.append(with_labels(Sample.model_validate_json(line), task))
        except ValidationError as error:
            raise invalid(error, file=path, line=number) from None
        for field, what in _misfits(samples[-1], samples[0]):
            raise InputError(what, code="conflict", file=path, line=number, field=field)
        item_id = samples[-1].item.item_id
        if item_id in seen:
            raise InputError(
                "appears twice", code="duplicate", file=path, line=number, field="item.item_id", found=item_id
            )
        seen.add(item_id)
    return samples


def read_lines(path: Path) -> bytes:
    """Return the uncompressed lines of a file of samples.

    Raises:
        InputError: it is missing or damaged.
    """
    with reading(path):
        data = path.read_bytes()
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error):
        raise InputError("is not a whole gzip file", code="unreadable", file=path) from None


def with_labels(sample: Sample, task: TaskRecord) -> Sample:
    """Return a sample of `task` with the choices that its line leaves out: the labels of the task."""
    return sample if sample.item.choices else _with_choices(sample, task.labels)


def _without_labels(sample: Sample, labels: tuple[str, ...]) -> Sample:
    return _with_choices(sample, ()) if sample.item.choices == labels else sample


def _with_choices(sample: Sample, choices: tuple[str, ...]) -> Sample:
    return sample.model_copy(update={"item": sample.item.model_copy(update={"choices": choices})})


def _misfits(sample: Sample, first: Sample) -> Iterator[tuple[str, str]]:
    """Yield each field in which a sample cannot belong to its task, and why."""
    item = sample.item
    repeats, most = len(sample.repeat_scores), len(sample.repeats)
    if (most, repeats) != (len(first.repeats), len(first.repeat_scores)) or repeats not in (0, most):
        yield "repeats", "not as many answers as the first item has"
    if item.choices and not set(item.labels) <= set(item.choices):
        yield "item.labels", "has a label that is not among the choices"
    if item.choices and len(set(item.choices)) < len(item.choices):
        yield "item.choices", "has a label twice"
    if sample.answer.missing is None and first.answer.missing is None and sample.scores.keys() != first.scores.keys():
        yield "scores", "has other names than the first item"


def write_whole(path: Path, data: bytes) -> None:
    """Write a file, whole or not at all, and on the disk itself before it replaces an older one.

    Raises:
        InputError: it cannot be written.
    """
    with whole(path) as partial, partial.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
