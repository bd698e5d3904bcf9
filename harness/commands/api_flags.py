"""Flags that several commands have: models behind an API, and the answer cache."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.models.api.limits import ApiSettings
    from harness.runs.config import Cache


def add_api_flags(command: argparse.ArgumentParser) -> None:
    """Add the flags about models behind an API, as a group."""
    api = command.add_argument_group(
        "models behind an API", "docs/api-models.md; keys are read from the environment only"
    )
    add = api.add_argument
    add("--concurrency", type=int, metavar="N", help="most requests at once (default: 64); fewer if the server is busy")
    add("--reasoning-effort", metavar="WORD", help="how much the model may reason, in the provider's words")
    add("--max-cost", type=float, metavar="USD", help="stop before the cost exceeds USD")
    add("--max-requests", type=int, metavar="N", help="stop after N requests, retries included")
    add("--max-minutes", type=float, metavar="N", help="stop after N minutes")
    add("--requests-per-minute", type=float, metavar="N", help="spread requests evenly")
    add("--tokens-per-minute", type=float, metavar="N", help="spread tokens of prompts and answers evenly")
    add("--prices", metavar="FILE", help="your own prices; they replace those of harness/models/api/prices.yaml")


def add_cache_flag(command: argparse.ArgumentParser, default: str) -> None:
    """Add `--cache`; `default` names the default folder."""
    help = f"folder of the answer cache, or off (default: {default}); repeating a command resumes from it"
    command.add_argument("--cache", metavar="DIR|off", help=help)


def cache_flag(args: argparse.Namespace) -> Cache:
    """Return the value of `--cache`."""
    return "off" if args.cache == "off" else Path(args.cache).expanduser() if args.cache else None


def api_settings(args: argparse.Namespace) -> ApiSettings:
    """Return the settings that the flags give.

    Raises:
        InputError: a limit is not above 0.
    """
    from harness.models.api.limits import ApiSettings

    return ApiSettings(
        concurrency=args.concurrency,
        reasoning_effort=args.reasoning_effort,
        max_cost=args.max_cost,
        max_requests=args.max_requests,
        max_minutes=args.max_minutes,
        requests_per_minute=args.requests_per_minute,
        tokens_per_minute=args.tokens_per_minute,
        prices=Path(args.prices).expanduser() if args.prices else None,
    )
