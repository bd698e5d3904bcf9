"""Whether prompts render on every row, show valence and arousal, and keep the answer to themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.kinds.derive import NAMES, derivation
from harness.tasks.documents import Doc, nearest
from harness.tasks.prompts import sandbox
from harness.tasks.safety import in_template
from harness.tasks.yamlfile import Finding, Function, Source

GIVEN = ("valence", "arousal", "dominance", "choices")
DERIVED = ("statement", "points")
ANSWER = (
    *("labels", "label_weights", "annotator_labels", "references", "target"),
    *("item_id", "cluster_id", "reference_kind", "condition"),
)
PROMPT = "prompt"
_COLUMNS = tuple(Doc.__annotations__)
SHOWN = ("description", "doc_to_text", "gen_prefix")


def static(source: Source) -> Iterator[Finding]:
    """Find names in the templates that are no columns, or are the answer; and prompts that hide what is given."""
    used: set[str] = set()
    shows, given = _given(source)
    if source.values.get("dataset_kwargs"):
        given = (*given, PROMPT)
    for key, text in sandbox.template_texts(source.values):
        if isinstance(text, Function) or key not in SHOWN:
            continue
        try:
            taken = names(text)
        except sandbox.BadTemplateError:
            continue
        used |= taken
        for name in sorted(taken - set(given)):
            yield _name(source, key, text, name, given)
    prompt = source.values.get("doc_to_text")
    if PROMPT in used:
        return
    if isinstance(prompt, str) and not isinstance(prompt, Function) and _allowed(prompt):
        for name in shows:
            if name not in used:
                shown = f"'%.2f' | format({name})" if name in GIVEN else name
                what, mend = f"the prompt does not show {name}", f"put {{{{ {shown} }}}} in it"
                yield source.finding(("doc_to_text",), what, mend, error=not used & set(shows))


def _given(source: Source) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the columns that a prompt must show, and all that it may; others are the answer or are not there."""
    metadata = source.values.get("metadata")
    name = metadata.get("derive") if isinstance(metadata, dict) else None
    if name not in NAMES:
        return ("valence", "arousal"), GIVEN
    shows = derivation(name).shows
    return shows, (*shows, *(set(GIVEN) - {"valence", "arousal"}))


def rendered(source: Source, docs: Sequence[Doc], max_characters: int) -> Iterator[Finding]:
    """Render every prompt; report the first row that fails, and how many do.

    Args:
        source: the YAML.
        docs: every document asked.
        max_characters: how long a prompt may be.
    """
    for key, text in sandbox.template_texts(source.values):
        if isinstance(text, Function) or key not in SHOWN or not _known(text):
            continue
        faults: list[tuple[int, str]] = []
        lengths: list[tuple[int, int]] = []
        for row, doc in enumerate(docs):
            try:
                lengths.append((len(shown(text, doc)), row))
            except sandbox.BadTemplateError as fault:
                faults.append((row, _why(text, doc) or str(fault)))
        if faults:
            what = (
                f"does not render on {len(faults)} of {len(docs)} items, first on item {faults[0][0]}: {faults[0][1]}"
            )
            yield source.finding((key,), what, "take columns that every item has")
        longest, row = max(lengths, default=(0, 0))
        if longest > max_characters:
            what = f"the prompt of item {row} has {longest} characters, more than {max_characters}"
            yield source.finding((key,), what, "shorten it, or raise --max-prompt")


def names(text: str) -> frozenset[str]:
    """Return the columns that a template takes, or the one whose bare name it is.

    Raises:
        BadTemplateError: it is refused.
    """
    return frozenset({text}) if text in _COLUMNS else sandbox.names(text)


def shown(text: str, doc: Doc) -> str:
    """Return what lm-eval makes of a template, which may be the bare name of a column.

    Raises:
        BadTemplateError: it does not render.
    """
    return str(dict(doc)[text]) if text in _COLUMNS else sandbox.render(text, doc)


def _name(source: Source, key: str, text: str, name: str, given: Sequence[str]) -> Finding:
    line = next((number for number, row in enumerate(text.split("\n"), start=1) if name in row), 1)
    if name in (*ANSWER, *GIVEN):
        return in_template(source, key, f"{name} gives the answer away", f"use {', '.join(given)} only", line)
    if name == PROMPT:
        return in_template(source, key, "there is no prompt", "say in dataset_kwargs.asks what is asked", line)
    what = f"there is no column {name!r}{nearest(name, given)}"
    return in_template(source, key, what, f"the columns are {', '.join(given)}", line)


def _allowed(text: str) -> bool:
    try:
        sandbox.check(text)
    except sandbox.BadTemplateError:
        return False
    return True


def _known(text: str) -> bool:
    """Tell whether a template is allowed and takes columns that there are; where not, that is a finding already."""
    return text in _COLUMNS or (_allowed(text) and sandbox.names(text) <= set(_COLUMNS))


def _why(text: str, doc: Doc) -> str | None:
    """Name the column that has no value, where that is why."""
    empty = [name for name in sorted(sandbox.names(text)) if name in GIVEN and dict(doc).get(name, 0) is None]
    return f"the features have no {empty[0]} there" if empty else None
