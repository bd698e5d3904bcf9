"""The settings of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from harness.models import lm_eval as _compat
from harness.models.api.limits import NO_LIMITS, ApiSettings
from harness.models.cache.store import FILE
from harness.record import Seeds
from harness.scoring import chance
from harness.stats import bootstrap
from harness.tasks.load import Task, load_tasks
from harness.tasks.prompts.axes import Axes

if TYPE_CHECKING:
    from harness.models.choice import ModelChoice


Cache = Path | Literal["off"] | None
"""`--cache`: a folder; `off`; None for the folder that the command writes to."""


@dataclass(frozen=True)
class RunConfig:
    """The flags of a run; those that lm-eval has keep its names and meanings."""

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
    repeats: int = 1
    api: ApiSettings = NO_LIMITS
    cache: Cache = None
    allow_missing: bool = False
    axes: Axes | None = None
    reasoning_budget: int = 0


def tasks_of(config: RunConfig) -> list[Task]:
    """Load the tasks of a run; errors are those of `load_tasks`."""
    return load_tasks(config.tasks, config.include_paths, config.features, axes=config.axes)


def cache_file(cache: Cache, output: Path) -> Path | None:
    """Return the file of the answer cache; None for `off`. The default folder is `output`."""
    return None if cache == "off" else (cache or output) / FILE


def ask_settings(config: RunConfig, choice: ModelChoice) -> _compat.AskSettings:
    """Return the settings of lm-eval."""
    return _compat.AskSettings(
        num_fewshot=config.num_fewshot,
        limit=config.limit,
        apply_chat_template=config.apply_chat_template or choice.chat_only,
        system_instruction=config.system_instruction,
        gen_kwargs=config.gen_kwargs,
        seeds=seeds_of(config),
        reasoning_budget=config.reasoning_budget,
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
