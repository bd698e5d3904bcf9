"""What was asked of one item, what was said, and how it was read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import FiniteFloat

from harness.record.base import Model

Status = Literal["ok", "unparsed", "refused", "empty", "echo", "truncated", "filtered", "missing"]
Language = Literal["en", "es", "de", "zh", "hi", "ko", "ar"]
Finish = Literal["stop", "length", "content_filter", "refusal"]


ItemScores = Mapping[str, float | None]


class Answer(Model):
    """What a model (or a baseline) said to one item, before any parsing: a text, or one log-likelihood a choice.

    Attributes:
        text: the answer itself; None where log-likelihoods were asked for, or nothing arrived.
        loglikelihoods: of each choice.
        reasoning: what the model thought before it answered, where its provider hands that over apart.
        finish: how the answer ended, as the provider says; None where it says nothing.
        missing: why no answer arrived; None where one did.
        prompt_tokens: tokens of the prompt, as the provider counted them.
        answer_tokens: tokens of answer and reasoning, as the provider counted them.
    """

    text: str | None = None
    loglikelihoods: tuple[FiniteFloat, ...] | None = None
    reasoning: str | None = None
    finish: Finish | None = None
    missing: str | None = None
    prompt_tokens: int | None = None
    answer_tokens: int | None = None


class ContentFree(Model):
    """What a model said to a prompt with `token` in place of its values: a log-likelihood for each choice."""

    token: str
    loglikelihoods: tuple[FiniteFloat, ...]


class Parsed(Model):
    """How an answer was read.

    Attributes:
        status: `unparsed`, `refused`, `empty`, `echo` (only the prompt's own words), `truncated` (cut off by the token
            limit before anything readable) and `filtered` (stopped by the provider's content filter) are counted apart
            and scored as wrong; a `missing` answer never arrived and is not scored at all.
        labels: the labels named; empty for descriptions.
        text: the description without thought, markup and frames; None for labels.
        numbers: the numbers stated: a share for each choice, a confidence in [0, 1], or valence and arousal.
        reason: why a text is unparsed, where its form says so; left out where there is none.
        removed: markup and frames ("Sure! Here is ...") removed from a description.
    """

    status: Status
    labels: tuple[str, ...] = ()
    text: str | None = None
    numbers: tuple[FiniteFloat, ...] = ()
    reason: str | None = None
    removed: tuple[str, ...] = ()


class Item(Model):
    """What was given and what is true: one row of the VA features dataset, or a question derived from several.

    Attributes:
        item_id: stable salted hash.
        cluster_id: items that are not independent share it.
        valence: in [-1, 1]; the mean of `points` where several are shown.
        arousal: in [-1, 1], likewise.
        dominance: in [-1, 1]; None where the source has none.
        labels: true labels.
        label_weights: annotator votes / max vote, one a label; None where one annotator labelled.
        annotator_labels: each annotator's own labels; None where one annotator labelled, or they are unknown.
        references: texts that describe the item.
        choices: the labels that the prompt offers; empty where it offers none.
        shares: the true share of each choice, where shares are asked for; they sum to 1.
        statement: a word or a sentence that the prompt shows.
        points: valence and arousal of several items or moments, in the order shown.
        condition: which variant of the question this is; None where there is one.
        difference: how far apart two values to compare are, in [0, 2].
        language: of the prompt; its words for the labels are read besides the English ones.
        steps: whether the answer is the last line after a step-by-step text.
    """

    item_id: str
    cluster_id: str
    valence: FiniteFloat
    arousal: FiniteFloat
    dominance: FiniteFloat | None = None
    labels: tuple[str, ...] = ()
    label_weights: tuple[FiniteFloat, ...] | None = None
    annotator_labels: tuple[tuple[str, ...], ...] | None = None
    references: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    shares: tuple[FiniteFloat, ...] | None = None
    statement: str | None = None
    points: tuple[tuple[FiniteFloat, FiniteFloat], ...] = ()
    condition: str | None = None
    difference: FiniteFloat | None = None
    language: Language = "en"
    steps: bool = False

    @property
    def truth(self) -> str:
        """What is true, for a reader: labels where choices or several points were shown, otherwise references."""
        return ", ".join(self.labels) if self.choices or self.points else " | ".join(self.references)


class Sample(Model):
    """One item of one task: what was asked, said, understood and scored.

    Attributes:
        item: what was given and what is true.
        prompt: the whole text sent, after few-shot examples and chat template.
        request_hash: SHA-256 over everything that decided the answer: request type, prompt, choices or generation
            arguments.
        answer: the raw answer.
        parsed: how it was read.
        scores: per-item scores, for example `correct` or `cosine`; None where the item has no value.
        repeats: the raw answers beyond the first, where each item was answered several times.
        repeat_scores: per-item scores of those, only where they need more than the answer (embeddings).
        content_free: the answers to the prompt without content that calibrate this and all further items that offer the
            same choices; held by the first of them, empty where none were asked.
    """

    item: Item
    prompt: str
    request_hash: str
    answer: Answer
    parsed: Parsed
    scores: dict[str, FiniteFloat | None]
    repeats: tuple[Answer, ...] = ()
    repeat_scores: tuple[dict[str, FiniteFloat | None], ...] = ()
    content_free: tuple[ContentFree, ...] = ()
