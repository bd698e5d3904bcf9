"""`vaemo-extract`: make, inspect and publish VA features from faces and annotations."""

from __future__ import annotations

import sys

from va_extractor.common.arguments import Parser, run_command

_COMMANDS = ("annotations", "images", "inspect", "publish", "weights")


def main(argv: list[str] | None = None) -> int:
    """Run the command line; print one line and return 2 if the input is wrong."""
    return run_command(Parser(prog="vaemo-extract", description=__doc__), "va_extractor.commands", _COMMANDS, argv)


if __name__ == "__main__":
    sys.exit(main())
