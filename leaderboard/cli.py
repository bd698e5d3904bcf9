"""`vaemo-leaderboard`: from run records to a leaderboard that can be trusted."""

from __future__ import annotations

import sys
from importlib import import_module

from va_extractor.common.arguments import Parser
from va_extractor.common.errors import InputError, tell

_COMMANDS = (
    "submit",
    "check",
    "build",
    "compare",
    "export",
    "publish",
)  # fmt: skip


def main(argv: list[str] | None = None) -> int:
    """Run the command line.

    Returns:
        0; 1 where something checked does not hold; 2 where the input is wrong, after one line that says how to mend it.
    """
    parser = Parser(prog="vaemo-leaderboard", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in _COMMANDS:
        import_module(f"leaderboard.commands.{name}").add(commands)
    args = parser.parse_args(argv)
    try:
        return int(args.run(args))
    except InputError as error:
        return tell(parser.prog, error)


if __name__ == "__main__":
    sys.exit(main())
