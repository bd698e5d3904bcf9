"""The one error that a user is meant to read, and how a command line tells it."""

from __future__ import annotations

import sys

from va_extractor.credentials import redacted
from va_extractor.plain_text import one_line

_LONGEST = 4000


class InputError(Exception):
    """Something the user gave is wrong: one line that names the file, the field and the mend.

    Command lines print it and exit with code 2; nothing else is printed and nothing already computed is lost.
    """


def tell(program: str, error: InputError) -> int:
    """Write an error as one line without credentials, which no terminal obeys whoever wrote it; return exit code 2."""
    sys.stderr.write(f"{program}: {one_line(redacted(str(error)), _LONGEST)}\n")
    return 2
