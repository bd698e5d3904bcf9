"""The run folder: samples, one file a task, and `run.json`."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pydantic import ValidationError

from harness.record import Git, RunRecord, Sample
from va_extractor.common.errors import InputError

RUN = "run.json"
_DECIDING = (
    "lm_eval",
    "numpy",
    "scipy",
    "scikit-learn",
    "pyarrow",
    "datasets",
    "jinja2",
    "torch",
    "transformers",
    "sentence-transformers",
    "vllm",
)


def model_folder(output: Path, model: str) -> Path:
    """Return the folder that holds the runs of a model."""
    return output / (re.sub(r"[^\w.-]+", "__", model).strip("._") or "model")


def make_folder(output: Path, model: str, now: datetime) -> Path:
    """Create `<output>/<model>/<UTC time>/samples` and return the run folder.

    Raises:
        InputError: it cannot be created.
    """
    folder = model_folder(output, model) / now.astimezone(UTC).strftime("%Y-%m-%dT%H-%M-%S.%fZ")
    try:
        (folder / "samples").mkdir(parents=True)
    except OSError as error:
        raise InputError(f"--output_path {output}: cannot be written: {error.strerror}") from None
    return folder


def remove_if_empty(folder: Path) -> None:
    """Remove a run folder in which nothing was written."""
    if not any((folder / "samples").iterdir()) and [path.name for path in folder.iterdir()] == ["samples"]:
        (folder / "samples").rmdir()
        folder.rmdir()


def write_samples(folder: Path, task: str, samples: Iterable[Sample]) -> tuple[str, str]:
    """Write a task's samples, whole or not at all.

    Returns:
        The file's path below the run folder, and its SHA-256.
    """
    name = f"samples/{task}.jsonl"
    data = "".join(sample.model_dump_json() + "\n" for sample in samples).encode()
    write_whole(folder / name, data)
    return name, hashlib.sha256(data).hexdigest()


def write_run(folder: Path, run: RunRecord) -> Path:
    """Write `run.json`, whole or not at all, and return its path."""
    path = folder / RUN
    write_whole(path, (run.model_dump_json(indent=2) + "\n").encode())
    return path


def read_run(folder: Path) -> RunRecord:
    """Read `run.json`.

    Raises:
        InputError: it is missing or breaks the schema; the message names the field.
    """
    path = folder / RUN
    try:
        run = RunRecord.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}; give the folder of a run") from None
    except ValidationError as error:
        raise InputError(f"{path}: {first_problem(error)}") from None
    for name, task in run.tasks.items():
        if task.samples != f"samples/{name}.jsonl":
            raise InputError(f"{path}: field 'tasks.{name}.samples': {task.samples!r} is not samples/{name}.jsonl")
    return run


def read_samples(path: Path) -> list[Sample]:
    """Read a task's samples.

    Raises:
        InputError: the file is missing, empty, a line breaks the schema, or items were not all answered equally often;
            the message names the line.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    if not lines:
        raise InputError(f"{path}: has no samples")
    samples: list[Sample] = []
    seen: set[str] = set()
    for number, line in enumerate(lines, start=1):
        try:
            samples.append(Sample.model_validate_json(line))
        except ValidationError as error:
            raise InputError(f"{path}:{number}: {first_problem(error)}") from None
        first, last = ((len(one.repeats), len(one.repeat_scores)) for one in (samples[0], samples[-1]))
        if first != last or last[1] not in (0, last[0]):
            raise InputError(f"{path}:{number}: field 'repeats': not as many answers as the first item has")
        for field, why in _misfits(samples[-1], samples[0]):
            raise InputError(f"{path}:{number}: field '{field}': {why}")
        item_id = samples[-1].item.item_id
        if item_id in seen:
            raise InputError(f"{path}:{number}: field 'item.item_id': {item_id!r} stands there twice")
        seen.add(item_id)
    return samples


def _misfits(sample: Sample, first: Sample) -> Iterator[tuple[str, str]]:
    """Yield each field in which a sample cannot belong to its task, and why."""
    item = sample.item
    if item.choices and not set(item.labels) <= set(item.choices):
        yield "item.labels", "names a label that was not among the choices"
    if item.choices and len(set(item.choices)) < len(item.choices):
        yield "item.choices", "offers a label twice"
    if sample.answer.missing is None and first.answer.missing is None and sample.scores.keys() != first.scores.keys():
        yield "scores", "has not the names that the first item has"


def packages() -> dict[str, str]:
    """Return the versions of the installed packages that decide numbers."""
    found = {}
    for name in _DECIDING:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def own_version() -> str:
    """Return the version of VAEmo-Eval."""
    return version("vaemo-eval")


def git() -> Git | None:
    """Return commit and state of the checkout this runs from; None for an installed wheel, or where git is missing."""
    root = Path(__file__).parents[2]
    if not (root / ".git").exists():
        return None
    try:
        commit = _git(root, "rev-parse", "HEAD")
        return Git(commit=commit, dirty=bool(_git(root, "status", "--porcelain")))
    except (OSError, subprocess.CalledProcessError):
        return None


def sha256_text(texts: Sequence[str]) -> str:
    """Return the SHA-256 of texts, one a line."""
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def _git(root: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", "-C", str(root), *arguments], capture_output=True, text=True, check=True
    ).stdout.strip()


def write_whole(path: Path, data: bytes) -> None:
    """Write a file, whole or not at all, and on the disk itself before it takes the place of an older one.

    Raises:
        InputError: it cannot be written.
    """
    partial = path.with_name(path.name + ".partial")
    try:
        with partial.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        with suppress(OSError):
            partial.unlink()
        raise InputError(f"{path}: cannot be written: {error.strerror}") from None


def first_problem(error: ValidationError) -> str:
    """Return the first problem in one line, with its field."""
    problem = error.errors()[0]
    field = ".".join(map(str, problem["loc"]))
    return f"field '{field}': {problem['msg']}" if field else problem["msg"]
