"""The parser of every command line; an error is one line."""

from __future__ import annotations

import argparse
from typing import NoReturn

from va_extractor.common.credentials import redacted
from va_extractor.common.plain_text import one_line

_LONGEST = 1000


class Parser(argparse.ArgumentParser):
    """argparse's parser, without the usage before an error."""

    def error(self, message: str) -> NoReturn:
        """Print the error and the help command on one line; exit with code 2."""
        self.exit(2, f"{self.prog}: {one_line(redacted(message), _LONGEST)} (`{self.prog} --help`)\n")
