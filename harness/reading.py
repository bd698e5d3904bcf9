"""Reading an answer in whatever form it came: text or log-likelihoods, of any kind of question."""

from __future__ import annotations

from harness.kinds import Kind
from harness.parsing import parse_description, parse_label, parse_labels
from leaderboard.schema import Answer, Item, Parsed


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
