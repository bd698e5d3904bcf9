"""The numbers of one task."""

from __future__ import annotations

from pydantic import Field, FiniteFloat

from harness.record.base import Model


class Interval(Model):
    """A 95 % confidence interval [low, high] and its method; `draws` and `seed` are None if nothing was drawn."""

    low: FiniteFloat
    high: FiniteFloat
    method: str
    draws: int | None
    seed: int | None


class NormalizedScore(Model):
    """Where a score lies between knowing nothing of the item (0) and the best predictor from VA (1).

    Attributes:
        value: (score - floor) / (ceiling - floor); None where the data allow none.
        reason: why there is no value, or no interval.
        note: why the interval is to be read with care; None where nothing speaks against it.
        interval: from the same draws for all three; None where there is none.
        floor: the best answer without knowledge of the item: a constant one, `chance` (uniformly random ones) or
            `shuffled` (the ceiling's answers to other items); None where none has a value.
        ceiling: the predictor from valence and arousal, never fitted on the item it answers, that scores best; None
            where no predictor has a value.
        floor_value: the floor's own score; None without a value.
    """

    value: FiniteFloat | None
    floor_value: FiniteFloat | None = None
    reason: str | None = None
    note: str | None = None
    interval: Interval | None = None
    floor: str | None
    ceiling: str | None


class Sampling(Model):
    """Noise of a sampling model in one metric: error² = item_sd² + sampling_sd² / repeats.

    The standard deviations are None where items form one cluster or too few draws have a value.

    Attributes:
        repeats: how often each item was answered.
        values: the metric in each repeat; their mean is the score.
        error: standard error of that mean, over other items and other answers.
        sampling_sd: how much one repeat on the same items varies.
        item_sd: the part of `error` that would stay with unlimited repeats.
        share_sampling: the share of error² that comes from sampling; None where there is no error.
    """

    repeats: int
    values: tuple[FiniteFloat, ...]
    error: FiniteFloat | None = None
    sampling_sd: FiniteFloat | None = None
    item_sd: FiniteFloat | None = None
    share_sampling: FiniteFloat | None = None


class Score(Model):
    """One metric of one task.

    Attributes:
        value: None where the data allow none; then `reason` says why.
        reason: why there is no value or no interval.
        note: why the interval is to be read with care; None where nothing speaks against it.
        interval: Wilson's for a proportion of independent items, else the interval over clusters that was found to
            cover best for this metric; None where there is none.
        chance: what uniformly random answers score on the same items; None where that has no meaning.
        higher_is_better: None for a metric that only describes.
        baselines: what each baseline scores on the same items.
        ceilings: what each predictor that learned from valence and arousal scores on them, and what looking up the
            items' own labels by their two numbers does (`lookup`, in sample: a bound, no prediction).
        normalized_score: between floor and ceiling; None for a metric that only describes.
        sampling: sampling noise and item noise; None where each item was answered once.
    """

    value: FiniteFloat | None
    reason: str | None = None
    note: str | None = None
    interval: Interval | None = None
    chance: FiniteFloat | None = None
    higher_is_better: bool | None = None
    baselines: dict[str, FiniteFloat | None] = Field(default_factory=dict)
    ceilings: dict[str, FiniteFloat | None] = Field(default_factory=dict)
    normalized_score: NormalizedScore | None = None
    sampling: Sampling | None = None


class ClassScore(Model):
    """One label's precision, recall and F1 (None where 0/0), and how many items carry it."""

    precision: FiniteFloat | None
    recall: FiniteFloat | None
    f1: FiniteFloat | None
    support: int


class Confusion(Model):
    """Counts of answers (columns: `labels`, then answers that named none) by truth (rows: `labels`)."""

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


class Bias(Model):
    """How answers lean: how often each label was answered and was true, and the most over-used one.

    Attributes:
        answered: answers that name each label.
        true: items that carry each label.
        most_overused: the label whose share of answers is farthest above its share of the truth; None where none is.
    """

    answered: dict[str, int]
    true: dict[str, int]
    most_overused: str | None


class ReliabilityBin(Model):
    """Items whose likeliest label has a probability in (low, high]: their mean probability, and how often it is right.

    Both None where there are no such items.
    """

    low: FiniteFloat
    high: FiniteFloat
    items: int
    confidence: FiniteFloat | None
    accuracy: FiniteFloat | None


class AnswerCounts(Model):
    """How many answers fell in each class, and the rates of three that are scored as wrong.

    Attributes:
        ok: read.
        unparsed: without a label that could be read.
        refused: declined, by the model's words or by its provider.
        empty: without any text.
        unparsed_rate: share of the answers that arrived; 0 where none did.
        refused_rate: likewise.
        empty_rate: likewise.
        echo: descriptions in the prompt's own words only; scored as wrong.
        truncated: cut off by the token limit before anything readable; scored as wrong.
        filtered: stopped by the provider's content filter; scored as wrong.
        missing: never arrived; not scored.
        cut_off: ended by the token limit, readable or not.
    """

    ok: int
    unparsed: int
    refused: int
    empty: int
    unparsed_rate: FiniteFloat
    refused_rate: FiniteFloat
    empty_rate: FiniteFloat
    echo: int = 0
    truncated: int = 0
    filtered: int = 0
    missing: int = 0
    cut_off: int = 0

    @property
    def not_parsed(self) -> int:
        """How many answers arrived and are scored as wrong since nothing could be read."""
        return self.unparsed + self.refused + self.empty + self.echo + self.truncated + self.filtered
