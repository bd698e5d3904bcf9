"""The flags about asking a model behind an API, which several commands have."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.models.api.settings import ApiSettings


def add_api_flags(command: argparse.ArgumentParser) -> None:
    """Add the flags, as a group of their own."""
    api = command.add_argument_group(
        "models behind an API", "docs/api-models.md; keys are read from the environment only"
    )
    add = api.add_argument
    add("--concurrency", type=int, metavar="N", help="most requests at once (default: 64); adapts below it")
    add("--reasoning-effort", metavar="WORD", help="how much the model may think, in the provider's own words")
    add("--max-cost", type=float, metavar="USD", help="ask nothing more before this sum is passed")
    add("--max-requests", type=int, metavar="N", help="ask nothing more after N requests, further tries included")
    add("--max-minutes", type=float, metavar="N", help="ask nothing more after N minutes")
    add("--requests-per-minute", type=float, metavar="N", help="spread requests evenly")
    add("--tokens-per-minute", type=float, metavar="N", help="spread tokens of prompts and answers evenly")
    add("--prices", metavar="FILE", help="prices of your own, over those of harness/models/api/prices.yaml")


def api_settings(args: argparse.Namespace) -> ApiSettings:
    """Return what the flags say.

    Raises:
        InputError: a limit is not above 0.
    """
    from harness.models.api.settings import ApiSettings

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
