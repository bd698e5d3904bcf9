"""Whether the parts of a task fit each other: functions of one kind, output type, metrics, labels, answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from harness.kinds import Kind, get
from harness.kinds.base import LOGLIKELIHOOD, TEXT
from harness.kinds.derive import derivation
from harness.kinds.derive import names as derivations
from harness.metrics import all_metrics
from harness.tasks.functions import roles
from harness.tasks.safety import PACKAGE, ROLES, parsed
from harness.tasks.yamlfile import Source
from va_extractor.common.errors import Problem, nearest


def kind_of(source: Source) -> Kind | None:
    """Return the kind of question that the task's documents are of; None where its YAML names none of ours."""
    found = parsed(source.values.get("custom_dataset"))
    return get(found[0]) if found else None


def by_likelihood(source: Source) -> bool:
    """Return whether answers are scored by log-likelihood."""
    return bool(source.values.get("output_type") == LOGLIKELIHOOD)


def problems(source: Source) -> Iterator[Problem]:
    """Find parts that do not fit each other."""
    kind = kind_of(source)
    if kind is None:
        return
    yield from _one_kind(source, kind)
    yield from _output(source, kind)
    yield from _main_score(source, kind)
    yield from _labels(source, kind)


def _one_kind(source: Source, kind: Kind) -> Iterator[Problem]:
    for role in ROLES:
        found = parsed(source.values.get(role))
        if found and found[0] != kind.name:
            what, hint = f"is of another kind than the items, {kind.name}", _function(kind, ROLES[role][0])
            yield source.problem((role,), what, hint, found=str(source.values[role]))


def _function(kind: Kind, role: str) -> str:
    return f"take !function {PACKAGE}.{kind.name}_{role}"


def _output(source: Source, kind: Kind) -> Iterator[Problem]:
    scored = by_likelihood(source)
    dataset = str(source.values["custom_dataset"])
    choice, generated = source.values.get("doc_to_choice"), source.values.get("generation_kwargs")
    output = source.values.get("output_type", TEXT)
    if output in (TEXT, LOGLIKELIHOOD) and output not in kind.output_types:
        hint = f"write {' or '.join(kind.output_types)}"
        yield source.problem(("output_type",), f"does not fit a {kind.name} task", hint, found=output)
    elif "indexed" in roles(kind) and scored != dataset.endswith("_indexed"):
        hint = f"{_function(kind, 'indexed' if scored else 'dataset')}, or include the other file of tasks/_base"
        yield source.problem(("custom_dataset",), f"does not go with {output}", hint)
    if scored and choice != "choices":
        what = "does not offer the item's choices in their order"
        yield source.problem(("doc_to_choice",), what, "write doc_to_choice: choices", found=choice)
    if not scored and choice is not None:
        yield source.problem(("doc_to_choice",), "has no effect on a generated answer", "remove it")
    if scored and generated:
        yield source.problem(("generation_kwargs",), "nothing is generated", "write generation_kwargs: null")
    if not scored and not generated:
        what, hint = "is missing: answers would have lm-eval's length", "give max_gen_toks"
        yield source.problem(("generation_kwargs",), what, hint, code="missing")
    target = source.values.get("doc_to_target", "target")
    if target != "target":
        what = "is not the right answer in the form asked for"
        yield source.problem(("doc_to_target",), what, "write target", found=target)


def _main_score(source: Source, kind: Kind) -> Iterator[Problem]:
    name, fitting = source.metadata.get("main_score"), [metric.name for metric in kind.metrics]
    at, hint = ("metadata", "main_score"), f"take one of {', '.join(fitting)}"
    if not isinstance(name, str) or name in fitting:
        return
    if name in {metric.name for metric in all_metrics()}:
        yield source.problem(at, f"does not fit a {kind.name} task", hint, found=name)
    else:
        hint = nearest(name, fitting, hint)
        yield source.problem(at, "no such metric", hint, code="unknown", found=name)


def _labels(source: Source, kind: Kind) -> Iterator[Problem]:
    needed, metadata = kind.offers, source.metadata
    if not metadata:
        return
    if needed and not metadata.get(needed):
        yield source.problem(("metadata", needed), "is missing", f"a {kind.name} task needs it", code="missing")
    for key in {"labels", "options"} - {needed}:
        if metadata.get(key):
            yield source.problem(("metadata", key), f"has no effect on a {kind.name} task", "remove it")
    labels = metadata.get("labels")
    if isinstance(labels, list) and all(isinstance(label, str) for label in labels):
        for number, what in alike(labels):
            hint = "give labels that differ in more than case and blanks"
            yield source.problem(("metadata", "labels", number), what, hint, code="duplicate")
    name = metadata.get("derive")
    if name in derivations():
        own = derivation(name).labels
        if needed == "labels" and isinstance(labels, list) and set(map(str, labels)) != set(own):
            hint = f"write [{', '.join(own)}], in any order"
            yield source.problem(("metadata", "labels"), f"are not those of the derivation '{name}'", hint)
    wanted = kind.derived_by
    if wanted is not None and name != wanted:
        what, hint = f"a {kind.name} task is derived by {wanted}", f"write {wanted}"
        yield source.problem(("metadata", "derive"), what, hint, found=name)


def alike(choices: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Find choices that are ambiguous: of equal text, or one the beginning of another.

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
