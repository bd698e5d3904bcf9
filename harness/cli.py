"""`vaemo-eval`: the command line. Each command is a module of `harness.commands`, imported when it is called."""

from __future__ import annotations

import sys
from importlib import import_module

from va_extractor.common.errors import InputError, tell

COMMANDS = (
    "compare",
    "judge",
    "ls",
    "new-task",
    "plan",
    "report",
    "rescore",
    "sweep",
    "validate",
)


def main(argv: list[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: the arguments; `sys.argv` where None. A first argument that is no command means a run.

    Returns:
        0; 1 where `rescore` finds a difference; 2 where the input is wrong or something failed, after one line that
        says how to mend it; 3 where a run was written but is incomplete; 130 where the user stopped it.
    """
    arguments = sys.argv[1:] if argv is None else argv
    if arguments and not arguments[0].startswith("-") and arguments[0] not in COMMANDS:
        sys.stderr.write(
            f"vaemo-eval: {arguments[0]}: no such command; there are {', '.join(COMMANDS)}, and a run begins with "
            "--model (`vaemo-eval --help`)\n"
        )
        return 2
    command = arguments[0] if arguments and arguments[0] in COMMANDS else "run"
    module = import_module(f"harness.commands.{command.replace('-', '_')}")
    args = module.parser().parse_args(arguments if command == "run" else arguments[1:])
    try:
        return int(module.main(args))
    except InputError as error:
        return tell("vaemo-eval", error)
    except KeyboardInterrupt:
        sys.stderr.write("vaemo-eval: stopped; what was finished is in the run folder\n")
        return 130
