"""`vaemo-eval plan --model X --tasks A,B`: requests, cost and time of a run, without sending anything."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from harness.commands import run
from va_extractor.common.errors import InputError
from va_extractor.common.plain_text import one_line

if TYPE_CHECKING:
    from rich.console import Console

    from harness.runs.plan import Plan

_LATENCY_S = 1.0
_CONCURRENCY = 64


def parser() -> argparse.ArgumentParser:
    """Return the parser: every flag of a run, and the length of answers and requests."""
    command = run.parser()
    command.prog, command.epilog = "vaemo-eval plan", None
    command.description = "Show requests, cost and time of a run, without sending anything; takes the flags of a run."
    add = command.add_argument_group("plan").add_argument
    add("--latency", type=float, default=_LATENCY_S, metavar="S", help="seconds that a request takes (default: 1)")
    add(
        "--answer-tokens",
        type=int,
        metavar="N",
        help="tokens of an answer with its reasoning (default: as the right answer)",
    )
    add("--json", action="store_true", help="print the plan as JSON")
    return command


def main(args: argparse.Namespace) -> int:
    """Print the plan.

    Raises:
        InputError: an argument is wrong.
    """
    from harness.runs.plan import plan

    if not 0 < args.latency < float("inf"):
        raise InputError("not seconds above 0", code="range", field="--latency", found=args.latency)
    if args.answer_tokens is not None and args.answer_tokens < 1:
        raise InputError("not 1 or more", code="range", field="--answer-tokens", found=args.answer_tokens)
    found = plan(run.config(args), args.concurrency or _CONCURRENCY, args.latency, args.answer_tokens)
    if args.json:
        sys.stdout.write(found.model_dump_json(indent=2) + "\n")
    else:
        _show(found, run.console())
    return 0


def _show(found: Plan, console: Console) -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=f"[bold]{escape(found.model)}[/]", title_justify="left")
    table.add_column("task", no_wrap=True)
    for title in ("requests", "equal", "in cache", "to send", "prompt tokens", "answer tokens", "at most"):
        table.add_column(title, justify="right")
    fields = ("requests", "equal", "known", "to_ask", "prompt_tokens", "answer_tokens", "most_answer_tokens")
    for task in found.tasks:
        table.add_row(task.task, *(f"{getattr(task, field):,}" for field in fields))
    table.add_section()
    table.add_row("all", *(f"{found.total(field):,}" for field in fields), style="bold")
    console.print(table)
    for line in _lines(found):
        console.print(one_line(line, 1000), highlight=False, markup=False, soft_wrap=True)


def _lines(found: Plan) -> list[str]:
    lines = [f"prompt tokens: {found.counted}", f"answer tokens: {found.assumed}"]
    money = found.money
    if money is None:
        hint = "" if found.concurrency is None else f"; {found.price_file} shows how to add one (--prices)"
        lines.append(f"money: no price of {found.model} is known{hint}")
    else:
        lines.append(
            f"money: ${money.expected:.4f}, at most ${money.most:.4f} (${money.input:g} and ${money.output:g} a "
            f"million prompt and answer tokens as of {money.as_of}, {money.source}; {found.price_file} can be edited)"
        )
    if found.seconds is not None:
        lines.append(
            f"time: {found.seconds:,.1f} s if a request takes {found.latency:g} s and {found.concurrency} run at once"
        )
    return [*lines, "Nothing was sent."]
