"""One entry of a results repository: a record of one task, its samples, and the folder both must lie in.

An entry's folder is `results/<org>__<model>/<features>/<task>/<setting>/` with `run.json` and `samples.jsonl.gz`. The
path is computed from the content, so that no entry can stand in another's place.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from harness.record import RunRecord, Sample, TaskRecord
from leaderboard import safe_files
from leaderboard.safe_json import read_model
from va_extractor.common.errors import InputError
from va_extractor.common.plain_text import one_line

RESULTS = "results"
RUN = "run.json"
SAMPLES = "samples.jsonl.gz"
MAX_RUN = 2_000_000
MAX_SAMPLES = 100_000
MAX_TASKS = 1_000
MAX_FEWSHOT = 64
_PART = r"[A-Za-z0-9](?:[A-Za-z0-9.:-]|_(?!_)){0,94}"
_MODEL = re.compile(rf"{_PART}(?:/{_PART})?", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,94}", re.ASCII)
_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|\+00:00)", re.ASCII)


@dataclass(frozen=True)
class Entry:
    """One entry.

    Attributes:
        record: a run record whose `tasks` holds this task only; usage is that of the whole run.
        samples: its samples, in the order of the file.
        digest: SHA-256 over both files, by which statuses name it.
    """

    record: RunRecord
    samples: tuple[Sample, ...]
    digest: str

    @property
    def task_name(self) -> str:
        """The task's name."""
        return next(iter(self.record.tasks))

    @property
    def task(self) -> TaskRecord:
        """The task's record."""
        return self.record.tasks[self.task_name]

    @property
    def path(self) -> PurePosixPath:
        """Where the entry belongs, below the repository's root."""
        return path_of(self.record, self.task_name)


def path_of(record: RunRecord, task: str) -> PurePosixPath:
    """Return the folder of a record's task below the repository's root: model, features, task, setting."""
    features = record.tasks[task].features
    return PurePosixPath(
        RESULTS, folder_name(record.model.id), (features.revision or features.sha256)[:12], task, setting(record, task)
    )


def folder_name(model: str) -> str:
    """Return a model's folder: `org__name`; `baseline__name` for baselines, `local__name` where no org is named."""
    org, slash, name = model.partition("/")
    if not slash:
        org, name = ("baseline", model.removeprefix("baseline:")) if model.startswith("baseline:") else ("local", model)
    return f"{org}__{name}".replace(":", "-")


def setting(record: RunRecord, task: str) -> str:
    """Return 12 hexadecimal digits of the SHA-256 over all that a second entry of the same model may do otherwise."""
    one = record.tasks[task]
    parts = {
        "model_revision": record.model.revision,
        "backend": record.model.backend,
        "args": record.model.args,
        "task_version": one.version,
        "task_hash": one.task_hash,
        "features": one.features.sha256,
        "num_fewshot": one.num_fewshot,
        "fewshot_seed": record.seeds.fewshot,
        "apply_chat_template": record.apply_chat_template,
        "chat_template": record.model.chat_template_sha256,
        "system_instruction": record.system_instruction,
        "gen_kwargs": record.gen_kwargs,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:12]


def find(root: Path) -> Iterator[PurePosixPath]:
    """Yield the folders below `root/results` that hold files, links among them, in order; no link is followed.

    Raises:
        InputError: `results` itself is a link.
    """
    if (root / RESULTS).is_symlink():
        raise InputError(f"{RESULTS}: is a link")
    for folder, names, files in os.walk(root / RESULTS, followlinks=False):
        names.sort()
        links = [name for name in names if (Path(folder) / name).is_symlink()]
        if files or links:
            yield PurePosixPath(Path(folder).relative_to(root).as_posix())


def read(root: Path, folder: PurePosixPath) -> Entry:
    """Read the entry in `root/folder`.

    Raises:
        InputError: a file is missing, more than two lie there, a bound or the schema is broken, or a name is unfit.
    """
    where = one_line(str(folder))
    found = sorted(path.name for path in (root / folder).iterdir())
    if found != [RUN, SAMPLES]:
        raise InputError(f"{where}: holds {one_line(', '.join(found[:5]))}; an entry holds {RUN} and {SAMPLES} only")
    return parse(
        safe_files.read_bounded(root / folder / RUN, f"{where}/{RUN}", MAX_RUN),
        safe_files.read_bounded(root / folder / SAMPLES, f"{where}/{SAMPLES}"),
        where,
    )


def parse(run: bytes, packed: bytes, where: str, samples_at: str | None = None) -> Entry:
    """Read an entry from the bytes of its two files; errors and `where` as `read`.

    Args:
        run: the record.
        packed: the samples.
        where: names the entry in errors.
        samples_at: names the samples in errors, where they lie elsewhere.
    """
    record = read_record(run, f"{where}/{RUN}")
    if len(record.tasks) != 1:
        raise InputError(f"{where}/{RUN}: field 'tasks': {len(record.tasks)} tasks; an entry has one")
    samples_at = samples_at or f"{where}/{SAMPLES}"
    data = safe_files.unpack(packed, samples_at)
    samples = read_samples(data, next(iter(record.tasks.values())), samples_at)
    return Entry(record, samples, hashlib.sha256(run + packed).hexdigest())


def read_record(data: bytes, where: str) -> RunRecord:
    """Read a run record of any number of tasks, with names that can be shown and filed.

    Raises:
        InputError: as `read`.
    """
    record = read_model(RunRecord, data, where)
    if not 0 < len(record.tasks) <= MAX_TASKS:
        raise InputError(f"{where}: field 'tasks': holds {len(record.tasks)}")
    org, slash, _ = record.model.id.partition("/")
    if not _MODEL.fullmatch(record.model.id) or (slash and org in ("baseline", "local")):
        raise InputError(f"{where}: field 'model.id': {record.model.id[:60]!a} is no name of a model")
    if not _is_time(record.created):
        raise InputError(f"{where}: field 'created': {record.created[:40]!a} is no time in UTC")
    for name, task in record.tasks.items():
        _check_names(name, task, where)
    return record


def _is_time(text: str) -> bool:
    try:
        return bool(_TIME.fullmatch(text) and datetime.fromisoformat(text))
    except ValueError:  # a month 13
        return False


def read_samples(data: bytes, task: TaskRecord, where: str) -> tuple[Sample, ...]:
    """Read a task's samples, whose hash the record states.

    Raises:
        InputError: as `read`; the message names the line.
    """
    if hashlib.sha256(data).hexdigest() != task.samples_sha256:
        raise InputError(f"{where}: SHA-256 differs from the record's samples_sha256")
    lines = data.removesuffix(b"\n").split(b"\n")
    if len(lines) > MAX_SAMPLES:
        raise InputError(f"{where}: more than {MAX_SAMPLES} samples")
    return tuple(read_model(Sample, line, f"{where}:{number}") for number, line in enumerate(lines, start=1))


def _check_names(name: str, task: TaskRecord, where: str) -> None:
    names = {"tasks": name, "version": task.version, "headline": task.headline, "output_type": task.output_type}
    names |= {"features.source": task.features.source, "features.split": task.features.split}
    for field, text in names.items():
        if not _NAME.fullmatch(text):
            raise InputError(f"{where}: field '{field}': {text[:60]!a} is no name")
    if not _MODEL.fullmatch(task.features.id):
        raise InputError(f"{where}: field 'features.id': {task.features.id[:60]!a} is no name")
    if task.features.revision is not None and not re.fullmatch(r"[0-9a-f]{40}", task.features.revision, re.ASCII):
        raise InputError(f"{where}: field 'features.revision': is no commit")
    for field, text in {"task_hash": task.task_hash, "features.sha256": task.features.sha256}.items():
        if not _HEX.fullmatch(text):
            raise InputError(f"{where}: field '{field}': {text[:60]!a} is no SHA-256")
    if task.samples != f"samples/{name}.jsonl":
        raise InputError(f"{where}: field 'samples': {task.samples[:60]!a} is not samples/{name}.jsonl")
    if not 0 <= task.num_fewshot <= MAX_FEWSHOT:
        raise InputError(f"{where}: field 'num_fewshot': {task.num_fewshot}; 0 to {MAX_FEWSHOT}")
    if task.headline not in task.metrics:
        raise InputError(f"{where}: field 'headline': {task.headline[:60]!a} is not among the metrics")
