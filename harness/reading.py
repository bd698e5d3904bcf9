"""Taking an answer as lm-eval hands it over, text or log-likelihoods, and reading it as its kind of question asks."""

from __future__ import annotations

import math
from collections.abc import Sequence

from harness.kinds import Kind
from harness.parsing import parse_description, parse_label, parse_labels
from leaderboard.schema import Answer, Item, Parsed
from va_extractor.errors import InputError


def read(kind: Kind, item: Item, answer: Answer) -> Parsed:
    """Read `answer` to `item`.

    From log-likelihoods the single label is the highest (the first of equals); a ranking names no label by itself.
    """
    if answer.loglikelihoods is not None:
        if kind is Kind.RANKING:
            return Parsed(status="ok")
        best = max(range(len(item.choices)), key=answer.loglikelihoods.__getitem__)
        return Parsed(status="ok", labels=(item.choices[best],))
    text = answer.text or ""
    match kind:
        case Kind.SINGLE_LABEL | Kind.CHOICE:
            return parse_label(text, item.choices)
        case Kind.MULTI_LABEL | Kind.RANKING:
            return parse_labels(text, item.choices)
        case Kind.DESCRIPTION:
            return parse_description(text)


def to_answer(results: Sequence[str | tuple[float, bool] | Answer | None]) -> Answer:
    """Turn what lm-eval hands over, a text (None where a server sent none) or (log-likelihood, greedy) pairs.

    Our own back ends hand over an `Answer`, which passes as it is.

    Half a surrogate pair, which a cut-off server answer may end in and no file can hold, becomes a question mark.

    Raises:
        InputError: a log-likelihood is NaN or infinite.
    """
    first = results[0]
    if isinstance(first, Answer):
        return first
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
