"""Whether prompts render on every item, show valence and arousal, follow the axes, and do not give the answer away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import ValidationError

from harness.kinds.derive import derivation
from harness.kinds.derive import names as derivations
from harness.tasks.documents import COLUMNS, Document
from harness.tasks.prompts import sandbox
from harness.tasks.prompts.axes import NEEDS, Axes
from harness.tasks.prompts.languages import language_of
from harness.tasks.prompts.ready import READY
from harness.tasks.safety import in_template
from harness.tasks.yamlfile import Function, Source
from va_extractor.common.errors import Problem, nearest

GIVEN = ("valence", "arousal", "dominance", "choices")
ANSWER = (
    *("labels", "label_weights", "annotator_labels", "references", "target"),
    *("item_id", "cluster_id", "reference_kind", "condition"),
)
VALUES = "values"
"""The ready string with the values of an item."""
_COLUMNS = (*COLUMNS, *ANSWER)
PROMPT = "doc_to_text"


def problems(source: Source) -> Iterator[Problem]:
    """Find names in templates that are no column or give the answer away, and prompts that do not show the values."""
    used: set[str] = set()
    shows, given = _given(source)
    for key, text in sandbox.template_texts(source.values):
        if key != PROMPT or not _allowed(text):
            continue
        taken = names(text)
        used |= taken
        for name in sorted(taken - set(given)):
            yield _name(source, key, text, name, given)
    prompt = source.values.get("doc_to_text")
    if VALUES not in used and isinstance(prompt, str) and not isinstance(prompt, Function) and _allowed(prompt):
        for name in shows:
            if name not in used:
                form = f"'%.2f' | format({name})" if name in GIVEN else name
                what, hint = f"the prompt does not show {name}", f"put {{{{ {form} }}}} in it"
                yield source.problem(("doc_to_text",), what, hint, code="missing", remark=bool(used & set(shows)))


def _given(source: Source) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the columns that a prompt must show, and all that it may use."""
    name = source.metadata.get("derive")
    shows = derivation(name).shows if name in derivations() else ("valence", "arousal")
    hidden = {"valence", "arousal"} - set(shows)
    given = (*shows, *(column for column in GIVEN if column not in shows and column not in hidden))
    ready = READY - {VALUES, "examples"} if hidden else READY
    return shows, (*given, *sorted(ready))


def of_axes(source: Source) -> Iterator[Problem]:
    """Find axes that the prompt does not follow."""
    stated = source.metadata.get("axes")
    if not stated:
        return
    try:
        axes = Axes.model_validate(stated)
    except ValidationError:
        return  # `shape` reports it
    prompt = source.values.get("doc_to_text")
    if axes.language != "en" and isinstance(prompt, str) and language_of(prompt) not in (axes.language, None):
        what = f"the prompt is not in {axes.language}, the language of metadata.axes"
        yield source.problem(("doc_to_text",), what, "write it in that language (docs/axes.md)")
    printed = sandbox.names(prompt) if isinstance(prompt, str) and _allowed(prompt) else READY
    for name in axes.changed:
        if (needed := NEEDS.get(name, "values")) not in printed:
            what, hint = f"the prompt prints no {{{{ {needed} }}}}", "print it in doc_to_text (docs/axes.md)"
            yield source.problem(("metadata", "axes", name), what, hint, code="unsupported")


def rendered(source: Source, docs: Sequence[Document], max_characters: int) -> Iterator[Problem]:
    """Render every prompt; report the first item that fails and how many do.

    Args:
        source: the YAML.
        docs: every document asked.
        max_characters: how long a prompt may be.
    """
    for key, text in sandbox.template_texts(source.values):
        if key != PROMPT or not _allowed(text) or not names(text) <= set(COLUMNS):
            continue
        faults: list[tuple[int, str]] = []
        lengths: list[tuple[int, int]] = []
        for row, doc in enumerate(docs):
            try:
                lengths.append((len(shown(text, doc)), row))
            except sandbox.BadTemplateError as fault:
                faults.append((row, _why(text, doc) or str(fault)))
        if faults:
            row, why = faults[0]
            what = f"does not render on {len(faults)} of {len(docs)} items, first on item {row}: {why}"
            yield source.problem((key,), what, "use columns that every item has", code="missing")
        longest, row = max(lengths, default=(0, 0))
        if longest > max_characters:
            what = f"the prompt of item {row} has {longest} characters, more than {max_characters}"
            yield source.problem((key,), what, "shorten it, or raise --max-prompt", code="limit")


def names(text: str) -> frozenset[str]:
    """Return the columns that a template uses, or the one whose bare name it is.

    Raises:
        BadTemplateError: it is refused.
    """
    return frozenset({text}) if text in _COLUMNS else sandbox.names(text)


def shown(text: str, doc: Document) -> str:
    """Return what lm-eval renders of a template, which may be the bare name of a column.

    Raises:
        BadTemplateError: it does not render.
    """
    return str(doc[text]) if text in COLUMNS else sandbox.render(text, doc)


def _name(source: Source, key: str, text: str, name: str, given: Sequence[str]) -> Problem:
    line = next((number for number, row in enumerate(text.split("\n"), start=1) if name in row), 1)
    if name in (*ANSWER, *GIVEN, *READY):
        hint = f"use only {', '.join(given)}"
        return in_template(source, key, f"{name} gives the answer away", hint, line, code="conflict")
    hint = nearest(name, given, f"the columns are {', '.join(given)}")
    return in_template(source, key, f"there is no column {name!r}", hint, line, code="unknown")


def _allowed(text: str) -> bool:
    """Return whether the sandbox takes a template; `safety` reports where it does not."""
    try:
        sandbox.check(text)
    except sandbox.BadTemplateError:
        return False
    return True


def _why(text: str, doc: Document) -> str | None:
    """Name the column that has no value, where that is why."""
    empty = [name for name in sorted(sandbox.names(text)) if name in GIVEN and doc.get(name, 0) is None]
    return f"the features have no {empty[0]} there" if empty else None
