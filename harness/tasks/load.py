"""Load tasks: read their YAMLs, check them, build them for lm-eval."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lm_eval import utils
from lm_eval.api.task import ConfigurableTask

from harness.kinds import Kind
from harness.kinds.derive import derivation
from harness.record import FeaturesRecord, Item
from harness.record.provenance import sha256_text
from harness.tasks import catalogue, checks, functions, safety
from harness.tasks.checks.prompts import of_axes
from harness.tasks.documents import EVALUATED, FITTED, Question, fitted_on, split
from harness.tasks.features import load
from harness.tasks.prompts import generation, sandbox
from harness.tasks.prompts.axes import Axes
from harness.tasks.prompts.ready import printed
from harness.tasks.prompts.render import of_form, probe
from harness.tasks.yamlfile import Source, read_or_raise
from va_extractor.common.errors import InputError, Problem, nearest

_TALKATIVE = ("lm_eval.api.task", "lm_eval.evaluator", "lm_eval.tasks", "lm_eval.api.registry", "lm_eval.config.task")
_DECIDING = (
    *("doc_to_text", "description", "doc_to_choice", "doc_to_target", "target_delimiter", "fewshot_delimiter"),
    *("gen_prefix", "output_type", "generation_kwargs", "filter_list"),
)


@dataclass(frozen=True)
class Task:
    """A task that is ready to be asked.

    Attributes:
        name: its name.
        kind: what it asks.
        question: what decides its documents.
        version: from its YAML.
        main_score: the name of its main metric.
        engine: lm-eval's own object; asking puts generation arguments of the command line into it.
        hash: SHA-256 over prompt template, answer form, labels, generation arguments and derivation, all as the YAML
            states them.
    """

    name: str
    kind: Kind
    question: Question
    version: str
    main_score: str
    engine: ConfigurableTask
    hash: str

    @property
    def by_likelihood(self) -> bool:
        """Whether the model is asked for log-likelihoods of given answers instead of a text."""
        return bool(self.engine.OUTPUT_TYPE == "multiple_choice")

    @property
    def calibrated(self) -> bool:
        """Whether labels are asked without content too: not where only their order over items counts."""
        return self.by_likelihood and self.kind.calibrated

    def excluded(self) -> dict[str, int]:
        """Count the rows of the split that are not asked, by reason."""
        return split(self.question, EVALUATED).excluded

    def lost_labels(self, kept: Iterable[Item]) -> tuple[str, ...]:
        """Return the labels of items of the split that no `kept` item has; none where labels differ by item."""
        if not self.question.labels:
            return ()
        there, left = ({label for item in some for label in item.labels} for some in (self._items, kept))
        return tuple(sorted(there - left))

    @property
    def _items(self) -> list[Item]:
        return split(self.question, EVALUATED).items

    def reference_kind(self) -> str | None:
        """Name what descriptions are compared with, joined where the items differ."""
        if not self.kind.references:
            return None
        items = self._items
        referenced = {item.item_id for item in items if item.references}
        table = load(self.question.features, self.question.source).tables[EVALUATED]
        named = zip(table["item_id"].to_pylist(), table["reference_kind"].to_pylist(), strict=True)
        kinds = sorted({name for item_id, name in named if name and item_id in referenced})
        some = f" ({len(referenced)} of {len(items)} items)" if len(referenced) < len(items) else ""
        return ", ".join(kinds) + some if kinds else None

    def features(self) -> FeaturesRecord:
        """Describe where valence and arousal come from."""
        source = load(self.question.features, self.question.source)
        table = source.tables[EVALUATED]
        learns = fitted_on(self.question)
        drawn = self.question.derive is not None and derivation(self.question.derive).synthetic
        return FeaturesRecord(
            id=source.id,
            revision=source.revision,
            sha256=source.hashes[EVALUATED],
            source=source.name,
            split=EVALUATED,
            va_source=tuple(sorted(set(table["va_source"].to_pylist()))),
            synthetic=drawn
            or source.provenance[EVALUATED].synthetic
            or "synthetic" in set(table["va_source"].to_pylist()),
            fitted_on=learns if learns in source.tables and learns != EVALUATED else None,
            fitted_sha256=source.hashes.get(FITTED),
            calibrated_on=source.calibrated_on,
        )


def load_tasks(
    names: Sequence[str],
    include_paths: Sequence[Path],
    features: str,
    *,
    axes: Axes | None = None,
) -> list[Task]:
    """Build the named tasks, groups unfolded, each once.

    Args:
        names: tasks and groups.
        include_paths: folders with further YAMLs.
        features: where VA features come from.
        axes: in place of those that the tasks state; None to leave them.

    Raises:
        InputError: a name is unknown, a YAML is broken, features are missing or do not fit, or a task is unsound.
    """
    known = catalogue.find(include_paths)
    return [build(known[name], features, axes=axes) for name in _unfold(names, known)]


def _unfold(
    names: Sequence[str], known: dict[str, catalogue.TaskInfo], within: tuple[catalogue.TaskInfo, ...] = ()
) -> list[str]:
    unfolded: list[str] = []
    for name in names:
        if name not in known:
            hint = nearest(name, known, "`vaemo-eval ls` lists them")
            raise InputError("no such task", code="unknown", field="--tasks", found=name, hint=hint)
        info = known[name]
        if info in within:
            raise InputError("the group contains itself", code="conflict", file=info.path, field="task", found=name)
        unfolded += _unfold(info.members, known, (*within, info)) if info.members else [name]
    return list(dict.fromkeys(unfolded))


def build(info: catalogue.TaskInfo, features: str, *, axes: Axes | None = None) -> Task:
    """Build one task; nothing that its YAML names is imported before it is found to be allowed.

    Raises:
        InputError: the YAML names what it may not, features are missing or do not fit, or the task is unsound.
    """
    inside = [info.root, catalogue.TASKS]
    source = read_or_raise(info.path, inside)
    _raise_first(checks.of_yaml(source, inside))
    if axes is not None:
        _raise_first(of_form(replace(question_of(source, features), axes=axes)))
        generation.put(source.values, axes)
    quiet()
    utils.apply_template = sandbox.render
    given = {**source.metadata, "features": features, "config_source": str(info.path)}
    try:
        config = {**safety.resolve(source), "metadata": given}
        if config.get("generation_kwargs"):  # without it, lm-eval ends answers at an empty line
            config["generation_kwargs"] = {"until": [], **config["generation_kwargs"]}
        engine = ConfigurableTask(config=config)
    except InputError:
        raise
    except Exception as error:  # lm-eval may raise anything
        what = f"lm-eval cannot build the task: {type(error).__name__}: {error}"
        hint = f"`vaemo-eval validate {info.path}` finds what is wrong"
        raise InputError(what, code="unsupported", file=info.path, hint=hint) from error
    _raise_first(of_axes(source))
    question, metadata = question_of(source, features), source.metadata
    digest = _hash(engine, question)
    return Task(info.name, question.kind, question, str(metadata["version"]), metadata["main_score"], engine, digest)


def quiet() -> None:
    """Silence what lm-eval says about tasks and defaults; what models say stays."""
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.ERROR)


def generation_arguments(task: ConfigurableTask, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a task's generation arguments with `given` over them; empty for log-likelihood tasks."""
    return {**(task.config.generation_kwargs or {}), **given} if task.OUTPUT_TYPE == "generate_until" else {}


def template_text(task: ConfigurableTask) -> str:
    """Return everything of a task that decides its prompts and answers, as one canonical JSON text."""
    return json.dumps({name: getattr(task.config, name) for name in _DECIDING}, sort_keys=True, default=str)


def question_of(source: Source, features: str) -> Question:
    """Return what decides the documents of a task, by its sound YAML."""
    dataset = getattr(functions, source.values["custom_dataset"].rpartition(".")[2])
    question: Question = dataset.question({**source.metadata, "features": features, "config_source": source.path})
    return question


def _raise_first(problems: Iterator[Problem]) -> None:
    for problem in problems:
        if not problem.remark:
            raise InputError.of(problem)


def _hash(engine: ConfigurableTask, question: Question) -> str:
    decides = [template_text(engine), question.kind.name, *question.labels]
    if used := printed(engine.config.doc_to_text):
        decides += [probe(question, used), question.axes.model_dump_json()]
    if question.derive is not None:
        decides += [f"derive: {question.derive}"]
    return sha256_text(decides)
