"""The document of a sweep, `sweep.json`. It has no time and no path: a resumed sweep gives the same document."""

from __future__ import annotations

from typing import Literal

from pydantic import FiniteFloat

from harness.record.base import Model
from harness.record.run import Seeds
from harness.record.score import Interval

Level = str | int | bool | None


class Settings(Model):
    """What decides a sweep; a folder holds one sweep.

    Attributes:
        harness_version: version of VAEmo-Eval.
        model: the model's public name.
        model_args: back-end arguments, without credentials and local paths.
        task: its name.
        task_hash: of the task as its YAML states it.
        features: id of the VA features.
        features_sha256: hash of the Parquet files of the evaluated split.
        design: every combination of levels, or one change at a time.
        axes: by name, the levels; the first is the task's own.
        limit: items asked, or a share of them below 1; None for all.
        seeds: every seed.
        apply_chat_template: whether the chat template was applied.
        system_instruction: text put before every prompt; None for none.
        gen_kwargs: generation arguments that the command line changed.
    """

    harness_version: str
    model: str
    model_args: dict[str, str | int | float | bool | None]
    task: str
    task_hash: str
    features: str
    features_sha256: str
    design: Literal["crossed", "one-at-a-time"]
    axes: dict[str, tuple[Level, ...]]
    limit: FiniteFloat | None
    seeds: Seeds
    apply_chat_template: bool
    system_instruction: str | None
    gen_kwargs: dict[str, str | int | float | bool | list[str]]


class Variant(Model):
    """One prompt that was asked.

    Attributes:
        id: from the prompts themselves; the folder of its run below `runs/`.
        axes: each way in which the design puts it, as what differs from the prompt's default; equal prompts are one
            variant.
        value: of the main score; None where the items allow none.
        not_parsed: share of answers that were unparsed, refused or empty.
    """

    id: str
    axes: tuple[dict[str, Level], ...]
    value: FiniteFloat | None
    not_parsed: FiniteFloat


class Effect(Model):
    """What a level does to the main score, against the axis' default, averaged over the other axes.

    Attributes:
        axis: its name.
        level: the level.
        default: the level it is held against.
        pairs: pairs of variants that differ in this axis only.
        at_level: mean of the metric over the variants at the level.
        at_default: the same at the default.
        effect: their difference.
        interval: of the effect, from draws that all effects share; None where there is none.
        p: two-sided, of a permutation that swaps each cluster's answers in all pairs at once.
        holm: adjusted by Holm's method over all effects of the sweep.
    """

    axis: str
    level: Level
    default: Level
    pairs: int
    at_level: FiniteFloat
    at_default: FiniteFloat
    effect: FiniteFloat
    interval: Interval | None
    p: FiniteFloat
    holm: FiniteFloat


class Spread(Model):
    """How far the main score of one model on one task varies with the prompt alone, over distinct variants."""

    variants: int
    least: FiniteFloat
    greatest: FiniteFloat
    range: FiniteFloat
    sd: FiniteFloat


class Sweep(Model):
    """A whole sweep.

    Attributes:
        schema_version: version of this document.
        settings: what decides it.
        synthetic: True where the features were drawn, not measured.
        main_score: the metric.
        higher_is_better: as the metric says.
        items: how many each variant was asked.
        clusters: how many independent groups they form.
        variants: every distinct prompt.
        effects: every level of every axis but the defaults; empty where a variant has no value.
        spread: None where a variant has no value.
    """

    schema_version: str = "1.0"
    settings: Settings
    synthetic: bool
    main_score: str
    higher_is_better: bool
    items: int
    clusters: int
    variants: tuple[Variant, ...]
    effects: tuple[Effect, ...]
    spread: Spread | None
