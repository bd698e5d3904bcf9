"""`vaemo-eval plan --model X --tasks A,B`: what a run would ask, cost and take, without asking."""

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
    """Return the parser: every flag of a run, and how long answers and requests are taken to be."""
    command = run.parser()
    command.prog, command.epilog = "vaemo-eval plan", None
    command.description = "Tell what a run would ask, cost and take; takes the flags of a run, and asks nothing."
    add = command.add_argument_group("plan").add_argument
    add("--latency", type=float, default=_LATENCY_S, metavar="S", help="seconds that a request lasts (default: 1)")
    add(
        "--answer-tokens",
        type=int,
        metavar="N",
        help="tokens of an answer with its reasoning (default: right answer's)",
    )
    add("--json", action="store_true", help="print the plan as JSON")
    return command


def main(args: argparse.Namespace) -> int:
    """Print the plan.

    Raises:
        InputError: something given is wrong.
    """
    from harness.runs.plan import plan

    if not 0 < args.latency < float("inf"):
        raise InputError(f"--latency {args.latency:g}: seconds, above 0")
    if args.answer_tokens is not None and args.answer_tokens < 1:
        raise InputError(f"--answer-tokens {args.answer_tokens}: a whole number from 1 on")
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
    for title in ("requests", "equal", "known", "to ask", "prompt tokens", "answer tokens", "at most"):
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
        mend = "" if found.concurrency is None else f"; {found.price_file} shows how to add one (--prices)"
        lines.append(f"money: no price of {found.model} is known{mend}")
    else:
        lines.append(
            f"money: ${money.expected:.4f}, at most ${money.most:.4f} (${money.input:g} and ${money.output:g} a "
            f"million prompt and answer tokens as of {money.as_of}, {money.source}; {found.price_file} can be edited)"
        )
    if found.seconds is not None:
        lines.append(
            f"time: {found.seconds:,.1f} s where a request lasts {found.latency:g} s and {found.concurrency} go at once"
        )
    if found.goes_on:
        lines.append(f"would go on with {found.goes_on}")
    return [*lines, "Nothing was asked."]
