"""Every check of a task in one pass: text, keys, safety, fit, prompts, documents, then the controls."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from harness.kinds.measures import Instruments, instruments
from harness.models import lm_eval as _compat
from harness.record.kinds import MEASURED
from harness.runs.controls import Control, Omitted
from harness.runs.controls import run as run_controls
from harness.tasks import catalogue, safety
from harness.tasks import yamlfile as taskfile
from harness.tasks.checks import data, fit, prompts, shape, showing
from harness.tasks.checks.data import Facts
from harness.tasks.documents import EVALUATED, Question, nearest, split
from harness.tasks.functions._kind import Dataset
from harness.tasks.load import build
from harness.tasks.prompts import generation
from harness.tasks.yamlfile import Finding, Source
from va_extractor.common.errors import InputError

_AXIS = re.compile(r"metadata\.axes\.(\w+): ")


@dataclass(frozen=True)
class Settings:
    """What a task is held against.

    Attributes:
        features: where VA features come from.
        trust_code: whether a YAML may name functions of a file beside it.
        precision: the difference between two models that a task is to show.
        max_prompt: how many characters a prompt may have.
        controls: whether to run the controls.
    """

    features: str
    trust_code: bool = False
    precision: float = 0.25
    max_prompt: int = 8_000
    controls: bool = True


@dataclass
class Report:
    """What was found out about one YAML.

    Attributes:
        name: of the task or group; None where the file states none.
        path: the YAML.
        findings: everything wrong, and remarks.
        facts: what the documents amount to; None where they cannot be made.
        controls: what the controls scored; empty where an error made them pointless.
        omitted: the controls that the task does not allow.
    """

    name: str | None
    path: Path
    findings: list[Finding] = field(default_factory=list)
    facts: Facts | None = None
    controls: list[Control] = field(default_factory=list)
    omitted: list[Omitted] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether there is no error."""
        return not any(finding.error for finding in self.findings)


@dataclass(frozen=True)
class Target:
    """A YAML to validate, and the folder in which the files it names may lie."""

    path: Path
    root: Path


def targets(given: Sequence[str], include_paths: Sequence[Path]) -> list[Target]:
    """Find the YAMLs that the command line names: files, folders, tasks and groups; all of ours where it names none.

    Raises:
        InputError: there is neither such a file nor such a task, or a folder holds none.
    """
    found: dict[Path, Target] = {}
    for name in given or [str(catalogue.TASKS)]:
        path = Path(name).expanduser()
        if path.is_dir():
            new = [Target(yaml, _root(yaml, path, include_paths)) for yaml in sorted(path.rglob("*.yaml"))]
            if not new:
                raise InputError(f"{name}: a folder without any file that ends in .yaml; name one that holds tasks")
        elif path.is_file():
            new = [Target(path, _root(path, path.parent, include_paths))]
        else:
            new = _named(name, include_paths)
        found |= {target.path.resolve(): target for target in new}
    return list(found.values())


def names(given: Sequence[Target], include_paths: Sequence[Path]) -> dict[str, Path]:
    """Return every name that a task or group has, and its YAML; one that stands in two YAMLs keeps the first."""
    known = {name: info.path for name, info in catalogue.find().items()}
    others = [Target(path, folder) for folder in include_paths for path in sorted(folder.rglob("*.yaml"))]
    for target in [*others, *given]:
        values = taskfile.read(target.path, [target.root, catalogue.TASKS]).values
        name = values.get("group", values.get("task"))
        if isinstance(name, str):
            known.setdefault(name, target.path)
    return known


def validate(target: Target, settings: Settings, known: Mapping[str, Path]) -> Report:
    """Find everything wrong with one YAML.

    Args:
        target: the YAML.
        settings: what it is held against.
        known: every task and group by name, with its YAML.
    """
    inside = [target.root, catalogue.TASKS]
    source = taskfile.read(target.path, inside)
    name = source.values.get("task") if "group" not in source.values else source.values["group"]
    report = Report(taskfile.printable(name) if isinstance(name, str) else None, target.path, list(source.findings))
    if not source.values:
        return report
    report.findings += _first_of_each_key(shape.findings(source))
    report.findings += _taken(source, report, known)
    if "group" in source.values:
        report.findings += _members(source, known)
        return report
    report.findings += safety.findings(source, inside, trust_code=settings.trust_code)
    report.findings += [*fit.findings(source), *generation.findings(source), *prompts.static(source)]
    if "task" in source.values:
        _documents(source, report, settings)
        if settings.controls and report.sound:
            _controls(source, target, report, settings)
    return report


def _documents(source: Source, report: Report, settings: Settings) -> None:
    """Make the documents and judge them; a fault in what they are made from is a finding of its own already."""
    kind = fit.kind_of(source)
    metadata = source.values.get("metadata")
    if kind is None or any(finding.error and finding.key.startswith("metadata") for finding in report.findings):
        return
    if not isinstance(metadata, dict):
        return
    report.findings += data.unpinned(source, settings.features)
    try:
        dataset = Dataset(kind, by_index=str(source.values["custom_dataset"]).endswith(".indexed"))
        stated = {**metadata, **(source.values.get("dataset_kwargs") or {})}
        given = {**stated, "features": settings.features, "config_source": str(source.path)}
        question: Question = dataset.question(given)
        docs = split(question, EVALUATED).docs
    except InputError as error:
        report.findings.append(_of_documents(source, str(error)))
        return
    if not docs:
        what = f"the features have nothing to ask in split '{EVALUATED}' of source '{question.source}'"
        report.findings.append(source.finding(("metadata", "source"), what, "name another source"))
        return
    report.facts = data.facts(docs)
    report.findings += data.findings(source, question, docs, settings.precision)
    report.findings += prompts.rendered(source, docs, settings.max_prompt)
    if report.sound:
        report.findings += showing.findings(source, question, docs)


def _of_documents(source: Source, message: str) -> Finding:
    """Place what is wrong with the documents at the key that decides it."""
    axis = _AXIS.search(message)
    if axis:
        return source.finding(("metadata", "axes", axis[1]), message, "docs/axes.md tells what each axis needs")
    key = "labels" if "column 'labels'" in message else "options" if "options" in message else "source"
    return source.finding(("metadata", key), message, f"mend metadata.{key} or the features")


def _controls(source: Source, target: Target, report: Report, settings: Settings) -> None:
    _compat.quiet()
    try:
        info = catalogue.TaskInfo(str(report.name), "", (), target.path, target.root)
        task = build(info, settings.features, trust_code=settings.trust_code)
        by: Instruments | None = None
        if task.kind in MEASURED:
            if find_spec("sentence_transformers") is None:
                mend = "pip install 'vaemo-eval[offline]'"
                what = "the controls of descriptions need a sentence embedder"
                report.findings.append(source.finding(("process_results",), what, mend, error=False))
                return
            by = instruments()
        for control in run_controls(task, by):
            if isinstance(control, Omitted):
                report.omitted.append(control)
                continue
            report.controls.append(control)
            if not control.passed:
                report.findings.append(source.finding(control.key, control.what, control.mend))
    except InputError as error:
        report.findings.append(source.finding(("task",), f"cannot be asked: {error}", "mend what it names"))


def _taken(source: Source, report: Report, known: Mapping[str, Path]) -> Iterator[Finding]:
    other = known.get(report.name or "", report.path)
    if other.resolve() != report.path.resolve():
        key = "group" if "group" in source.values else "task"
        yield source.finding((key,), f"{report.name!r} is already named by {other}", "take another name")


def _members(source: Source, known: Mapping[str, Path]) -> Iterator[Finding]:
    members = source.values.get("task")
    for number, name in enumerate(members if isinstance(members, list) else []):
        if isinstance(name, str) and name not in known:
            what = f"there is no task {name!r}{nearest(name, list(known))}"
            yield source.finding(("task", number), what, "`vaemo-eval ls` lists them")


def _named(name: str, include_paths: Sequence[Path]) -> list[Target]:
    known = catalogue.find(include_paths)
    if name not in known:
        raise InputError(
            f"{name}: no such file, folder or task{nearest(name, list(known))}; `vaemo-eval ls` lists them"
        )
    info = known[name]
    own = [Target(info.path, info.root)]
    return own + [target for member in info.members for target in _named(member, include_paths)]


def _root(path: Path, folder: Path, include_paths: Sequence[Path]) -> Path:
    """Return the widest folder given that holds the YAML; of a link that leads out of them, the folder it stands in."""
    roots = [catalogue.TASKS, *include_paths, folder]
    return next((root for root in roots if path.resolve().is_relative_to(root.resolve())), folder)


def _first_of_each_key(findings: Iterable[Finding]) -> list[Finding]:
    """Keep one finding a key, since each member of a union objects to a wrong type."""
    kept: dict[tuple[Path, int, str], Finding] = {}
    for finding in findings:
        kept.setdefault((finding.path, finding.line, finding.key), finding)
    return list(kept.values())
