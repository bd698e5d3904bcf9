"""Make samples: parse answers and score them by item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from harness.kinds import Answered, Centroids, Kind
from harness.kinds.measures import PARTS, Instruments, Part
from harness.kinds.reading import read, to_answer
from harness.record import Answer, ContentFree, Item, ItemScores, Parsed, Sample
from harness.scoring.baselines.names import CONSTANT

if TYPE_CHECKING:
    from harness.models.lm_eval import Asked
    from harness.scoring.anchors import Anchor


def make_samples(
    kind: Kind,
    asked: Sequence[Asked],
    by: Instruments | None,
    again: Sequence[Sequence[Asked]] = (),
    content_free: Mapping[tuple[str, ...], tuple[ContentFree, ...]] = MappingProxyType({}),
) -> list[Sample]:
    """Parse and score the answers.

    Args:
        kind: of question.
        asked: n documents with their raw results.
        by: instruments that score descriptions; None for other kinds.
        again: the same n documents with the results of each further repeat.
        content_free: log-likelihoods of each list of choices in prompts without content.

    Returns:
        n samples, in the same order.
    """
    answers = [to_answer(one.results) for one in asked]
    items = [one.doc["item"] for one in asked]
    firsts = {item.choices: row for row, item in reversed(list(enumerate(items)))}
    prompts = [one.prompt for one in asked]
    parsed, scores = judge(kind, items, answers, by, prompts=prompts)
    repeats = [[to_answer(one.results) for one in repeat] for repeat in again]
    repeat_scores = [judge(kind, items, given, by, prompts=prompts)[1] for given in repeats] if kind.measured else []
    return [
        Sample(
            item=items[row],
            prompt=asked[row].prompt,
            request_hash=asked[row].request_hash,
            answer=answers[row],
            parsed=parsed[row],
            scores=dict(scores[row]),
            repeats=tuple(given[row] for given in repeats),
            repeat_scores=tuple(dict(rows[row]) for rows in repeat_scores),
            content_free=content_free.get(items[row].choices, ()) if firsts[items[row].choices] == row else (),
        )
        for row in range(len(asked))
    ]


def judge(
    kind: Kind,
    items: Sequence[Item],
    answers: Sequence[Answer],
    by: Instruments | None,
    parts: frozenset[Part] = PARTS,
    *,
    prompts: Sequence[str] | None = None,
) -> tuple[list[Parsed], list[ItemScores]]:
    """Parse and score n answers.

    A missing answer has no scores and does not affect others. Descriptions get the scores of `parts` only.
    Baselines see no `prompts`.
    """
    shown = prompts or [""] * len(items)
    parsed = [read(kind, *one) for one in zip(items, answers, shown, strict=True)]
    if not kind.measured:
        pairs = zip(items, parsed, strict=True)
        return parsed, [{} if one.status == "missing" else kind.scores(item, one) for item, one in pairs]
    if by is None:
        raise ValueError("descriptions are scored with instruments")
    there = [row for row, one in enumerate(parsed) if one.status != "missing"]
    scores: list[ItemScores] = [{} for _ in parsed]
    if there:
        found = kind.measure([items[row] for row in there], [parsed[row].text for row in there], by, parts)
        for row, one in zip(there, found, strict=True):
            scores[row] = one
    return parsed, scores


def whole(samples: Sequence[Sample]) -> list[int]:
    """Return the rows of the samples with all answers, including repeats."""
    return [
        row
        for row, one in enumerate(samples)
        if one.answer.missing is None and all(answer.missing is None for answer in one.repeats)
    ]


def only(samples: Sequence[Sample], rows: Sequence[int]) -> list[Sample]:
    """Return some of the samples.

    Answers without content are stored in the first sample that offers their choices; copy them if it is left out.
    """
    free = {one.item.choices: one.content_free for one in samples if one.content_free}
    chosen = [samples[row] for row in rows]
    return [one.model_copy(update={"content_free": free.get(one.item.choices, ())}) for one in chosen]


def answered(samples: Sequence[Sample]) -> list[Answered]:
    """Return the items with the model's (first) answers."""
    free = {one.item.choices: one.content_free for one in samples if one.content_free}
    return [
        Answered(one.item, one.answer, one.parsed, one.scores, _loglikelihoods(free.get(one.item.choices, ())))
        for one in samples
    ]


def answered_again(kind: Kind, samples: Sequence[Sample]) -> list[list[Answered]]:
    """Return the items with the model's answers in each further repeat."""
    return [
        [
            Answered(
                one.item,
                given,
                read(kind, one.item, given, one.prompt),
                one.repeat_scores[index] if one.repeat_scores else {},
            )
            for one in samples
            for given in [one.repeats[index]]
        ]
        for index in range(len(samples[0].repeats))
    ]


def placed(answered: list[Answered], centroids: Centroids | None) -> list[Answered]:
    """Return the same answers, with the places of their labels."""
    return answered if centroids is None else [replace(one, centroids=centroids) for one in answered]


def answered_by(name: str, anchor: Anchor, kind: Kind, samples: Sequence[Sample]) -> list[Answered]:
    """Return the items with the answers of the baseline or ceiling `name`."""
    calibrated = any(one.content_free for one in samples)
    known: dict[tuple[str | None, tuple[str, ...]], Parsed] = {}

    def parsed(item: Item, answer: Answer) -> Parsed:
        """Read equal answers to equal choices once."""
        key = answer.text, item.choices
        if not kind.names_labels or answer.text is None:
            return read(kind, item, answer)
        if key not in known:
            known[key] = read(kind, item, answer)
        return known[key]

    return [
        Answered(
            one.item, answer, parsed(one.item, answer), scores, _without_content(name, answer) if calibrated else ()
        )
        for one, answer, scores in zip(samples, anchor.answers, anchor.scores, strict=True)
    ]


def _without_content(name: str, answer: Answer) -> tuple[tuple[float, ...], ...]:
    """Return a baseline's log-likelihoods without content: its usual ones if it is constant, else equal ones."""
    if answer.loglikelihoods is None:
        return ()
    return (answer.loglikelihoods if name in CONSTANT else (0.0,) * len(answer.loglikelihoods),)


def _loglikelihoods(given: Sequence[ContentFree]) -> tuple[tuple[float, ...], ...]:
    return tuple(one.loglikelihoods for one in given)
