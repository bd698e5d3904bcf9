"""`vaemo-eval`: find the command, run it, turn errors into exit codes.

A command is a module with `parser()` and `main(args)`: one of `harness.commands`, or one that an installed package adds
by an entry point of the group `vaemo_eval.commands`. It is imported only when it is called.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

from va_extractor.common.errors import InputError, print_error

COMMANDS = ("compare", "judge", "ls", "new-task", "plan", "rescore", "sweep", "validate")
ADDED = "vaemo_eval.commands"


def main(argv: list[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: the arguments; `sys.argv` where None. A first argument that begins with `-` starts a run.

    Returns:
        0; 1 where `rescore` finds a difference; 2 for wrong input or a failure, after one line with a hint; 3 for a run
        that was written but is incomplete; 130 where the user stopped it.
    """
    arguments = sys.argv[1:] if argv is None else argv
    try:
        module, rest = _command(arguments)
        return int(module.main(module.parser().parse_args(rest)))
    except InputError as error:
        return print_error("vaemo-eval", error)
    except KeyboardInterrupt:
        sys.stderr.write("vaemo-eval: stopped; finished work is in the run folder\n")
        return 130


def _command(arguments: list[str]) -> tuple[Any, list[str]]:
    """Return a command's module and its arguments.

    Raises:
        InputError: there is no such command.
    """
    if not arguments or arguments[0].startswith("-"):
        return import_module("harness.commands.run"), arguments
    name, *rest = arguments
    if name in COMMANDS:
        return import_module(f"harness.commands.{name.replace('-', '_')}"), rest
    from importlib.metadata import entry_points

    added = {point.name: point for point in entry_points(group=ADDED)}
    if name in added:
        return added[name].load(), rest
    known = ", ".join(sorted({*COMMANDS, *added}))
    raise InputError(
        "no such command",
        code="unknown",
        found=name,
        hint=f"commands: {known}; a run begins with --model (`vaemo-eval --help`)",
    )
