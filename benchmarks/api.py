"""The API client against lm-eval's `local-chat-completions`: same server, items and concurrency, in the same run.

Run `python -m benchmarks.api [--seconds 20]`. The server runs in its own process and answers each request after 50 ms
(it prints the measured delay), so the ideal rate is concurrency / 50 ms. The two clients run in turn, each in its own
process. Ours starts with 16 requests at once and doubles with each round of answers; this time is included. "client"
figures cover the requests only; CPU time is user and system time of the client. Server and client share the cores,
which limits the rate: the server's CPU time is printed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LATENCY_S = 0.05
_TICK_S = 0.001  # asyncio waits in whole milliseconds, rounded up
CONCURRENCIES = (1, 16, 64, 256)
STARTS = 3
_ANSWER = json.dumps({
    "id": "chatcmpl-0",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "happiness"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 180, "completion_tokens": 2, "total_tokens": 182},
}).encode()  # fmt: skip


def main() -> None:
    """Measure each pair in turn and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20.0, help="of asking at the ideal rate, for each row")
    parser.add_argument("--child", choices=["serve", "ask-ours", "ask-theirs", "first-ours", "first-theirs"])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--concurrency", type=int, default=1)
    parser.add_argument("--items", type=int, default=1)
    args = parser.parse_args()
    if args.child == "serve":
        asyncio.run(_serve())
        return
    if args.child:
        _CHILDREN[args.child](args.port, args.concurrency, args.items)
        return
    _say(f"{os.cpu_count()} cores, load before {os.getloadavg()[0]:.2f}; ideal rate = concurrency / 50 ms")
    _say(f"{'concurrency':>11} {'items':>7} {'ours':>8} {'lm-eval':>8}  of the ideal rate; ours / lm-eval's rate")
    rows = []
    with _server() as port:
        for concurrency in CONCURRENCIES:
            items = round(args.seconds * concurrency / LATENCY_S)
            ours, theirs = (_run(f"ask-{who}", port, concurrency, items) for who in ("ours", "theirs"))
            ideal = items * LATENCY_S / concurrency
            rows.append((concurrency, ours, theirs))
            shares = f"{ideal / ours['seconds']:8.3f} {ideal / theirs['seconds']:8.3f}"
            _say(f"{concurrency:11} {items:7,} {shares}  {theirs['seconds'] / ours['seconds']:.2f}")
        _say(f"\n{'concurrency':>11} {'ours':>8} {'lm-eval':>8} {'ratio':>6}  CPU time a request, ms (goal: at most 1)")
        for concurrency, ours, theirs in rows:
            mine, other = ours["cpu_ms"], theirs["cpu_ms"]
            _say(f"{concurrency:11} {mine:8.3f} {other:8.3f} {mine / other:6.2f}")
        starts = [[_first(f"first-{who}", port) for who in ("ours", "theirs")] for _ in range(STARTS)]
        ratio = sorted(ours / theirs for ours, theirs in starts)[STARTS // 2]
        ours_s, theirs_s = (sorted(column)[STARTS // 2] for column in zip(*starts, strict=True))
        _say(f"\nstart to first request, s: ours {ours_s:.2f}, lm-eval {theirs_s:.2f}, ratio {ratio:.2f} (at most 0.5)")


@contextmanager
def _server() -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.api", "--child", "serve"],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        rest, _ = process.communicate("end\n")
        _say(f"the server: {rest.strip()}")


def _run(child: str, port: int, concurrency: int, items: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.api", "--child", child, "--port", str(port)]
    command += ["--concurrency", str(concurrency), "--items", str(items)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _first(child: str, port: int) -> float:
    """Return the seconds from the start of a process to the first request, which the server notes."""
    began = time.time()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "benchmarks.api", "--child", child, "--port", str(port)],
            cwd=ROOT, env={**os.environ, "VAEMO_OUT": folder}, capture_output=True, check=True,
        )  # fmt: skip
    return _noted(port) - began


def _noted(port: int) -> float:
    """Ask the server when the last run's first request came, and let it forget."""
    import urllib.request

    with urllib.request.urlopen(f"http://127.0.0.1:{port}/first") as response:
        return float(response.read())


class _Fixed(asyncio.Protocol):
    """HTTP/1.1 as far as the two clients need it: one request at a time, each with a length."""

    first = 0.0
    served = 0
    held_s = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._held = b""

    def data_received(self, data: bytes) -> None:
        self._held += data
        head, found, body = self._held.partition(b"\r\n\r\n")
        if not found:
            return
        if head.startswith(b"GET"):
            self._held = b""
            self._reply(str(_Fixed.first).encode())
            _Fixed.first = 0.0
            return
        lower = head.lower()
        start = lower.index(b"content-length:") + 15
        length = int(lower[start:].split(b"\r", 1)[0])
        if len(body) >= length:
            _Fixed.first = _Fixed.first or time.time()
            _Fixed.served += 1
            self._held = body[length:]
            _Fixed.held_s -= time.perf_counter()
            self._loop.call_later(LATENCY_S - _TICK_S / 2, self._answer)

    def _answer(self) -> None:
        self._reply(_ANSWER)
        _Fixed.held_s += time.perf_counter()

    def _reply(self, body: bytes) -> None:
        if not self._transport.is_closing():
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
            self._transport.write(head + body)


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Fixed, "127.0.0.1", 0, backlog=1024)
    _say(str(server.sockets[0].getsockname()[1]))
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    cpu_s, served = time.process_time(), max(1, _Fixed.served)
    held = f"held for {_Fixed.held_s / served * 1000:.2f} ms"
    _say(f"{served:,} requests, each {held} and for {cpu_s / served * 1000:.3f} ms of CPU time")


def _requests(items: int) -> list[Any]:
    """Return requests as a task of this project makes them: one prompt's text, other numbers."""
    from lm_eval.api.instance import Instance

    text = (ROOT / "tasks" / "iimi" / "iimi_basic.yaml").read_text(encoding="utf-8")
    arguments = {"until": ["\n\n\n", "\nValence:"], "max_gen_toks": 256, "do_sample": False, "temperature": 0.0}
    return [
        Instance(
            request_type="generate_until",
            doc={},
            arguments=(json.dumps([{"role": "user", "content": f"{text}{n}"}]), arguments),
            idx=0,
            metadata=("t", n, 1),
        )
        for n in range(items)
    ]


def _measured(lm: Any, requests: list[Any]) -> None:
    started, cpu = time.perf_counter(), time.process_time()
    answers = lm.generate_until(requests)
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    assert len(answers) == len(requests) and all(getattr(one, "text", one) == "happiness" for one in answers)
    _say(json.dumps({"seconds": seconds, "cpu_ms": cpu / len(requests) * 1000}))


def _ask_ours(port: int, concurrency: int, items: int) -> None:
    from harness.models.api.limits import ApiSettings
    from harness.models.api.model import open_model
    from harness.models.lm_eval import rare_collection

    args = {"base_url": f"http://127.0.0.1:{port}/v1", "model": "m"}
    name = "local-chat-completions"
    lm = open_model(name, name, args, ApiSettings(concurrency=concurrency))
    with rare_collection():  # as every run asks
        _measured(lm, _requests(items))


def _ask_theirs(port: int, concurrency: int, items: int) -> None:
    from lm_eval.models.api_models import JsonChatStr
    from lm_eval.models.openai_completions import LocalChatCompletion

    lm = LocalChatCompletion(
        base_url=f"http://127.0.0.1:{port}/v1/chat/completions",
        model="m",
        num_concurrent=concurrency,
        eos_string="</s>",
    )
    requests = _requests(items)
    for request in requests:
        request.arguments = (JsonChatStr(request.arguments[0]), request.arguments[1])
    _measured(lm, requests)


def _first_ours(port: int, _concurrency: int, _items: int) -> None:
    from harness.cli import main as vaemo_eval

    vaemo_eval([
        *("--model", "local-chat-completions", "--tasks", "iimi_basic", "--limit", "1"),
        *("--model_args", f"base_url=http://127.0.0.1:{port}/v1/chat/completions,model=m"),
        *("--output_path", os.environ["VAEMO_OUT"]),
    ])  # fmt: skip


def _first_theirs(port: int, _concurrency: int, _items: int) -> None:
    from lm_eval import __main__

    sys.argv = [
        *("lm_eval", "run", "--model", "local-chat-completions", "--include_path", str(ROOT / "tasks")),
        *("--model_args", f"base_url=http://127.0.0.1:{port}/v1/chat/completions,model=m"),
        *("--tasks", "iimi_basic", "--limit", "1", "--apply_chat_template", "--output_path", os.environ["VAEMO_OUT"]),
    ]
    __main__.cli_evaluate()


_CHILDREN = {
    "ask-ours": _ask_ours,
    "ask-theirs": _ask_theirs,
    "first-ours": _first_ours,
    "first-theirs": _first_theirs,
}


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
