"""Run `vaemo-eval` again and again in forked children that start warm, and kill them at given moments.

Reads one JSON object a line, `{"folder": ..., "commands": [[...], ...], "kill_after": seconds or null, "signal":
number}`, runs its commands at the same time in that folder, and writes one list: for each command
`{"code": exit code or minus the signal, "seconds": ..., "out": ..., "err": ...}`.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path


def main() -> None:
    """Serve until the input ends."""
    import aiohttp  # noqa: F401
    import lm_eval.evaluator
    import lm_eval.models.openai_completions  # noqa: F401
    import scipy.stats  # noqa: F401
    import sklearn.linear_model  # noqa: F401

    import harness.commands.run
    import harness.models.api.model  # noqa: F401

    for line in sys.stdin:
        asked = json.loads(line)
        sys.stdout.write(json.dumps(_run(**asked)) + "\n")
        sys.stdout.flush()


def _run(folder: str, commands: list[list[str]], kill_after: float | None, signal: int) -> list[dict[str, object]]:
    with tempfile.TemporaryDirectory() as temporary:
        began = time.monotonic()
        printed = [
            (Path(temporary) / f"out{number}", Path(temporary) / f"err{number}") for number in range(len(commands))
        ]
        children = [_start(folder, *each) for each in zip(commands, printed, strict=True)]
        ended = [_end(child, began, kill_after, signal) for child in children]
        texts = [
            {"out": out.read_text(encoding="utf-8"), "err": err.read_text(encoding="utf-8")} for out, err in printed
        ]
        return [one | text for one, text in zip(ended, texts, strict=True)]


def _start(folder: str, arguments: list[str], printed: tuple[Path, Path]) -> int:
    for path in printed:
        path.touch()
    child = os.fork()
    if not child:
        _be_the_child(folder, arguments, printed)
    return child


def _end(child: int, began: float, kill_after: float | None, signal: int) -> dict[str, object]:
    found = 0
    while not found:
        if kill_after is not None and time.monotonic() - began >= kill_after:
            os.kill(child, signal)
            kill_after = None
        found, status = os.waitpid(child, os.WNOHANG)
        time.sleep(0.001)  # waitpid has no time limit, and the moment of the kill must be kept
    return {"code": os.waitstatus_to_exitcode(status), "seconds": time.monotonic() - began}


def _be_the_child(folder: str, arguments: list[str], printed: tuple[Path, Path]) -> None:
    from harness.cli import main as vaemo_eval

    for descriptor, path in enumerate(printed, start=1):
        os.dup2(os.open(path, os.O_WRONLY), descriptor)
    os.chdir(folder)
    code = 70
    try:
        code = vaemo_eval(arguments)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
