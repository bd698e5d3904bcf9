"""Taking an answer as lm-eval hands it over, text or log-likelihoods, and reading it as its kind of question asks."""

from __future__ import annotations

import math
from collections.abc import Sequence

from harness.kinds import form
from harness.record import Answer, Finish, Item, Parsed, Status
from harness.record.kinds import Kind
from harness.text.labels import is_label, parse_description, parse_label, parse_labels, unread, visible
from harness.text.native import in_english, last_answer
from va_extractor.common.errors import InputError

_STOPPED: dict[Finish | None, Status] = {"content_filter": "filtered", "refusal": "refused"}


def read(kind: Kind, item: Item, answer: Answer) -> Parsed:
    """Read `answer` to `item`.

    From log-likelihoods the single label is the highest (the first of equals); a ranking names no label by itself.
    Of an answer in steps only the last line is read; words for labels in the prompt's language are read as English.
    What the provider says of an answer's end comes before its text, except that a text cut off by the token limit is
    read where it can be.
    """
    if answer.missing is not None:
        return Parsed(status="missing")
    if answer.finish in _STOPPED:
        return Parsed(status=_STOPPED[answer.finish])
    if answer.loglikelihoods is not None:
        if kind is Kind.RANKING:
            return Parsed(status="ok")
        best = max(range(len(item.choices)), key=answer.loglikelihoods.__getitem__)
        return Parsed(status="ok", labels=(item.choices[best],))
    parsed = _read_text(kind, item, answer.text or "")
    if answer.finish == "length" and parsed.status in ("unparsed", "empty"):
        return Parsed(status="truncated")
    return parsed


def _read_text(kind: Kind, item: Item, text: str) -> Parsed:
    final = last_answer(visible(text), item.language) if item.steps else text
    said = text if final is None else final
    if kind is not Kind.DESCRIPTION and item.language != "en":
        said = in_english(visible(said), item.choices, item.language) or said
    if final is None and not _without_steps(kind, said, item):
        return unread(text, refusable=True)
    found = form(kind)
    if found is not None:
        return found.read(item, said)
    match kind:
        case Kind.SINGLE_LABEL | Kind.CHOICE:
            return parse_label(said, item.choices)
        case Kind.MULTI_LABEL | Kind.RANKING:
            return parse_labels(said, item.choices)
        case Kind.DESCRIPTION:
            return parse_description(said)
    raise ValueError(f"nothing reads answers of kind {kind}")


def _without_steps(kind: Kind, said: str, item: Item) -> bool:
    """Tell whether a model left the steps out and answered at once, in one line that is nothing but the answer."""
    lines = visible(said).splitlines()
    if len(lines) != 1:
        return False
    return kind not in (Kind.SINGLE_LABEL, Kind.CHOICE) or is_label(lines[0], item.choices)


def to_answer(results: Sequence[str | tuple[float, bool] | Answer | None]) -> Answer:
    """Turn what lm-eval hands over, a text (None where a server sent none) or (log-likelihood, greedy) pairs.

    Our own back ends hand over an `Answer`, which passes as it is; of several choices one that is missing counts.

    Half a surrogate pair, which a cut-off server answer may end in and no file can hold, becomes a question mark.

    Raises:
        InputError: a log-likelihood is NaN or infinite.
    """
    first = results[0]
    for one in results:
        if isinstance(one, Answer) and (one.missing is not None or one is first):
            return one
    if first is None or isinstance(first, str):
        return Answer(text=(first or "").encode(errors="replace").decode())
    scores = tuple(float(pair[0]) for pair in results if isinstance(pair, tuple))
    for score in scores:
        if not math.isfinite(score):
            raise InputError(
                f"the model gave a log-likelihood of {score}, which cannot be ranked; give it more precision, for "
                "example --model_args dtype=float32"
            )
    return Answer(loglikelihoods=scores)
