"""20,000 requests with 20 % faults at concurrency 64, against the same requests without faults.

Run `python -m benchmarks.api_soak [--requests 20000]`. The server runs in its own process and fails in thirteen ways
(`tests/harness/models/api/fault_server.py`). Checked: every request is answered exactly once, no request is repeated
after a complete answer, and the answers equal those without faults. Memory is printed; it should grow by the answers
only.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lm_eval.api.instance import Instance

from harness.models.api.limits import ApiSettings
from harness.models.api.model import open_model
from harness.record import Answer

ROOT = Path(__file__).resolve().parent.parent
CONCURRENCY = 64
DELAY_S = 0.02
_NAME = "local-chat-completions"


def main() -> None:
    """Ask twice, with faults and without, and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--faults", type=float, default=0.2)
    args = parser.parse_args()
    texts, seen, memory = {}, {}, []
    for faults in (args.faults, 0.0):
        with _server(faults) as address:
            noted = _Noted(args.requests)
            lm = open_model(_NAME, _NAME, {"base_url": f"{address}/v1", "model": "m"}, ApiSettings(CONCURRENCY))
            lm.cache_hook = noted
            began = time.perf_counter()
            answers = lm.generate_until(_requests(args.requests))
            seconds = time.perf_counter() - began
            with urllib.request.urlopen(f"{address}/stats") as response:  # noqa: S310  the server started above
                seen[faults] = json.load(response)
        texts[faults] = [answer.text for answer in answers]
        memory.append(noted.mib)
        assert lm.stopped is None and not [answer for answer in answers if answer.missing]
        assert len(noted.told) == len(set(noted.told)) == args.requests, "an answer was kept twice, or never"
        stats = seen[faults]
        assert stats["answered"] == stats["answers"] == args.requests, stats
        assert stats["asked_again"] == 0, stats
        assert stats["most_at_once"] <= CONCURRENCY, stats
        _say(
            f"{faults:4.0%} faults: {stats['requests']:,} requests for {args.requests:,} answers in {seconds:.1f} s, "
            f"{stats['asked_again']} asked again after their answer, at most {stats['most_at_once']} at once"
        )
    assert texts[args.faults] == texts[0.0]
    _say("answers equal to those without faults: yes; each answered exactly once: yes")
    for name, mib in zip(("with faults", "without"), memory, strict=True):
        kib = (mib[-1] - mib[0]) / 0.9 * 1024 / args.requests
        _say(
            f"memory {name}, MiB at each tenth: {' '.join(f'{one:.0f}' for one in mib)} ({kib:.1f} KiB an answer kept)"
        )


class _Noted:
    """A cache hook that counts answers, and measures memory at each tenth of them."""

    def __init__(self, total: int) -> None:
        self._tenth = max(1, total // 10)
        self.told: list[int] = []
        self.mib: list[float] = []

    def add_partial(self, _: str, args: tuple[Any, ...], answer: Answer) -> None:
        """Count an answer."""
        self.told.append(hash(args[0]))
        if len(self.told) % self._tenth == 0:
            pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
            self.mib.append(pages * 4096 / 2**20)


def _requests(count: int) -> list[Any]:
    arguments = {"until": ["\n\n\n"], "max_gen_toks": 16, "do_sample": False, "temperature": 0.0}
    return [
        Instance(
            request_type="generate_until",
            doc={},
            arguments=(json.dumps([{"role": "user", "content": f"item {n} {'x' * 600}"}]), arguments),
            idx=0,
            metadata=("t", n, 1),
        )
        for n in range(count)
    ]


@contextmanager
def _server(faults: float) -> Iterator[str]:
    command = [
        sys.executable,
        "-m",
        "tests.harness.models.api.fault_server",
        "--faults",
        str(faults),
        "--delay",
        str(DELAY_S),
    ]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.communicate()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
