"""What the command line says of a run, and how lm-eval is to ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.models import lm_eval as _compat
from harness.models.api.settings import NO_LIMITS, ApiSettings
from harness.record import Seeds
from harness.scoring import chance
from harness.stats import bootstrap
from harness.stats.intervals import LEVEL
from harness.tasks.prompts.axes import Axes

if TYPE_CHECKING:
    from harness.models.choice import ModelChoice


@dataclass(frozen=True)
class RunConfig:
    """A run, as the command line states it; names and meanings are lm-eval's where lm-eval has them."""

    model: str
    model_args: Mapping[str, Any]
    tasks: tuple[str, ...]
    features: str
    include_paths: tuple[Path, ...]
    output_path: Path
    num_fewshot: int | None
    batch_size: str | int | None
    device: str | None
    limit: float | None
    apply_chat_template: bool
    system_instruction: str | None
    gen_kwargs: Mapping[str, Any]
    seeds: tuple[int, int, int, int]
    embedder: str | None
    level: float = LEVEL
    trust_code: bool = False
    repeats: int = 1
    api: ApiSettings = NO_LIMITS
    resume: Path | None = None
    afresh: bool = False
    cache: Path | None = None
    allow_missing: bool = False
    axes: Axes | None = None


def model_args(api: ApiSettings, choice: ModelChoice) -> dict[str, Any]:
    """Return the back end's arguments, with those that have flags of their own."""
    effort = api.reasoning_effort
    return choice.args | ({"reasoning_effort": effort} if effort is not None else {})


def ask_settings(config: RunConfig, choice: ModelChoice) -> _compat.AskSettings:
    """Return how lm-eval is to ask."""
    return _compat.AskSettings(
        num_fewshot=config.num_fewshot,
        limit=config.limit,
        apply_chat_template=config.apply_chat_template or choice.chat_only,
        system_instruction=config.system_instruction,
        gen_kwargs=config.gen_kwargs,
        seeds=seeds_of(config),
    )


def seeds_of(config: RunConfig) -> Seeds:
    """Return every seed of a run."""
    return Seeds(
        python=config.seeds[0],
        numpy=config.seeds[1],
        torch=config.seeds[2],
        fewshot=config.seeds[3],
        bootstrap=bootstrap.SEED,
        chance=chance.SEED,
    )
