"""The parser of every command line; an error is one line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from va_extractor.common.credentials import redacted
from va_extractor.common.errors import InputError, print_error
from va_extractor.common.plain_text import one_line

_LONGEST = 1000


class Parser(argparse.ArgumentParser):
    """argparse's parser, without the usage before an error."""

    def error(self, message: str) -> NoReturn:
        """Print the error and the help command on one line; exit with code 2."""
        self.exit(2, f"{self.prog}: {one_line(redacted(message), _LONGEST)} (`{self.prog} --help`)\n")


def listed(text: str) -> tuple[str, ...]:
    """Return the names that a flag gives, separated by commas."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def run_command(parser: Parser, package: str, names: Sequence[str], argv: Sequence[str] | None) -> int:
    """Run the subcommand of `argv`; each of `names` is a module of `package` that has `add(commands)`.

    Returns:
        The command's exit code; 2 for wrong input, after one line with a hint.
    """
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in names:
        import_module(f"{package}.{name}").add(commands)
    args = parser.parse_args(argv)
    try:
        return int(args.run(args))
    except InputError as error:
        return print_error(parser.prog, error)
