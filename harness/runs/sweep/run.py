"""Run a sweep: every distinct variant once, in a folder from which a stopped sweep resumes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from harness.kinds.recorded import read_run
from harness.models import choice as models
from harness.models import lm_eval as _compat
from harness.record import Sample, provenance
from harness.record import folder as record
from harness.record.sweep import Settings, Sweep, Variant
from harness.runs import plan as plan_of_run
from harness.runs import run as runner
from harness.runs.compare import Run, load_run
from harness.runs.config import RunConfig, ask_settings, seeds_of, tasks_of
from harness.runs.preflight import warn_of_limit, warn_of_scale
from harness.runs.sweep.design import Axis, cells, contrasts, described, parse
from harness.runs.sweep.effects import Measured, effects, spread_of
from harness.scoring.samples import answered
from harness.stats.clusters import cluster_index
from harness.tasks.documents import Document
from harness.tasks.load import Task, template_text
from harness.tasks.prompts.axes import Axes
from harness.tasks.prompts.ready import printed
from va_extractor.common.errors import InputError, invalid
from va_extractor.common.files import reading, writing

if TYPE_CHECKING:
    from lm_eval.api.model import LM

    from harness.runs.plan import TaskPlan

SETTINGS = "settings.json"
SWEEP = "sweep.json"
_RUNS = "runs"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Prompts:
    """A distinct prompt: its id, and the variants of the design that render to it."""

    id: str
    axes: tuple[Axes, ...]


@dataclass(frozen=True)
class Plan:
    """The prompts and settings of a sweep.

    Attributes:
        config: a run of the task; its axes and output path are set for each variant.
        task: the task as its YAML states it.
        axes: the varied ones.
        design: `crossed` or `one-at-a-time`.
        prompts: the distinct ones, that of the task first.
        settings: what decides the sweep.
    """

    config: RunConfig
    task: Task
    axes: tuple[Axis, ...]
    design: str
    prompts: tuple[Prompts, ...]
    settings: Settings


def plan(config: RunConfig, axes: str, design: str) -> Plan:
    """Render every variant, and group those with equal prompts.

    Arguments are as `--axes` and `--design`; `config` is a run of one task.

    Raises:
        InputError: an axis does not exist, or the task does not take it.
    """
    task = _one(config)
    if "values" not in printed(task.engine.config.doc_to_text):
        raise InputError(
            "the task takes no axes, since its prompt prints no {{ values }}", code="unsupported", field="--task",
            found=task.name, hint="docs/axes.md says how a task takes axes",
        )  # fmt: skip
    varied = parse(axes, task.question.axes)
    found: dict[str, Prompts] = {}
    for cell in cells(varied, task.question.axes, design):
        try:
            one = _one(replace(config, axes=cell))
        except InputError as error:
            what = f"{described(cell.changed)}: {error.problem.what}"
            raise InputError.of(replace(error.problem, what=what)) from None
        digest = _digest(one, _compat.asked_docs(one.engine, config.limit))
        known = found.get(digest)
        found[digest] = Prompts(digest, (*(known.axes if known else ()), cell))
    return Plan(config, task, varied, design, tuple(found.values()), _settings(config, task, varied, design))


def count(planned: Plan, folder: Path) -> list[TaskPlan]:
    """Count the requests of each distinct prompt as `vaemo-eval plan` does; send and write nothing.

    Raises:
        InputError: the folder holds another sweep, or the model does not support the task.
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
    """Run every variant that the folder lacks, and report on all.

    Returns:
        None if the model stopped early or answers are missing; repeat the command to resume.

    Raises:
        InputError: the folder holds another sweep, or the model failed; finished variants stay.
    """
    _claim(folder, planned.settings)
    choice = models.choose(planned.config.model, planned.config.model_args)
    warn_of_limit([planned.task], ask_settings(planned.config, choice))
    warn_of_scale([planned.task])
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
    values = [one.record.tasks[name].metrics[metric.name].value for one in runs]
    known = [value for value in values if value is not None]
    whole = len(known) == len(values)
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
        spread=spread_of(known) if whole else None,
    )


def _variant(prompts: Prompts, one: Run, value: float | None) -> Variant:
    [task] = one.record.tasks.values()
    counts = task.answers
    return Variant(
        id=prompts.id,
        axes=tuple(axes.changed for axes in prompts.axes),
        value=value,
        not_parsed=counts.unparsed_rate + counts.refused_rate + counts.empty_rate,
    )


def _one(config: RunConfig) -> Task:
    tasks = tasks_of(config)
    if len(tasks) != 1:
        raise InputError("a sweep takes one task", code="conflict", field="--task", found=",".join(config.tasks))
    return tasks[0]


def _digest(task: Task, docs: Sequence[Document]) -> str:
    """Return a hash of all that decides the answers to a variant and their parsing."""
    axes = task.question.axes
    decides = [axes.language, axes.reasoning, template_text(task.engine), *map(task.engine.doc_to_text, docs)]
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
            "calibrated_on": features.calibrated_on,
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
    """Write the settings; raise if the folder holds another sweep."""
    _refuse_other(folder, settings)
    with writing(folder, field="--output_path"):
        folder.mkdir(parents=True, exist_ok=True)
    record.write_whole(folder / SETTINGS, (settings.model_dump_json(indent=2) + "\n").encode())


def _refuse_other(folder: Path, settings: Settings) -> None:
    """Raise if the folder holds anything but this sweep; another sweep without answers is replaced."""
    path = folder / SETTINGS
    with reading(folder, field="--output_path"):
        if not path.exists():
            if folder.exists() and any(folder.iterdir()):
                raise InputError(
                    "not empty, and not a sweep", code="conflict", file=folder, field="--output_path",
                    hint="give another folder",
                )  # fmt: skip
            return
        data = path.read_bytes()
    try:
        held = Settings.model_validate_json(data)
    except ValidationError as error:
        raise invalid(error, file=path, hint="give another --output_path") from None
    mine, theirs = settings.model_dump(mode="json"), held.model_dump(mode="json")
    differing = [
        f"{name} {_short(theirs[name])} against {_short(mine[name])}" for name in mine if mine[name] != theirs[name]
    ]
    if differing and any(one.is_file() for one in (folder / _RUNS).rglob("*")):
        raise InputError(
            f"holds a sweep with other settings: {'; '.join(differing)}", code="conflict", file=folder,
            field="--output_path", hint="give another folder",
        )  # fmt: skip


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 else f"{text[:117]}..."


def _variant_config(planned: Plan, folder: Path, prompts: Prompts) -> RunConfig:
    cache = planned.config.cache or folder
    return replace(planned.config, axes=prompts.axes[0], output_path=_home(folder, prompts), cache=cache)


def _home(folder: Path, prompts: Prompts) -> Path:
    return folder / _RUNS / prompts.id


def _finished(folder: Path, prompts: Prompts, task: str) -> Path | None:
    """Return the latest finished run of a variant; a stopped one lacks the task or some answers."""
    for path in sorted(_home(folder, prompts).glob(f"*/*/{record.RUN}"), reverse=True):
        found = read_run(path.parent)
        if task in found.tasks and (found.allow_missing or not found.tasks[task].answers.missing):
            return path.parent
    return None


def _in_order(one: Run, name: str, order: Sequence[str]) -> list[Sample]:
    by_id = {sample.item.item_id: sample for sample in one.samples[name]}
    if by_id.keys() != set(order):
        raise InputError(
            "items differ from those of the first variant", code="changed", file=one.folder, field=f"tasks.{name}",
            hint="remove the folder and repeat the command",
        )  # fmt: skip
    return [by_id[item] for item in order]
