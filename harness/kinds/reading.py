"""Parsing of an answer as lm-eval returns it: a text or log-likelihoods."""

from __future__ import annotations

import math
from collections.abc import Sequence

from harness.kinds.base import Kind
from harness.record import Answer, Finish, Item, Parsed, Status
from harness.text.echo import is_echo
from harness.text.native import in_english, last_answer
from harness.text.next_question import before_next
from harness.text.reasoning import separate
from harness.text.refusals import unparsed
from va_extractor.common.errors import InputError

_STOPPED: dict[Finish | None, Status] = {"content_filter": "filtered", "refusal": "refused"}


def read(kind: Kind, item: Item, answer: Answer, prompt: str = "") -> Parsed:
    """Parse `answer` to `item`.

    Thought is separated first. Of an answer in steps, only the last line is parsed. Label words in the prompt's
    language are translated to English. The provider's finish reason decides the status, except that a text cut off by
    the token limit is parsed if possible. A thought without an end is `truncated`. What looks like a thought of an
    unknown format is `unparsed`, with the reason. Where a model goes on to a question of its own after its answer, only
    the answer is read. A description that only repeats words of `prompt` is an echo.
    """
    if answer.missing is not None:
        return Parsed(status="missing")
    if answer.finish in _STOPPED:
        return Parsed(status=_STOPPED[answer.finish])
    if answer.loglikelihoods is not None:
        return kind.choose(item, answer.loglikelihoods)
    parsed = _answered(kind, item, answer, prompt)
    if kind.measured and parsed.text is not None and is_echo(parsed.text, prompt):
        return Parsed(status="echo")
    return parsed


def _answered(kind: Kind, item: Item, answer: Answer, prompt: str) -> Parsed:
    reply = separate(answer.text or "")
    if reply.unknown is not None:
        return Parsed(status="unparsed", reason=f"looks like a thought in an unknown format: {reply.unknown}")
    first = before_next(reply.answer, prompt)
    if first is not None and not first.endswith(":") and kind.is_bare(item, first.partition("\n")[0]):
        parsed = _read_text(kind, item, first)
        if parsed.status == "ok":
            return parsed
    parsed = _read_text(kind, item, reply.answer)
    if (reply.cut_off or answer.finish == "length") and parsed.status in ("unparsed", "empty"):
        return Parsed(status="truncated")
    return parsed


def _read_text(kind: Kind, item: Item, text: str) -> Parsed:
    final = last_answer(text, item.language) if item.steps else text
    said = text if final is None else final
    if item.choices and item.language != "en":
        said = in_english(said, item.choices, item.language) or said
    if final is None and not _without_steps(kind, item, said):
        return unparsed(text, refusable=True)
    return kind.read(item, said)


def _without_steps(kind: Kind, item: Item, said: str) -> bool:
    """Return whether a model left the steps out and answered in one line."""
    lines = said.splitlines()
    return len(lines) == 1 and kind.is_bare(item, lines[0])


def to_answer(results: Sequence[str | tuple[float, bool] | Answer | None]) -> Answer:
    """Convert results of lm-eval: a text (None if a server sent none), or (log-likelihood, greedy) pairs.

    An `Answer` of our own back ends is returned unchanged; if one choice is missing, the answer is missing. Half a
    surrogate pair at the end of a cut-off answer becomes a question mark, because no file can hold it.

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
            hint = "give the model more precision, for example --model_args dtype=float32"
            raise InputError("a log-likelihood is not finite", code="range", found=score, hint=hint)
    return Answer(loglikelihoods=scores)
