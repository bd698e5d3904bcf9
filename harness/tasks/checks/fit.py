"""Whether the parts of a task fit each other: functions of one kind, output type, metrics, labels, answers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from harness.kinds import form
from harness.kinds.derive import NAMES, derivation
from harness.metrics import all_metrics, metrics_of
from harness.record.kinds import Kind, needs
from harness.tasks.documents import nearest
from harness.tasks.safety import PACKAGE, ROLES, is_ours
from harness.tasks.yamlfile import Function, Source
from va_extractor.common.errors import Problem


def kind_of(source: Source) -> Kind | None:
    """Return the kind of question that the task's documents are of; None where its YAML names none of ours."""
    name = source.values.get("custom_dataset")
    return Kind(name.split(".")[-2]) if isinstance(name, Function) and is_ours(name) else None


def by_likelihood(source: Source) -> bool:
    """Return whether answers are scored by log-likelihood."""
    return bool(source.values.get("output_type") == "multiple_choice")


def problems(source: Source) -> Iterator[Problem]:
    """Find parts that do not fit each other."""
    kind = kind_of(source)
    if kind is None:
        return
    yield from _one_kind(source, kind)
    yield from _output(source, kind)
    yield from _metrics(source, kind)
    yield from _labels(source, kind)


def _one_kind(source: Source, kind: Kind) -> Iterator[Problem]:
    for role in ROLES:
        name = source.values.get(role)
        if isinstance(name, Function) and is_ours(name) and name.split(".")[-2] != kind:
            hint = f"take !function {PACKAGE}.{kind}.{ROLES[role][0]}"
            yield source.problem((role,), f"is of another kind than the documents, {kind}", hint, found=str(name))


def _output(source: Source, kind: Kind) -> Iterator[Problem]:
    scored = by_likelihood(source)
    dataset = str(source.values["custom_dataset"])
    choice, generated = source.values.get("doc_to_choice"), source.values.get("generation_kwargs")
    if kind is Kind.RANKING and not scored:
        yield source.problem(("output_type",), "a ranking is scored by log-likelihood", "write multiple_choice")
    if (kind in (Kind.MULTI_LABEL, Kind.DESCRIPTION) or form(kind)) and scored:
        yield source.problem(("output_type",), f"a {kind} answer is a text", "write generate_until")
    if kind in (Kind.SINGLE_LABEL, Kind.CHOICE) and scored != dataset.endswith(".indexed"):
        wanted = "indexed" if scored else "dataset"
        hint = f"take !function {PACKAGE}.{kind}.{wanted}, or include the other file of tasks/_base"
        yield source.problem(("custom_dataset",), f"does not go with {source.values.get('output_type')}", hint)
    if scored and choice != "choices":
        what = "does not offer the item's choices in their order"
        yield source.problem(("doc_to_choice",), what, "write doc_to_choice: choices", found=choice)
    if not scored and choice is not None:
        yield source.problem(("doc_to_choice",), "has no effect on a generated answer", "remove it")
    if scored and generated:
        yield source.problem(("generation_kwargs",), "nothing is generated", "write generation_kwargs: null")
    if not scored and not generated:
        what, hint = "is missing: answers would end by lm-eval's default", "give until and max_gen_toks"
        yield source.problem(("generation_kwargs",), what, hint, code="missing")
    target = source.values.get("doc_to_target", "target")
    if target != "target":
        what = "is not the right answer in the form asked for"
        yield source.problem(("doc_to_target",), what, "write target", found=target)
    if scored and source.values.get("filter_list"):
        yield source.problem(("filter_list",), "log-likelihoods cannot be filtered", "remove it")


def _metrics(source: Source, kind: Kind) -> Iterator[Problem]:
    fitting, listed = [metric.name for metric in metrics_of(kind)], source.values.get("metric_list")
    named: list[tuple[tuple[str | int, ...], Any]] = [(("metadata", "headline"), source.metadata.get("headline"))]
    if isinstance(listed, list):
        rows = [row.get("metric") if isinstance(row, dict) else None for row in listed]
        named += [(("metric_list", number, "metric"), name) for number, name in enumerate(rows)]
        missing = sorted(set(fitting) - {str(row) for row in rows})
        if missing and all(row in fitting for row in rows):
            what, hint = f"lacks {', '.join(missing)}", f"write !function {PACKAGE}.{kind}.metrics"
            yield source.problem(("metric_list",), what, hint, code="missing")
    known = {metric.name for metric in all_metrics()}
    for location, name in named:
        hint = f"take one of {', '.join(fitting)}"
        if isinstance(name, str) and name not in known:
            yield source.problem(location, f"no such metric{nearest(name, fitting)}", hint, code="unknown", found=name)
        elif isinstance(name, str) and name not in fitting:
            yield source.problem(location, f"does not fit a {kind} task", hint, found=name)


def _labels(source: Source, kind: Kind) -> Iterator[Problem]:
    needed, metadata = needs(kind), source.metadata
    if not metadata:
        return
    if needed and not metadata.get(needed):
        yield source.problem(("metadata", needed), "is missing", f"a {kind} task needs it", code="missing")
    for key in {"labels", "options"} - {needed}:
        if metadata.get(key):
            yield source.problem(("metadata", key), f"has no effect on a {kind} task", "remove it")
    labels = metadata.get("labels")
    if isinstance(labels, list) and all(isinstance(label, str) for label in labels):
        for number, what in alike(labels):
            hint = "give labels that a reader can tell apart"
            yield source.problem(("metadata", "labels", number), what, hint, code="duplicate")
    name = metadata.get("derive")
    if name in NAMES:
        own = derivation(name).labels
        if needed == "labels" and isinstance(labels, list) and set(map(str, labels)) != set(own):
            hint = f"write [{', '.join(own)}], in any order"
            yield source.problem(("metadata", "labels"), f"are not those of the derivation '{name}'", hint)
    for other, wanted in ((Kind.CONFLICT, "conflict"), (Kind.COORDINATES, "word"), (Kind.CHANGE, "trajectory")):
        if kind is other and name != wanted:
            hint = f"write {wanted}"
            yield source.problem(("metadata", "derive"), f"a {kind} task is derived by {wanted}", hint, found=name)


def alike(choices: list[str]) -> Iterator[tuple[int, str]]:
    """Find choices that a reader or a log-likelihood cannot tell apart: of equal text, or one the beginning of another.

    Yields:
        The number of the later choice, and what is wrong.
    """
    plain = [_plain(choice) for choice in choices]
    for short, long in pairwise(sorted(range(len(choices)), key=lambda number: plain[number])):
        one, other = choices[min(short, long)], choices[max(short, long)]
        if plain[short] == plain[long]:
            yield max(short, long), f"{other!r} has the same text as {one!r}"
        elif plain[long].startswith(plain[short]):
            yield max(short, long), f"one of {one!r} and {other!r} is the beginning of the other"


def _plain(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
