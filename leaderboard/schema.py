"""The run record: what `harness` writes and `leaderboard` reads.

A run is a folder: `run.json` (one `RunRecord`) and `samples/<task>.jsonl` (one `Sample` a line). Every number in
`run.json` can be computed again from the samples alone. The JSON Schemas of both stand in `docs/`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

SCHEMA_VERSION = "1.0"

Status = Literal["ok", "unparsed", "refused", "empty"]
KindName = Literal["single_label", "choice", "multi_label", "ranking", "description"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Answer(_Model):
    """What a model (or a baseline) said to one item, before any parsing: a text, or one log-likelihood a choice."""

    text: str | None = None
    loglikelihoods: tuple[FiniteFloat, ...] | None = None


class Parsed(_Model):
    """How an answer was read.

    Attributes:
        status: `unparsed`, `refused` and `empty` answers are counted apart and scored as wrong.
        labels: the labels named; empty for descriptions.
        text: the description without reasoning and surrounding space; None for labels.
    """

    status: Status
    labels: tuple[str, ...] = ()
    text: str | None = None


class Item(_Model):
    """What was given and what is true, copied from the VA features dataset.

    Attributes:
        item_id: stable salted hash.
        cluster_id: items that are not independent share it.
        valence: in [-1, 1].
        arousal: in [-1, 1].
        dominance: in [-1, 1]; None where the source has none.
        labels: annotated category labels.
        label_weights: annotator votes / max vote, one a label; None where one annotator labelled.
        references: texts that describe the item.
        choices: the labels the prompt offers; empty for descriptions.
    """

    item_id: str
    cluster_id: str
    valence: FiniteFloat
    arousal: FiniteFloat
    dominance: FiniteFloat | None = None
    labels: tuple[str, ...]
    label_weights: tuple[FiniteFloat, ...] | None = None
    references: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()


class Sample(_Model):
    """One item of one task: what was asked, said, understood and scored.

    Attributes:
        item: what was given and what is true.
        prompt: the whole text sent, after few-shot examples and chat template.
        request_hash: SHA-256 over everything that decided the answer: request type, prompt, choices or generation
            arguments.
        answer: the raw answer.
        parsed: how it was read.
        scores: per-item scores, for example `correct` or `cosine`; None where the item has no value.
        baselines: the raw answers of the baselines that stand beside the score.
        baseline_scores: per-item scores of those, only where they need more than the answer (embeddings).
        ceilings: the raw answers of predictors that learned from valence and arousal; empty where none can.
        repeats: the raw answers beyond the first, where each item was answered several times.
        repeat_scores: per-item scores of those, only where they need more than the answer (embeddings).
    """

    item: Item
    prompt: str
    request_hash: str
    answer: Answer
    parsed: Parsed
    scores: dict[str, FiniteFloat | None]
    baselines: dict[str, Answer] = Field(default_factory=dict)
    baseline_scores: dict[str, dict[str, FiniteFloat | None]] = Field(default_factory=dict)
    ceilings: dict[str, Answer] = Field(default_factory=dict)
    repeats: tuple[Answer, ...] = ()
    repeat_scores: tuple[dict[str, FiniteFloat | None], ...] = ()


class Interval(_Model):
    """A confidence interval: [low, high] at `level`, by `method`; `draws` and `seed` None where nothing was drawn."""

    low: FiniteFloat
    high: FiniteFloat
    level: FiniteFloat
    method: str
    draws: int | None
    seed: int | None


class Position(_Model):
    """Where a score lies between knowing the labels' frequencies (0) and the best predictor from VA (1).

    Attributes:
        value: (score - floor) / (ceiling - floor); None where the data allow none.
        reason: why there is no value.
        interval: from the same draws for all three; None where there is none.
        floor: the constant answer that scores best.
        ceiling: the predictor from valence and arousal, never fitted on the item it answers, that scores best.
    """

    value: FiniteFloat | None
    reason: str | None = None
    interval: Interval | None = None
    floor: str
    ceiling: str


class Sampling(_Model):
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


class Score(_Model):
    """One metric of one task.

    Attributes:
        value: None where the data allow none; then `reason` says why.
        reason: why there is no value or no interval.
        note: why the interval is to be read with care; None where nothing speaks against it.
        interval: Wilson's for a proportion of independent items, else the bootstrap interval that was found to cover
            best for this metric; None where there is none.
        percentile: the percentile interval; None where there is none.
        bca: the BCa interval from the same draws; None where there is none.
        chance: what uniformly random answers score on the same items; None where that has no meaning.
        higher_is_better: None for a metric that only describes.
        baselines: what each baseline scores on the same items.
        ceilings: what each predictor that learned from valence and arousal scores on them, and what looking up the
            items' own labels by their two numbers does (`lookup`, in sample: a bound, no prediction).
        position: between floor and ceiling; None for a metric that only describes.
        sampling: sampling noise and item noise; None where each item was answered once.
    """

    value: FiniteFloat | None
    reason: str | None = None
    note: str | None = None
    interval: Interval | None = None
    percentile: Interval | None = None
    bca: Interval | None = None
    chance: FiniteFloat | None = None
    higher_is_better: bool | None = None
    baselines: dict[str, FiniteFloat | None] = Field(default_factory=dict)
    ceilings: dict[str, FiniteFloat | None] = Field(default_factory=dict)
    position: Position | None = None
    sampling: Sampling | None = None


class ClassScore(_Model):
    """One label's precision, recall and F1 (None where 0/0), and how many items carry it."""

    precision: FiniteFloat | None
    recall: FiniteFloat | None
    f1: FiniteFloat | None
    support: int


class Confusion(_Model):
    """Counts of answers (columns: `labels`, then answers that named none) by truth (rows: `labels`)."""

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


class Bias(_Model):
    """How answers lean: how often each label was answered and was true, and the most over-used one.

    Attributes:
        answered: answers that name each label.
        true: items that carry each label.
        most_overused: the label whose share of answers is farthest above its share of the truth; None where none is.
    """

    answered: dict[str, int]
    true: dict[str, int]
    most_overused: str | None


class ReliabilityBin(_Model):
    """Items whose likeliest label has a probability in (low, high]: their mean probability, and how often it is right.

    Both None where there are no such items.
    """

    low: FiniteFloat
    high: FiniteFloat
    items: int
    confidence: FiniteFloat | None
    accuracy: FiniteFloat | None


class AnswerCounts(_Model):
    """How many answers fell in each class, and the rates of the three that are scored as wrong."""

    ok: int
    unparsed: int
    refused: int
    empty: int
    unparsed_rate: FiniteFloat
    refused_rate: FiniteFloat
    empty_rate: FiniteFloat


class FeaturesRecord(_Model):
    """Which VA features a task was run on.

    Attributes:
        id: folder name or Hub id, as a reader can find it; never a local path.
        revision: the Hub commit; None for local files.
        sha256: hash of the Parquet files of the split.
        source: the source's name in the features dataset.
        split: the split evaluated.
        va_source: who measured valence and arousal.
        synthetic: True where valence and arousal were drawn, not measured.
        fitted_on: the split that fitted baselines learn from; None where the source has no such split.
    """

    id: str
    revision: str | None
    sha256: str
    source: str
    split: str
    va_source: tuple[str, ...]
    synthetic: bool
    fitted_on: str | None


class EmbedderRecord(_Model):
    """What descriptions were measured with.

    Attributes:
        id: the sentence embedder's Hub id, or its folder's last name.
        revision: its Hub commit; None for a local folder.
        weights_sha256: hash of its weights.
        reader_sha256: hash of the trained parameters that read valence and arousal back from a text.
    """

    id: str
    revision: str | None
    weights_sha256: str
    reader_sha256: str | None = None


class TaskRecord(_Model):
    """One task's scores.

    Attributes:
        version: the task's own version, from its YAML.
        task_hash: SHA-256 over the task's prompt template, answer form, labels and generation arguments.
        kind: what is asked.
        output_type: lm-eval's output type.
        labels: the task's label set; empty for descriptions and for choices that differ by item.
        headline: the metric that stands for the task.
        num_fewshot: how many examples the prompt shows.
        items: how many items were scored.
        clusters: how many independent groups they form.
        excluded: rows of the split that were not asked, by reason.
        reference_kind: what the descriptions were compared with; None for label tasks.
        embedder: None for label tasks.
        features: where valence and arousal come from.
        answers: answer classes; these and all counts below are over all repeats, where there are several.
        metrics: every metric by name.
        per_class: by label; empty where there is no fixed label set.
        confusion: only for single-label tasks with a fixed label set.
        bias: how answers lean; None where there is no fixed label set.
        reliability: the reliability diagram of `raw` and of length-`normalised` probabilities; empty where answers
            are texts.
        samples: the samples' file below the run folder.
        samples_sha256: its hash.
    """

    version: str
    task_hash: str
    kind: KindName
    output_type: str
    labels: tuple[str, ...]
    headline: str
    num_fewshot: int
    items: int
    clusters: int
    excluded: dict[str, int]
    reference_kind: str | None
    embedder: EmbedderRecord | None
    features: FeaturesRecord
    answers: AnswerCounts
    metrics: dict[str, Score]
    per_class: dict[str, ClassScore]
    confusion: Confusion | None
    bias: Bias | None = None
    reliability: dict[str, tuple[ReliabilityBin, ...]] = Field(default_factory=dict)
    samples: str
    samples_sha256: str


class Git(_Model):
    """The checkout that ran: commit and whether files differed from it."""

    commit: str
    dirty: bool


class ModelRecord(_Model):
    """The model asked.

    Attributes:
        id: what `--model` and `pretrained=` or `model=` named; a local folder by its last name only.
        revision: the commit or version that the back end reports; None where it reports none.
        backend: lm-eval's name of the back end.
        args: back-end arguments, without credentials and local paths.
        chat_template_sha256: hash of the chat template applied; None where none was.
        scoring_path: how labels were scored: `tree`, `rows` or `hflm`; None for other back ends.
        scoring_note: why not by the tree; None where it was.
    """

    id: str
    revision: str | None
    backend: str
    args: dict[str, str | int | float | bool | None]
    chat_template_sha256: str | None
    scoring_path: str | None = None
    scoring_note: str | None = None


class Seeds(_Model):
    """Every seed of the run."""

    python: int
    numpy: int
    torch: int
    fewshot: int
    bootstrap: int
    chance: int


class Usage(_Model):
    """What the run cost: requests, tokens (None where the back end cannot count them) and seconds of wall time."""

    requests: int
    prompt_tokens: int | None
    answer_tokens: int | None
    wall_seconds: FiniteFloat


class RunRecord(_Model):
    """A whole run.

    Attributes:
        schema_version: version of this document.
        created: UTC, ISO 8601.
        harness_version: version of VAEmo-Eval.
        packages: versions of the packages that decide numbers.
        git: None outside a checkout.
        model: the model asked.
        synthetic: True where any task ran on synthetic features.
        seeds: every seed.
        limit: items a task, or a share of them below 1; None for all.
        level: of every interval.
        apply_chat_template: whether the chat template was applied.
        system_instruction: text put before every prompt; None for none.
        gen_kwargs: generation arguments that the command line changed.
        repeats: how often each item was answered.
        usage: cost.
        tasks: by name.
    """

    schema_version: str = SCHEMA_VERSION
    created: str
    harness_version: str
    packages: dict[str, str]
    git: Git | None
    model: ModelRecord
    synthetic: bool
    seeds: Seeds
    limit: FiniteFloat | None
    level: FiniteFloat = 0.95
    apply_chat_template: bool
    system_instruction: str | None
    gen_kwargs: dict[str, str | int | float | bool | list[str]]
    repeats: int = 1
    usage: Usage
    tasks: dict[str, TaskRecord]
