"""Finding the tasks that `--tasks` names, building them, and proving them sound before any model is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.kinds.derive import derivation
from harness.metrics import metrics_of
from harness.record import FeaturesRecord
from harness.record.folder import sha256_text
from harness.record.kinds import Kind
from harness.tasks import catalogue, safety
from harness.tasks import engine as lm_eval_task
from harness.tasks.checks import shape
from harness.tasks.documents import EVALUATED, FITTED, Doc, Question, fitted_on, nearest, split
from harness.tasks.features import load
from harness.tasks.prompts import generation
from harness.tasks.prompts.axes import Axes
from harness.tasks.prompts.render import probe
from harness.tasks.yamlfile import read_or_raise
from va_extractor.common.errors import InputError

if TYPE_CHECKING:
    from lm_eval.api.task import ConfigurableTask


@dataclass(frozen=True)
class Task:
    """A task that is ready to be asked.

    Attributes:
        name: its name.
        kind: what it asks.
        question: what decides its documents.
        version: from its YAML.
        headline: the metric that stands for it.
        engine: lm-eval's own object; asking puts generation arguments of the command line into it.
        hash: SHA-256 over prompt template, answer form, labels, generation arguments and derivation, all as the YAML
            states them.
    """

    name: str
    kind: Kind
    question: Question
    version: str
    headline: str
    engine: ConfigurableTask
    hash: str

    @property
    def by_likelihood(self) -> bool:
        """Whether the model is asked for log-likelihoods of given answers instead of a text."""
        return bool(self.engine.OUTPUT_TYPE == "multiple_choice")

    @property
    def calibrated(self) -> bool:
        """Whether labels are asked without content too: not where only their order over items counts."""
        return self.by_likelihood and self.kind in (Kind.SINGLE_LABEL, Kind.CHOICE)

    def excluded(self) -> dict[str, int]:
        """Count the rows of the split that are not asked, by reason."""
        return split(self.question, EVALUATED).excluded

    def reference_kind(self) -> str | None:
        """Name what descriptions are compared with, joined where the items differ."""
        kinds = {doc["reference_kind"] for doc in split(self.question, EVALUATED).docs if doc["reference_kind"]}
        return ", ".join(sorted(kinds)) or None

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
        )


def load_tasks(
    names: Sequence[str],
    include_paths: Sequence[Path],
    features: str,
    *,
    trust_code: bool = False,
    axes: Axes | None = None,
) -> list[Task]:
    """Build the named tasks, groups unfolded, each once.

    Args:
        names: tasks and groups.
        include_paths: folders with further YAMLs.
        features: where VA features come from.
        trust_code: whether a YAML may name functions of a file beside it.
        axes: in place of those that the tasks state; None to leave them.

    Raises:
        InputError: a name is unknown, a YAML is broken, features are missing or do not fit, or a task is unsound.
    """
    known = catalogue.find(include_paths)
    return [build(known[name], features, trust_code=trust_code, axes=axes) for name in _unfold(names, known)]


def _unfold(
    names: Sequence[str], known: dict[str, catalogue.TaskInfo], within: tuple[catalogue.TaskInfo, ...] = ()
) -> list[str]:
    unfolded: list[str] = []
    for name in names:
        if name not in known:
            raise InputError(f"--tasks {name}: unknown task{nearest(name, list(known))}; `vaemo-eval ls` lists them")
        info = known[name]
        if info in within:
            raise InputError(f"{info.path}: key 'task': the group {name!r} contains itself")
        unfolded += _unfold(info.members, known, (*within, info)) if info.members else [name]
    return list(dict.fromkeys(unfolded))


def build(info: catalogue.TaskInfo, features: str, *, trust_code: bool = False, axes: Axes | None = None) -> Task:
    """Build one task; nothing that its YAML names is imported before it is found to be allowed.

    Raises:
        InputError: the YAML names what it may not, features are missing or do not fit, or the task is unsound.
    """
    inside = [info.root, catalogue.TASKS]
    source = read_or_raise(info.path, inside)
    for finding in (*shape.findings(source, complete=False), *safety.findings(source, inside, trust_code=trust_code)):
        raise InputError(str(finding))
    if axes is not None:
        generation.put(source.values, axes)
    for finding in generation.findings(source):
        raise InputError(str(finding))
    try:
        engine = lm_eval_task.build_task(safety.resolve(source), info.path, features)
    except InputError:
        raise
    except Exception as error:  # lm-eval raises whatever a YAML leads it into; the user gets it in one line
        raise InputError(f"{info.path}: task {info.name}: {type(error).__name__}: {error}") from error
    scorer, dataset = lm_eval_task.scorer_of(engine), lm_eval_task.dataset_of(engine)
    if scorer is None or dataset is None or scorer.kind is not dataset.kind:
        raise InputError(
            f"{info.path}: keys 'custom_dataset' and 'process_results' must name functions of one module of "
            "harness.tasks.functions; include one of tasks/_base/*.yaml"
        )
    metadata = engine.config.metadata
    headline = metadata.get("headline")
    names = [metric.name for metric in metrics_of(scorer.kind)]
    if headline not in names:
        raise InputError(
            f"{info.path}: metadata.headline {headline!r} is no metric of {scorer.kind}: {', '.join(names)}"
        )
    if "version" not in metadata:
        raise InputError(f"{info.path}: metadata.version is missing; a task states its version")
    if len(engine.config.filter_list or []) > 1:
        raise InputError(f"{info.path}: key 'filter_list': one pipeline at most, since an answer is read in one way")
    _check_keys(engine, info)
    question = dataset.question({**metadata, **(engine.config.dataset_kwargs or {})})
    version, stated = str(metadata["version"]), _hash(engine, scorer.kind, question)
    return Task(info.name, scorer.kind, question, version, headline, engine, stated)


def _hash(engine: ConfigurableTask, kind: Kind, question: Question) -> str:
    decides = [lm_eval_task.template_text(engine), kind.value, *question.labels]
    if question.asks is not None:
        decides += [probe(question), question.axes.model_dump_json()]
    if question.derive is not None:
        decides += [f"derive: {question.derive}"]
    return sha256_text(decides)


def _check_keys(engine: ConfigurableTask, info: catalogue.TaskInfo) -> None:
    """Score the right answer to the first document, and compare the keys with `metric_list`."""
    doc: Doc = engine.eval_docs[0]
    right = [(0.0, True)] * len(doc["choices"]) if engine.OUTPUT_TYPE == "multiple_choice" else [str(doc["target"])]
    returned, listed = set(engine.process_results(doc, right)), lm_eval_task.metric_names(engine)
    if returned != listed:
        raise InputError(
            f"{info.path}: key 'metric_list': process_results returns {', '.join(sorted(returned))}, "
            f"but metric_list names {', '.join(sorted(listed))}; take both from one module of harness.tasks.functions"
        )
