"""The record of a sweep, `sweep.json`. It has no time and no path, so that a resumed sweep gives the same bytes."""

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
        calibrated_on: the split on which the quantile map to the norms' scale was fitted; None for values as they are.
        design: every combination of levels, or one change at a time.
        axes: by name, the levels; the first is the task's own.
        limit: number of items, or a fraction of them; None for all.
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
    calibrated_on: str | None = None
    design: Literal["crossed", "one-at-a-time"]
    axes: dict[str, tuple[Level, ...]]
    limit: FiniteFloat | None
    seeds: Seeds
    apply_chat_template: bool
    system_instruction: str | None
    gen_kwargs: dict[str, str | int | float | bool | list[str]]


class Variant(Model):
    """One distinct prompt.

    Attributes:
        id: from the prompts themselves; the folder of its run below `runs/`.
        axes: for each variant of the design with this prompt, its differences from the prompt's default.
        value: of the main score; None where the items allow none.
        not_parsed: fraction of answers that were not parsed, refused or empty.
    """

    id: str
    axes: tuple[dict[str, Level], ...]
    value: FiniteFloat | None
    not_parsed: FiniteFloat


class Effect(Model):
    """The effect of a level on the main score, against the default of its axis, averaged over the other axes.

    Attributes:
        axis: its name.
        level: the level.
        default: the level it is compared with.
        pairs: pairs of variants that differ in this axis only.
        at_level: mean of the metric over the variants at the level.
        at_default: the same at the default.
        effect: their difference.
        interval: of the effect, from draws that all effects share; None where there is none.
        p: two-sided, of equal scores, by sign-flips of the pseudo-values of clusters.
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
    """How much the main score varies over distinct prompts."""

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
        items: of each variant.
        clusters: number of independent groups of items.
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
