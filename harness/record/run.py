"""A run, its model and its tasks."""

from __future__ import annotations

from pydantic import Field, FiniteFloat, JsonValue

from harness.record.base import Model
from harness.record.score import AnswerCounts, Bias, ClassScore, Confusion, ReliabilityBin, Score

SCHEMA_VERSION = "2.0"


class FeaturesRecord(Model):
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
        fitted_sha256: hash of the Parquet files of the train split; None where the source has no such split.
        calibrated_on: the split on which the quantile map to the norms' scale was fitted; None for values as they are.
    """

    id: str
    revision: str | None
    sha256: str
    source: str
    split: str
    va_source: tuple[str, ...]
    synthetic: bool
    fitted_on: str | None
    fitted_sha256: str | None = None
    calibrated_on: str | None = None


class EmbedderRecord(Model):
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


class TaskRecord(Model):
    """One task's scores.

    Attributes:
        version: the task's own version, from its YAML.
        task_hash: SHA-256 over the task's prompt template, answer form, labels and generation arguments, as its YAML
            states them; changes by the command line are in `gen_kwargs` of the run.
        kind: the kind of question.
        derive: how items were made from rows of the features; None where each row is one.
        output_type: lm-eval's output type.
        labels: the task's label set; empty for descriptions and for choices that differ by item.
        main_score: the name of its main metric.
        num_fewshot: how many examples lm-eval put before the prompt.
        axes: how the prompt differs from the default (docs/axes.md); empty where it does not.
        items: how many items were scored.
        clusters: how many independent groups they form.
        excluded: rows of the split that were not asked, by reason.
        lost_labels: labels that items of the split have and no item under `limit` has.
        reference_kind: what the descriptions were compared with; None for label tasks.
        embedder: None for label tasks.
        features: where valence and arousal come from.
        answers: answer classes; these and all counts below are over all repeats, where there are several.
        metrics: every metric by name.
        per_class: by label; empty where there is no fixed label set.
        confusion: only for single-label tasks with a fixed label set.
        bias: how answers lean; None where there is no fixed label set.
        centroids: mean valence and arousal of the train items with each label, which distances are to; None where they
            are to word norms.
        readers: the main score of generated answers under the strict, the default and the lenient reader.
        reliability: the reliability diagram of `raw`, of length-`normalised` and of contextually `calibrated`
            probabilities, each where there is one; empty where answers are texts.
        samples: the samples' file below the run folder.
        samples_sha256: its hash.
    """

    version: str
    task_hash: str
    kind: str
    derive: str | None = None
    output_type: str
    labels: tuple[str, ...]
    main_score: str
    num_fewshot: int
    axes: dict[str, str | int | bool | None] = Field(default_factory=dict)
    items: int
    clusters: int
    excluded: dict[str, int]
    lost_labels: tuple[str, ...] = ()
    reference_kind: str | None
    embedder: EmbedderRecord | None
    features: FeaturesRecord
    answers: AnswerCounts
    metrics: dict[str, Score]
    per_class: dict[str, ClassScore]
    confusion: Confusion | None
    bias: Bias | None = None
    centroids: dict[str, tuple[FiniteFloat, FiniteFloat]] | None = None
    readers: dict[str, FiniteFloat] = Field(default_factory=dict)
    reliability: dict[str, tuple[ReliabilityBin, ...]] = Field(default_factory=dict)
    samples: str
    samples_sha256: str

    @property
    def scored(self) -> dict[str, Score]:
        """The metrics that have a value, the main score first."""
        main_first = sorted(self.metrics, key=lambda name: name != self.main_score)
        return {name: self.metrics[name] for name in main_first if self.metrics[name].value is not None}


class Git(Model):
    """The checkout that ran: commit and whether files differed from it."""

    commit: str
    dirty: bool


class ModelRecord(Model):
    """The model asked.

    Attributes:
        id: what `--model` and `pretrained=` or `model=` named; a local folder by its last name only.
        revision: the commit or version that the back end reports; None where it reports none.
        backend: lm-eval's name of the back end, or the name of an API provider.
        args: back-end arguments, without credentials and local paths.
        chat_template_sha256: hash of the chat template applied; None where none was.
        scoring_path: how labels were scored: `tree`, `rows` or `hflm`; None for other back ends.
        scoring_note: why not by the tree; None where it was.
        changed: parameters changed because the provider rejected them.
    """

    id: str
    revision: str | None
    backend: str
    args: dict[str, str | int | float | bool | None]
    chat_template_sha256: str | None
    scoring_path: str | None = None
    scoring_note: str | None = None
    changed: tuple[str, ...] = ()


class Seeds(Model):
    """Every seed of the run."""

    python: int
    numpy: int
    torch: int
    fewshot: int
    bootstrap: int
    chance: int


class Usage(Model):
    """What the run cost.

    Attributes:
        requests: answers that the tasks needed, one an item (or choice) and repeat.
        prompt_tokens: of all requests; None where neither provider nor back end counts them.
        answer_tokens: likewise; with the reasoning where the provider counts.
        wall_seconds: of the process that finished the run.
        equal: requests not sent, since an equal one was.
        known: distinct requests not sent, since their answers were kept from an earlier process or in a cache.
    """

    requests: int
    prompt_tokens: int | None
    answer_tokens: int | None
    wall_seconds: FiniteFloat
    equal: int = 0
    known: int = 0


class RunRecord(Model):
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
        apply_chat_template: whether the chat template was applied.
        system_instruction: text put before every prompt; None for none.
        gen_kwargs: generation arguments that the command line changed.
        reasoning_budget: tokens that a thought could take besides `max_gen_toks`.
        repeats: how often each item was answered.
        stopped: why the run ended before all was asked; None where it did not.
        allow_missing: whether tasks with missing answers are scored over the rest; else their scores are withheld.
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
    apply_chat_template: bool
    system_instruction: str | None
    gen_kwargs: dict[str, JsonValue]
    reasoning_budget: int = 0
    repeats: int = 1
    stopped: str | None = None
    allow_missing: bool = False
    usage: Usage
    tasks: dict[str, TaskRecord]
