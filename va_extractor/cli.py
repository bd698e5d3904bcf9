"""`vaemo-extract`: make, inspect and publish VA features from faces and annotations."""

from __future__ import annotations

import sys
from importlib import import_module

from va_extractor.common.arguments import Parser
from va_extractor.common.errors import InputError, print_error

_COMMANDS = ("annotations", "images", "inspect", "publish", "weights")


def main(argv: list[str] | None = None) -> int:
    """Run the command line; print one line and return 2 if the input is wrong."""
    parser = Parser(prog="vaemo-extract", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in _COMMANDS:
        import_module(f"va_extractor.commands.{name}").add(commands)
    args = parser.parse_args(argv)
    try:
        return int(args.run(args))
    except InputError as error:
        return print_error(parser.prog, error)


if __name__ == "__main__":
    sys.exit(main())
