"""Read one entry of a results repository: the record of one task, its samples, and the folder where both belong.

An entry's folder is `results/<org>__<model>/<features>/<task>/<setting>/` with `run.json` and `samples.jsonl.gz`. The
path is computed from the content, so an entry cannot take another's place.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from harness.kinds.recorded import check_kinds
from harness.record import RunRecord, Sample, Score, TaskRecord
from harness.record.folder import samples_name, with_labels
from leaderboard.board import Setting
from leaderboard.untrusted import read_bounded, read_model, unpack
from va_extractor.common.errors import InputError, Problem
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
    """A run record with one task (usage is the whole run's), its samples in order, and SHA-256 over both files."""

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
    def main_score(self) -> Score:
        """The main score of the task."""
        return self.task.metrics[self.task.main_score]

    @property
    def path(self) -> PurePosixPath:
        """Where the entry belongs below the repository's root."""
        return path_of(self.record, self.task_name)


def path_of(record: RunRecord, task: str) -> PurePosixPath:
    """Return the folder of a record's task below the repository's root: model, features, task, setting."""
    features = record.tasks[task].features
    return PurePosixPath(
        RESULTS, folder_name(record.model.id), (features.revision or features.sha256)[:12], task, setting(record, task)
    )


def folder_name(model: str) -> str:
    """Return a model's folder: `org__name`, `baseline__name` for baselines, `local__name` without an org."""
    org, slash, name = model.partition("/")
    if not slash:
        org, name = ("baseline", model.removeprefix("baseline:")) if model.startswith("baseline:") else ("local", model)
    return f"{org}__{name}".replace(":", "-")


def setting(record: RunRecord, task: str) -> str:
    """Return 12 hexadecimal digits of the SHA-256 over all that may differ between entries of one model and task."""
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


def require_results(root: Path) -> None:
    """Raise `InputError` unless `root` has a folder `results`."""
    if not (root / RESULTS).is_dir():
        hint = "give the root of a results repository"
        raise InputError(f"has no folder '{RESULTS}'", code="missing", file=root, hint=hint)


def misplaced(one: Entry, folder: PurePosixPath) -> Iterator[Problem]:
    """Yield a problem if an entry is not in the folder computed from its content."""
    if one.path != folder:
        yield Problem("in the wrong folder", code="conflict", file=str(folder), hint=f"it belongs in {one.path}")


def find(root: Path) -> Iterator[PurePosixPath]:
    """Yield the folders below `root/results` that hold files or links, in order; no link is followed.

    Raises:
        InputError: `results` itself is a link.
    """
    if (root / RESULTS).is_symlink():
        raise InputError("is a link", code="unsafe", file=RESULTS)
    for folder, names, files in os.walk(root / RESULTS, followlinks=False):
        names.sort()
        links = [name for name in names if (Path(folder) / name).is_symlink()]
        if files or links:
            yield PurePosixPath(Path(folder).relative_to(root).as_posix())


def read(root: Path, folder: PurePosixPath) -> Entry:
    """Read the entry in `root/folder`.

    Raises:
        InputError: the folder does not hold exactly two files, or one breaks a bound, the schema or a rule for names.
    """
    where = one_line(str(folder))
    found = sorted(path.name for path in (root / folder).iterdir())
    if found != [RUN, SAMPLES]:
        what = f"holds other files than {RUN} and {SAMPLES}"
        raise InputError(what, code="conflict", file=where, found=one_line(", ".join(found[:5])))
    return parse(
        read_bounded(root / folder / RUN, f"{where}/{RUN}", MAX_RUN),
        read_bounded(root / folder / SAMPLES, f"{where}/{SAMPLES}"),
        where,
    )


def parse(run: bytes, packed: bytes, where: str, samples_at: str | None = None) -> Entry:
    """Read an entry from the bytes of its two files; errors and `where` as `read`.

    Args:
        run: the record.
        packed: the samples.
        where: names the entry in errors.
        samples_at: names the samples in errors, if they are elsewhere.
    """
    record = read_record(run, f"{where}/{RUN}")
    if len(record.tasks) != 1:
        raise InputError(
            "an entry has one task", code="range", file=f"{where}/{RUN}", field="tasks", found=len(record.tasks)
        )
    samples_at = samples_at or f"{where}/{SAMPLES}"
    data = unpack(packed, samples_at)
    samples = read_samples(data, next(iter(record.tasks.values())), samples_at)
    return Entry(record, samples, hashlib.sha256(run + packed).hexdigest())


def read_record(data: bytes, where: str) -> RunRecord:
    """Read a run record of any number of tasks, and check its names and kinds; errors as `read`."""
    record = read_model(RunRecord, data, where)
    if not 0 < len(record.tasks) <= MAX_TASKS:
        raise InputError(f"1 to {MAX_TASKS} tasks", code="range", file=where, field="tasks", found=len(record.tasks))
    org, slash, _ = record.model.id.partition("/")
    if not _MODEL.fullmatch(record.model.id) or (slash and org in ("baseline", "local")):
        raise _invalid("not a model name", where, "model.id", record.model.id)
    if not _is_time(record.created):
        raise _invalid("not a time in UTC", where, "created", record.created)
    for name, task in record.tasks.items():
        _check_names(name, task, where)
    check_kinds(record, where)
    return record


def _is_time(text: str) -> bool:
    try:
        return bool(_TIME.fullmatch(text) and datetime.fromisoformat(text))
    except ValueError:  # a month 13
        return False


def read_samples(data: bytes, task: TaskRecord, where: str) -> tuple[Sample, ...]:
    """Read a task's samples, and check their hash against the record; errors as `read`."""
    if hashlib.sha256(data).hexdigest() != task.samples_sha256:
        raise InputError("SHA-256 differs from the record's", code="changed", file=where, field="samples_sha256")
    lines = data.removesuffix(b"\n").split(b"\n")
    if len(lines) > MAX_SAMPLES:
        raise InputError(f"more than {MAX_SAMPLES} samples", code="limit", file=where)
    read = (read_model(Sample, line, where, number) for number, line in enumerate(lines, start=1))
    return tuple(with_labels(sample, task) for sample in read)


def _check_names(name: str, task: TaskRecord, where: str) -> None:
    features = task.features
    commit = features.revision is None or re.fullmatch(r"[0-9a-f]{40}", features.revision, re.ASCII)
    rules: tuple[tuple[str, object, object, str], ...] = (
        ("tasks", name, _NAME.fullmatch(name), "not a name"),
        ("version", task.version, _NAME.fullmatch(task.version), "not a name"),
        ("main_score", task.main_score, _NAME.fullmatch(task.main_score), "not a name"),
        ("main_score", task.main_score, task.main_score in task.metrics, "not among the metrics"),
        ("output_type", task.output_type, _NAME.fullmatch(task.output_type), "not a name"),
        ("features.source", features.source, _NAME.fullmatch(features.source), "not a name"),
        ("features.split", features.split, _NAME.fullmatch(features.split), "not a name"),
        ("features.id", features.id, _MODEL.fullmatch(features.id), "not a name"),
        ("features.revision", features.revision, commit, "not a commit"),
        ("features.sha256", features.sha256, _HEX.fullmatch(features.sha256), "not a SHA-256"),
        ("task_hash", task.task_hash, _HEX.fullmatch(task.task_hash), "not a SHA-256"),
        ("samples", task.samples, task.samples == samples_name(name), f"not {samples_name(name)}"),
        ("num_fewshot", task.num_fewshot, 0 <= task.num_fewshot <= MAX_FEWSHOT, f"not in 0 to {MAX_FEWSHOT}"),
    )
    for field, found, holds, what in rules:
        if not holds:
            raise _invalid(what, where, field, found)


def _invalid(what: str, where: str, field: str, found: object) -> InputError:
    return InputError(what, code="type", file=where, field=field, found=ascii(found)[:60])


def column_id(one: Entry) -> str:
    """Return the id of the column that an entry belongs to: the task, and a hash of what must be the same."""
    task = one.task
    parts = [
        *(task.version, task.task_hash, task.features.sha256, task.main_score),
        str((task.items, task.clusters)),
        task.reference_kind or "",
        task.embedder.weights_sha256 if task.embedder else "",
        setting_of(one).model_dump_json(),
    ]
    return f"{one.task_name}@{_digest(parts)[:8]}"


def setting_of(one: Entry) -> Setting:
    """Return how an entry's task was run."""
    return Setting(
        num_fewshot=one.task.num_fewshot,
        system_instruction=one.record.system_instruction,
        gen_kwargs=json.dumps({k: v for k, v in one.record.gen_kwargs.items() if k != "max_gen_toks"}, sort_keys=True),
    )


def participant_id(record: RunRecord) -> str:
    """Return the id of one way of running a model: its folder name, and a hash of what else decides its answers."""
    model = record.model
    parts = [
        model.id,
        model.revision,
        model.backend,
        model.args,
        model.chat_template_sha256,
        record.apply_chat_template,
    ]
    return f"{folder_name(model.id)}-{_digest(parts)[:6]}"


def _digest(parts: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
