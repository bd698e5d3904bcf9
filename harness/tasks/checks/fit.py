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
from harness.tasks.yamlfile import Finding, Function, Source


def kind_of(source: Source) -> Kind | None:
    """Return the kind of question that the task's documents are of; None where its YAML names none of ours."""
    name = source.values.get("custom_dataset")
    return Kind(name.split(".")[3]) if isinstance(name, Function) and is_ours(name) else None


def by_likelihood(source: Source) -> bool:
    """Tell whether answers are scored by log-likelihood."""
    return bool(source.values.get("output_type") == "multiple_choice")


def findings(source: Source) -> Iterator[Finding]:
    """Find parts that do not fit each other."""
    kind = kind_of(source)
    yield from _one_kind(source, kind)
    if kind is None:
        return
    yield from _output(source, kind)
    yield from _metrics(source, kind)
    yield from _labels(source, kind)


def _one_kind(source: Source, kind: Kind | None) -> Iterator[Finding]:
    for role in ROLES:
        name = source.values.get(role)
        if kind is not None and isinstance(name, Function) and is_ours(name) and name.split(".")[3] != kind:
            ours = f"!function {PACKAGE}.{kind}.{ROLES[role][0]}"
            yield source.finding(
                (role,), f"is of kind {name.split('.')[2]}, but the documents are {kind}", f"take {ours}"
            )


def _output(source: Source, kind: Kind) -> Iterator[Finding]:
    scored = by_likelihood(source)
    dataset = str(source.values["custom_dataset"])
    choice = source.values.get("doc_to_choice")
    if kind is Kind.RANKING and not scored:
        yield source.finding(("output_type",), "a ranking is scored by log-likelihood", "write multiple_choice")
    if (kind in (Kind.MULTI_LABEL, Kind.DESCRIPTION) or form(kind)) and scored:
        yield source.finding(("output_type",), f"a {kind} answer is a text", "write generate_until")
    if kind in (Kind.SINGLE_LABEL, Kind.CHOICE) and scored != dataset.endswith(".indexed"):
        wanted = "indexed" if scored else "dataset"
        mend = f"take !function {PACKAGE}.{kind}.{wanted}, or include the other file of tasks/_base"
        yield source.finding(("custom_dataset",), f"does not go with {source.values.get('output_type')}", mend)
    if scored and choice != "choices":
        what = "is missing" if choice is None else "does not offer the item's own choices, in their order"
        yield source.finding(("doc_to_choice",), what, "write doc_to_choice: choices")
    if not scored and choice is not None:
        yield source.finding(("doc_to_choice",), "has no part in a generated answer", "take it out")
    if scored and source.values.get("generation_kwargs"):
        yield source.finding(("generation_kwargs",), "nothing is generated", "write generation_kwargs: null")
    if not scored and not source.values.get("generation_kwargs"):
        yield source.finding(
            ("generation_kwargs",),
            "is missing, so answers would end by lm-eval's default",
            "say until and max_gen_toks",
        )
    if source.values.get("doc_to_target", "target") != "target":
        yield source.finding(("doc_to_target",), "is not the right answer in the form asked for", "write target")
    if scored and source.values.get("filter_list"):
        yield source.finding(("filter_list",), "log-likelihoods cannot be filtered", "take it out")


def _metrics(source: Source, kind: Kind) -> Iterator[Finding]:
    known, fitting = [metric.name for metric in all_metrics()], [metric.name for metric in metrics_of(kind)]
    metadata = source.values.get("metadata")
    headline = metadata.get("headline") if isinstance(metadata, dict) else None
    listed = source.values.get("metric_list")
    named: list[tuple[tuple[str | int, ...], Any]] = [(("metadata", "headline"), headline)]
    if isinstance(listed, list):
        rows = [row.get("metric") if isinstance(row, dict) else None for row in listed]
        named += [(("metric_list", number, "metric"), name) for number, name in enumerate(rows)]
        missing = sorted(set(fitting) - {str(row) for row in rows})
        if missing and all(row in fitting for row in rows):
            mend = f"write !function {PACKAGE}.{kind}.metrics"
            yield source.finding(("metric_list",), f"lacks {', '.join(missing)}, which the task returns", mend)
    for location, name in named:
        if isinstance(name, str) and name not in known:
            yield source.finding(
                location, f"there is no metric {name!r}{nearest(name, fitting)}", f"take one of {', '.join(fitting)}"
            )
        elif isinstance(name, str) and name not in fitting:
            yield source.finding(location, f"{name} does not fit a {kind} task", f"take one of {', '.join(fitting)}")


def _labels(source: Source, kind: Kind) -> Iterator[Finding]:
    metadata = source.values.get("metadata")
    if not isinstance(metadata, dict):
        return
    needed = needs(kind)
    if needed and not metadata.get(needed):
        yield source.finding(("metadata", needed), "is missing", f"a {kind} task needs it")
    for key in {"labels", "options"} - {needed}:
        if metadata.get(key):
            yield source.finding(("metadata", key), f"has no part in a {kind} task", "take it out")
    labels = metadata.get("labels")
    if isinstance(labels, list) and all(isinstance(label, str) for label in labels):
        for number, what in alike(labels):
            yield source.finding(("metadata", "labels", number), what, "let every answer be told from every other")
    yield from _derived(source, kind, metadata.get("derive"), labels)


def _derived(source: Source, kind: Kind, name: Any, labels: Any) -> Iterator[Finding]:
    """Find labels that are not the derivation's own, and kinds that lack the derivation they live on."""
    if name in NAMES:
        own = derivation(name).labels
        if needs(kind) == "labels" and isinstance(labels, list) and set(map(str, labels)) != set(own):
            what = f"are not those of the derivation '{name}'"
            yield source.finding(("metadata", "labels"), what, f"write [{', '.join(own)}], in any order")
    for other, needed in ((Kind.CONFLICT, "conflict"), (Kind.COORDINATES, "word"), (Kind.CHANGE, "trajectory")):
        if kind is other and name != needed:
            yield source.finding(("metadata", "derive"), f"a {kind} task is derived by {needed}", f"write {needed}")


def alike(choices: list[str]) -> Iterator[tuple[int, str]]:
    """Find choices that a reader or a log-likelihood cannot keep apart: of equal text, or one the beginning of another.

    Yields:
        The number of the later choice, and what is wrong. In sorted order a beginning stands before what it begins.
    """
    plain = [_plain(choice) for choice in choices]
    for short, long in pairwise(sorted(range(len(choices)), key=lambda number: plain[number])):
        one, other = choices[min(short, long)], choices[max(short, long)]
        if plain[short] == plain[long]:
            yield max(short, long), f"{other!r} has the same text as {one!r}"
        elif plain[long].startswith(plain[short]):
            yield max(short, long), f"of {one!r} and {other!r} one is the beginning of the other"


def _plain(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
