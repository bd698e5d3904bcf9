"""`vaemo-leaderboard`: build a leaderboard from run records, and check every number in it."""

from __future__ import annotations

import sys
from importlib import import_module

from va_extractor.common.arguments import Parser
from va_extractor.common.errors import InputError, print_error

_COMMANDS = ("submit", "check", "build", "compare", "export", "publish")


def main(argv: list[str] | None = None) -> int:
    """Run the command line.

    Returns:
        0; 1 if a check failed or something was left out; 2 for wrong input, after one line with a hint.
    """
    parser = Parser(prog="vaemo-leaderboard", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in _COMMANDS:
        import_module(f"leaderboard.commands.{name}").add(commands)
    args = parser.parse_args(argv)
    try:
        return int(args.run(args))
    except InputError as error:
        return print_error(parser.prog, error)


if __name__ == "__main__":
    sys.exit(main())
