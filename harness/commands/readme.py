"""The README's block of output, from a run of its first command.

`python -m harness.commands.readme docs` writes it again; a test compares the committed block with a run.
"""

from __future__ import annotations

import contextlib
import io
import re
import sys
from pathlib import Path

BEGIN, END = "<!-- output -->\n```text\n", "\n```\n"
_SHOWN = ("iimi_basic ", "emotic_describe ", "Record: ")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d.-]+Z")


def arguments(readme: str) -> list[str]:
    """Return the arguments that the first command gives to `vaemo-eval`."""
    first = next(line for line in readme.splitlines() if "/vaemo-eval " in line)
    return first.partition("/vaemo-eval ")[2].split()


def page(readme: str, printed: str) -> str:
    """Return the README with two of the printed tables and the closing lines in its block of output."""
    text = "\n".join(line.rstrip() for line in _TIME.sub("<UTC time>", printed).splitlines())
    tables = text[text.rindex("\n", 0, text.index("\n┏")) + 1 :]  # after the lines of progress
    shown = "\n\n".join(part for part in tables.split("\n\n") if part.startswith(_SHOWN))
    before, _, rest = readme.partition(BEGIN)
    return f"{before}{BEGIN}{shown}{END}{rest.partition(END)[2]}"


def write(root: Path) -> None:
    """Run the first command in a folder of its own, and write what it prints into `README.md`."""
    from tempfile import TemporaryDirectory

    from harness.commands.run import main, parser

    path = root / "README.md"
    readme = path.read_text(encoding="utf-8")
    with TemporaryDirectory() as folder, contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()) as printed:
        if main(parser().parse_args(arguments(readme))):
            raise SystemExit("the README's first command failed")
    path.write_text(page(readme, printed.getvalue()), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]).resolve().parent)
