"""Run `vaemo-eval` again and again in forked children that start warm, and kill them at given moments.

Reads one JSON object a line, `{"arguments": [...], "kill_after": seconds or null, "signal": number}`, and writes one,
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
    import lm_eval.evaluator
    import lm_eval.models.openai_completions  # noqa: F401
    import scipy.stats  # noqa: F401
    import sklearn.linear_model  # noqa: F401

    for line in sys.stdin:
        asked = json.loads(line)
        sys.stdout.write(json.dumps(_run(**asked)) + "\n")
        sys.stdout.flush()


def _run(arguments: list[str], kill_after: float | None, signal: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        out.touch()
        err.touch()
        began = time.monotonic()
        child = os.fork()
        if not child:
            _be_the_child(arguments, out, err)
        found = 0
        while not found:
            if kill_after is not None and time.monotonic() - began >= kill_after:
                os.kill(child, signal)
                kill_after = None
            found, status = os.waitpid(child, os.WNOHANG)
            time.sleep(0.001)  # waitpid has no time limit, and the moment of the kill must be kept
        return {
            "code": os.waitstatus_to_exitcode(status),
            "seconds": time.monotonic() - began,
            "out": out.read_text(encoding="utf-8"),
            "err": err.read_text(encoding="utf-8"),
        }


def _be_the_child(arguments: list[str], out: Path, err: Path) -> None:
    from harness.cli import main as vaemo_eval

    for path, descriptor in ((out, 1), (err, 2)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), descriptor)
    code = 70
    try:
        code = vaemo_eval(arguments)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
