"""Running a sweep: every distinct variant once, in a folder that a stopped sweep is taken up from."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from harness.models import choice as models
from harness.models import lm_eval as _compat
from harness.record import Sample, provenance
from harness.record import folder as record
from harness.record.sweep import Settings, Sweep, Variant
from harness.runs import plan as plan_of_run
from harness.runs import run as runner
from harness.runs.compare import Run, load_run
from harness.runs.config import RunConfig, ask_settings, seeds_of
from harness.runs.preflight import warn_of_limit
from harness.runs.sweep.design import Axis, cells, contrasts, described, parse
from harness.runs.sweep.effects import Measured, effects, spread_of
from harness.scoring.samples import answered
from harness.stats.clusters import cluster_index
from harness.tasks.documents import Document
from harness.tasks.load import Task, load_tasks
from harness.tasks.prompts.axes import Axes
from harness.tasks.prompts.ready import printed
from va_extractor.common.errors import InputError

if TYPE_CHECKING:
    from lm_eval.api.model import LM

    from harness.runs.plan import TaskPlan

SETTINGS = "settings.json"
SWEEP = "sweep.json"
_RUNS = "runs"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Prompts:
    """A distinct prompt: its id, and every variant of the design that comes out so."""

    id: str
    axes: tuple[Axes, ...]


@dataclass(frozen=True)
class Plan:
    """What a sweep will ask.

    Attributes:
        config: a run of the task; its axes and output path are set for each variant.
        task: the task as its YAML states it.
        axes: those varied.
        design: `crossed` or `one-at-a-time`.
        prompts: every distinct variant, the task's own first.
        settings: what decides the sweep.
    """

    config: RunConfig
    task: Task
    axes: tuple[Axis, ...]
    design: str
    prompts: tuple[Prompts, ...]
    settings: Settings


def plan(config: RunConfig, axes: str, design: str) -> Plan:
    """Render every variant, and find those that are the same.

    Args:
        config: a run of one task.
        axes: as `--axes`.
        design: `crossed` or `one-at-a-time`.

    Raises:
        InputError: an axis does not exist, or the task does not take it.
    """
    _compat.quiet()
    task = _one(config, None)
    if "values" not in printed(task.engine.config.doc_to_text):
        raise InputError(
            "the task takes no axes, since its prompt prints no {{ values }}", code="unsupported", field="--task",
            found=task.name, hint="docs/axes.md says how a task takes axes",
        )  # fmt: skip
    varied = parse(axes, task.question.axes)
    found: dict[str, Prompts] = {}
    for cell in cells(varied, task.question.axes, design):
        try:
            one = _one(config, cell)
        except InputError as error:
            raise InputError(f"--axes {described(cell.changed)}: {error}") from None
        digest = _digest(one, _asked(one, config.limit))
        known = found.get(digest)
        found[digest] = Prompts(digest, (*(known.axes if known else ()), cell))
    return Plan(config, task, varied, design, tuple(found.values()), _settings(config, task, varied, design))


def count(planned: Plan, folder: Path) -> list[TaskPlan]:
    """Count what each distinct prompt would take, as `vaemo-eval plan` counts a run; nothing is asked or written.

    Raises:
        InputError: the folder holds another sweep, or the model cannot be asked so.
    """
    _refuse_other(folder, planned.settings)
    counted = []
    for prompts in planned.prompts:
        [task] = plan_of_run.count(_variant_config(planned, folder, prompts)).tasks
        if _finished(folder, prompts, planned.task.name) is not None:
            task = task.model_copy(update={"known": task.known + task.to_ask, "to_ask": 0})
        counted.append(task)
    return counted


def run(planned: Plan, folder: Path, say: Say) -> Sweep | None:
    """Ask every variant that the folder lacks, and report on all of them.

    Returns:
        None where the model stopped early or answers are missing; the same command goes on.

    Raises:
        InputError: the folder holds another sweep, or the model failed; what was finished stays.
    """
    _claim(folder, planned.settings)
    choice = models.choose(planned.config.model, planned.config.model_args)
    warn_of_limit([planned.task], ask_settings(planned.config, choice))
    loaded: LM | None = None
    for number, prompts in enumerate(planned.prompts, start=1):
        if _finished(folder, prompts, planned.task.name) is not None:
            continue
        say(f"variant {number} of {len(planned.prompts)}: {described(prompts.axes[0].changed)}")
        config = _variant_config(planned, folder, prompts)
        if loaded is None:
            loaded = models.open_model(choice, config.batch_size, config.device, config.api)
        done = runner.run(config, say, loaded=loaded)
        if done is None or done.incomplete:
            return None
    found = report(planned, folder)
    record.write_whole(folder / SWEEP, (found.model_dump_json(indent=2) + "\n").encode())
    return found


def report(planned: Plan, folder: Path) -> Sweep:
    """Compute effects and spread from the finished runs of a sweep."""
    name = planned.task.name
    paths = [_finished(folder, prompts, name) for prompts in planned.prompts]
    runs = [load_run(path, [name]) for path in paths if path is not None]
    kind, labels = planned.task.kind, planned.task.question.labels
    metric = kind.metric(planned.task.main_score)
    order = [sample.item.item_id for sample in runs[0].samples[name]]
    outcomes = [kind.outcome(labels, answered(_in_order(one, name, order))) for one in runs]
    clusters = cluster_index([sample.item for sample in runs[0].samples[name]])
    values = [metric.value(one, len(order)) for one in outcomes]
    whole = not any(map(math.isnan, values))
    place = {axes: number for number, prompts in enumerate(planned.prompts) for axes in prompts.axes}
    design = contrasts(planned.axes, cells(planned.axes, planned.task.question.axes, planned.design))
    able = whole and clusters.max() > 0
    measured = Measured(metric, outcomes, place, clusters)
    return Sweep(
        settings=planned.settings,
        synthetic=planned.task.features().synthetic,
        main_score=metric.name,
        higher_is_better=metric.higher_is_better is not False,
        items=len(order),
        clusters=int(clusters.max()) + 1,
        variants=tuple(map(_variant, planned.prompts, runs, values)),
        effects=tuple(effects(measured, design)) if able else (),
        spread=spread_of(values) if whole else None,
    )


def _variant(prompts: Prompts, one: Run, value: float) -> Variant:
    [task] = one.record.tasks.values()
    counts = task.answers
    return Variant(
        id=prompts.id,
        axes=tuple(axes.changed for axes in prompts.axes),
        value=None if math.isnan(value) else value,
        not_parsed=counts.unparsed_rate + counts.refused_rate + counts.empty_rate,
    )


def _one(config: RunConfig, axes: Axes | None) -> Task:
    tasks = load_tasks(config.tasks, config.include_paths, config.features, trust_code=config.trust_code, axes=axes)
    if len(tasks) != 1:
        raise InputError(f"--task {','.join(config.tasks)}: a sweep is of one task, not of {len(tasks)}")
    return tasks[0]


def _asked(task: Task, limit: float | None) -> list[Document]:
    """Return the documents that lm-eval asks under `--limit`."""
    docs = list(task.engine.eval_docs)
    if limit is None:
        return docs
    return docs[: math.ceil(len(docs) * limit) if limit < 1 else int(limit)]


def _digest(task: Task, docs: Sequence[Document]) -> str:
    """Return an id of everything that decides what is answered to a variant, and how that is read."""
    axes = task.question.axes
    decides = [axes.language, axes.reasoning, _compat.template_text(task.engine), *map(task.engine.doc_to_text, docs)]
    return hashlib.sha256(json.dumps(decides).encode()).hexdigest()[:12]


def _settings(config: RunConfig, task: Task, axes: Sequence[Axis], design: str) -> Settings:
    choice, features = models.choose(config.model, config.model_args), task.features()
    return Settings.model_validate(
        {
            "harness_version": provenance.own_version(),
            "model": choice.id,
            "model_args": models.public_args(choice.args),
            "task": task.name,
            "task_hash": task.hash,
            "features": features.id,
            "features_sha256": features.sha256,
            "design": design,
            "axes": {axis.name: axis.levels for axis in axes},
            "limit": config.limit,
            "seeds": seeds_of(config),
            "apply_chat_template": config.apply_chat_template or choice.chat_only,
            "system_instruction": config.system_instruction,
            "gen_kwargs": dict(config.gen_kwargs),
        }
    )


def _claim(folder: Path, settings: Settings) -> None:
    """Write a new folder's settings, or prove that a used one has the same; one without any answer is as new."""
    _refuse_other(folder, settings)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"--output_path {folder}: cannot be written: {error.strerror}") from None
    record.write_whole(folder / SETTINGS, (settings.model_dump_json(indent=2) + "\n").encode())


def _refuse_other(folder: Path, settings: Settings) -> None:
    """Refuse a folder that holds anything but this sweep; one of another sweep without any answer is as new."""
    path = folder / SETTINGS
    try:
        if not path.exists() and folder.exists() and any(folder.iterdir()):
            raise InputError(f"--output_path {folder}: is no folder of a sweep, and not empty; give another one")
        if not path.exists():
            return
        held = Settings.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InputError(f"--output_path {folder}: cannot be read: {error.strerror}") from None
    except ValidationError as error:
        raise InputError(f"{path}: {error.errors()[0]['msg']}; give another --output_path") from None
    mine, theirs = settings.model_dump(mode="json"), held.model_dump(mode="json")
    differing = [
        f"{name} {_short(theirs[name])} against {_short(mine[name])}" for name in mine if mine[name] != theirs[name]
    ]
    if differing and any(one.is_file() for one in (folder / _RUNS).rglob("*")):
        raise InputError(
            f"--output_path {folder}: holds a sweep of other settings: {'; '.join(differing)}; give another folder"
        )


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 else f"{text[:117]}..."


def _variant_config(planned: Plan, folder: Path, prompts: Prompts) -> RunConfig:
    cache = planned.config.cache or folder
    return replace(planned.config, axes=prompts.axes[0], output_path=_home(folder, prompts), cache=cache)


def _home(folder: Path, prompts: Prompts) -> Path:
    return folder / _RUNS / prompts.id


def _finished(folder: Path, prompts: Prompts, task: str) -> Path | None:
    """Return the latest run of a variant that came to its end; a stopped one lacks the task, or answers to it."""
    for path in sorted(_home(folder, prompts).glob(f"*/*/{record.RUN}"), reverse=True):
        found = record.read_run(path.parent)
        if task in found.tasks and (found.allow_missing or not found.tasks[task].answers.missing):
            return path.parent
    return None


def _in_order(one: Run, name: str, order: Sequence[str]) -> list[Sample]:
    by_id = {sample.item.item_id: sample for sample in one.samples[name]}
    if by_id.keys() != set(order):
        raise InputError(f"{one.folder}: task {name}: other items than the first variant's; remove it and repeat")
    return [by_id[item] for item in order]
