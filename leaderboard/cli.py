"""`vaemo-leaderboard`: build a leaderboard from run records, and check every number in it."""

from __future__ import annotations

import sys

from va_extractor.common.arguments import Parser, run_command


def main(argv: list[str] | None = None) -> int:
    """Run the command line.

    Returns:
        0; 1 if a check failed or something was left out; 2 for wrong input, after one line with a hint.
    """
    return run_command(Parser(prog="vaemo-leaderboard", description=__doc__), "leaderboard", ("commands",), argv)


if __name__ == "__main__":
    sys.exit(main())
