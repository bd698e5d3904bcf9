"""Validate task YAMLs: rules of the YAML, then of the documents, then controls with known scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from harness.kinds.measures import instruments
from harness.runs import controls
from harness.runs.controls import Control, Omitted
from harness.tasks import catalogue, checks, yamlfile
from harness.tasks.checks import data, fit, prompts, showing
from harness.tasks.checks.data import Facts
from harness.tasks.documents import EVALUATED, documents
from harness.tasks.load import build, question_of
from harness.tasks.yamlfile import Source
from va_extractor.common.errors import InputError, Problem, nearest
from va_extractor.common.plain_text import one_line


@dataclass(frozen=True)
class Settings:
    """What a task is checked against.

    Attributes:
        features: where VA features come from.
        precision: the difference between two models that a task is to show.
        max_prompt: how many characters a prompt may have.
        controls: whether to run the controls.
    """

    features: str
    precision: float = 0.25
    max_prompt: int = 8_000
    controls: bool = True


@dataclass
class Report:
    """What was found in one YAML.

    Attributes:
        name: of the task or group; None where the file states none.
        path: the YAML.
        problems: everything wrong, and remarks.
        facts: how many documents there are; None where they cannot be built.
        controls: what the controls scored; empty where an error made them pointless.
        omitted: the controls that the task does not allow.
    """

    name: str | None
    path: Path
    problems: list[Problem] = field(default_factory=list)
    facts: Facts | None = None
    controls: list[Control] = field(default_factory=list)
    omitted: list[Omitted] = field(default_factory=list)

    @property
    def errors(self) -> list[Problem]:
        """The problems that are no remarks."""
        return [problem for problem in self.problems if not problem.remark]


@dataclass(frozen=True)
class Target:
    """A YAML to validate, and the folder in which the files it names may lie."""

    path: Path
    root: Path


def targets(given: Sequence[str], include_paths: Sequence[Path]) -> list[Target]:
    """Find the YAMLs that the command line names: files, folders, tasks and groups; without any, all that ship.

    Raises:
        InputError: there is neither such a file nor such a task, or a folder has no YAML.
    """
    found: dict[Path, Target] = {}
    for name in given or [str(catalogue.TASKS)]:
        path = Path(name).expanduser()
        if path.is_dir():
            new = [Target(yaml, _root(yaml, path, include_paths)) for yaml in sorted(path.rglob("*.yaml"))]
            if not new:
                hint = "name a folder of tasks"
                raise InputError("has no file that ends in .yaml", code="missing", file=name, hint=hint)
        elif path.is_file():
            new = [Target(path, _root(path, path.parent, include_paths))]
        else:
            new = _named(name, include_paths)
        found |= {target.path.resolve(): target for target in new}
    return list(found.values())


def names(given: Sequence[Target], include_paths: Sequence[Path]) -> dict[str, Path]:
    """Return the YAML of each task and group by name; of two with one name, the first."""
    known = {name: info.path for name, info in catalogue.find().items()}
    others = [Target(path, folder) for folder in include_paths for path in sorted(folder.rglob("*.yaml"))]
    for target in [*others, *given]:
        values = yamlfile.read(target.path, [target.root, catalogue.TASKS]).values
        name = values.get("group", values.get("task"))
        if isinstance(name, str):
            known.setdefault(name, target.path)
    return known


def validate(target: Target, settings: Settings, known: Mapping[str, Path]) -> Report:
    """Find everything that is wrong with one YAML.

    Args:
        target: the YAML.
        settings: what it is checked against.
        known: every task and group by name, with its YAML.
    """
    inside = [target.root, catalogue.TASKS]
    source = yamlfile.read(target.path, inside)
    name = source.values.get("group", source.values.get("task"))
    report = Report(one_line(name) if isinstance(name, str) else None, target.path)
    report.problems += checks.of_yaml(source, inside)
    if isinstance(name, str) and name in known and (problem := catalogue.taken(source, known[name])):
        report.problems.append(problem)
    if "group" in source.values:
        report.problems += _members(source, known)
    elif "task" in source.values:
        _documents(source, report, settings)
        report.problems += prompts.of_axes(source)
        if settings.controls and not report.errors:
            _controls(source, target, report, settings)
    return report


def _documents(source: Source, report: Report, settings: Settings) -> None:
    """Build the documents and check them, unless what they are built from is wrong already."""
    kind = fit.kind_of(source)
    if kind is None or not source.metadata or any((one.field or "").startswith("metadata") for one in report.errors):
        return
    report.problems += data.unpinned(source, settings.features)
    try:
        question = question_of(source, settings.features)
        docs = documents(question, EVALUATED)
    except InputError as error:
        report.problems.append(_of_documents(source, error.problem))
        return
    if not docs:
        what = f"the features have nothing to ask in split '{EVALUATED}'"
        at = ("metadata", "source")
        report.problems.append(source.problem(at, what, "name another source", code="missing", found=question.source))
        return
    items = [doc["item"] for doc in docs]
    report.facts = data.facts(items)
    report.problems += data.problems(source, question, items, settings.precision)
    report.problems += prompts.rendered(source, docs, settings.max_prompt)
    if not report.errors:
        report.problems += showing.problems(source, question, docs)


def _of_documents(source: Source, problem: Problem) -> Problem:
    """Return what is wrong with the documents as a problem of the key that decides it."""
    place = tuple((problem.field or "").split("."))
    if place[0] != "metadata":
        key = place[0] if place[0] in ("labels", "options") else "source"
        place = ("metadata", key)
    return source.problem(place, str(problem), f"change {'.'.join(place)} or the features", code=problem.code)


def _controls(source: Source, target: Target, report: Report, settings: Settings) -> None:
    try:
        info = catalogue.TaskInfo(str(report.name), "", (), target.path, target.root)
        task = build(info, settings.features)
        if task.kind.measured and find_spec("sentence_transformers") is None:
            what, hint = "the controls of descriptions need a sentence embedder", "pip install 'vaemo-eval[offline]'"
            report.problems.append(source.problem(("process_results",), what, hint, code="extra", remark=True))
            return
        for control in controls.run(task, instruments() if task.kind.measured else None):
            if isinstance(control, Omitted):
                report.omitted.append(control)
                continue
            report.controls.append(control)
            if not control.passed:
                report.problems.append(source.problem(control.key, str(control), control.hint))
    except InputError as error:
        report.problems.append(source.problem(("task",), f"cannot be asked: {error}", "see there", code="unsupported"))


def _members(source: Source, known: Mapping[str, Path]) -> Iterator[Problem]:
    members = source.values.get("task")
    for number, name in enumerate(members if isinstance(members, list) else []):
        if isinstance(name, str) and name not in known:
            hint = nearest(name, known, "`vaemo-eval ls` lists them")
            yield source.problem(("task", number), "no such task", hint, code="unknown", found=name)


def _named(name: str, include_paths: Sequence[Path]) -> list[Target]:
    known = catalogue.find(include_paths)
    if name not in known:
        hint = nearest(name, known, "`vaemo-eval ls` lists them")
        raise InputError("no such file, folder or task", code="unknown", file=name, hint=hint)
    info = known[name]
    own = [Target(info.path, info.root)]
    return own + [target for member in info.members for target in _named(member, include_paths)]


def _root(path: Path, folder: Path, include_paths: Sequence[Path]) -> Path:
    """Return the widest given folder that holds the YAML, symbolic links followed; else the folder it is in."""
    roots = [catalogue.TASKS, *include_paths, folder]
    return next((root for root in roots if path.resolve().is_relative_to(root.resolve())), folder)
