"""A chat server on the loopback address that answers, or fails in every way that a script says.

The same prompt always gets the same answer, so that a run with faults can be compared with one without. As a program
(`python -m tests.harness.models.api.fault_server`) it prints its port and serves a random fraction of faults.
`GET /stats` returns the requests it received.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import random
import socket
import struct
import sys
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

LABELS = ("anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")


@dataclass(frozen=True)
class Act:
    """What the server does with one request.

    Attributes:
        how: send it `whole`, the first `half` and then close, one byte a `drip`, `twice`, `reset` the connection,
            `close` it without a word, or `hang`.
        status: of the response.
        headers: further ones.
        body: None for the good answer.
        after: seconds to wait first.
    """

    how: Literal["whole", "half", "drip", "twice", "reset", "close", "hang"] = "whole"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    after: float = 0.0

    @property
    def good(self) -> bool:
        """Whether a client gets a whole answer."""
        return self.how in ("whole", "twice") and self.status == 200 and self.body is None


Script = Callable[[str, int], Act]
Answerer = Callable[[dict[str, Any]], dict[str, Any]]


def error(status: int, message: str, *headers: tuple[str, str], **more: Any) -> Act:
    """Return an error of OpenAI's form."""
    return Act(status=status, headers=headers, body=json.dumps({"error": {"message": message, **more}}).encode())


def prompt_of(request: dict[str, Any]) -> str:
    """Return a request's last message, or the prompt to be completed."""
    return str(request["messages"][-1]["content"] if "messages" in request else request["prompt"])


def label_of(prompt: str) -> str:
    """Return the answer to a prompt."""
    return LABELS[hashlib.sha256(prompt.encode()).digest()[0] % len(LABELS)]


def completion(request: dict[str, Any]) -> dict[str, Any]:
    """Return a chat completion of OpenAI's form."""
    prompt = prompt_of(request)
    return {
        "id": "chatcmpl-0",
        "object": "chat.completion",
        "model": "served-2026-01-01",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": label_of(prompt)}, "finish_reason": "stop"}
        ],
        "usage": {"prompt_tokens": len(prompt) // 4, "completion_tokens": 2},
    }


@dataclass
class FaultServer:
    """The server, in a thread of its own while the context lasts.

    Attributes:
        script: what to do, from the prompt and how often it was asked before.
        answer: makes the body of a good answer.
        requests: every request's body, in the order they came.
        headers: of the last request.
        asked: how often each prompt was asked.
        sent: how often each prompt was sent its whole answer.
        asked_again: how often a prompt was asked whose answer had been sent.
        most_at_once: most requests in flight at once.
    """

    script: Script = lambda prompt, before: Act()
    answer: Answerer = completion
    keep: bool = True
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)
    asked_again: int = 0
    most_at_once: int = 0
    port: int = 0
    _now: int = 0

    @property
    def url(self) -> str:
        """Return the address to give as base_url."""
        return f"http://127.0.0.1:{self.port}/v1"

    def __enter__(self) -> FaultServer:
        started = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, args=(started,), daemon=True)
        self._thread.start()
        started.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(self.listen())
        started.set()
        self._loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def listen(self) -> asyncio.Server:
        """Start to listen on a free port."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=1024)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Serve one request; return whether the connection stays open."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
        if head[0].startswith("GET /stats"):
            writer.write(_message(200, (), json.dumps(self.stats()).encode()))
            return True
        self.headers = {line.split(": ", 1)[0].lower(): line.split(": ", 1)[1] for line in head[1:] if ": " in line}
        request = json.loads(await reader.readexactly(int(headers.get("content-length", 0))))
        prompt = prompt_of(request)
        before = self.asked[prompt]
        self.asked[prompt] += 1
        self.asked_again += bool(self.sent[prompt])
        if self.keep:
            self.requests.append(request)
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        try:
            return await self._act(self.script(prompt, before), request, writer)
        finally:
            self._now -= 1

    async def _act(self, act: Act, request: dict[str, Any], writer: asyncio.StreamWriter) -> bool:
        if act.after:
            await asyncio.sleep(act.after)
        if act.how == "hang":
            await asyncio.sleep(3600)
        if act.how == "reset":
            linger = struct.pack("ii", 1, 0)  # close with RST instead of FIN
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.transport.abort()
            return False
        if act.how == "close":
            return False
        body = act.body
        if body is None:
            made = self.answer(request) if self.answer is completion else await asyncio.to_thread(self.answer, request)
            body = json.dumps(made).encode()
        message = _message(act.status, act.headers, body)
        if act.how == "half":
            writer.write(message[: len(message) - len(body) // 2])
            await writer.drain()
            return False
        if act.how == "drip":
            for byte in message:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0.02)
            return True
        if act.good:
            self.sent[prompt_of(request)] += 1
        writer.write(message * (2 if act.how == "twice" else 1))
        await writer.drain()
        return True

    def stats(self) -> dict[str, int]:
        """Tell what was asked."""
        return {
            "requests": sum(self.asked.values()),
            "prompts": len(self.asked),
            "answered": len(self.sent),
            "answers": sum(self.sent.values()),
            "asked_again": self.asked_again,
            "most_at_once": self.most_at_once,
        }


def drawn(share: float, delay: float, seed: int = 0) -> Script:
    """Return a script that fails a share of all requests, in every way that ends by itself; at most five in a row.

    Args:
        share: of requests that fail.
        delay: seconds before each response.
        seed: the same seed fails the same requests.
    """
    good = Act(after=delay)
    bad = (
        error(429, "slow down", ("Retry-After", "0")),
        error(429, "slow down"),
        error(500, "internal"),
        error(502, "bad gateway"),
        error(503, "busy", ("Retry-After", "0")),
        error(529, "Overloaded", type="overloaded_error"),
        Act("reset", after=delay),
        Act("close", after=delay),
        Act("half", after=delay),
        Act(body=b'{"choices": [', after=delay),
        Act(body=b"<html>proxy</html>", headers=(("Content-Type", "text/html"),), after=delay),
        Act(body=b'{"choices": []}', after=delay),
        Act(body=b'{"error": {"message": "upstream", "code": 502}}', after=delay),
    )

    def script(prompt: str, before: int) -> Act:
        draw = random.Random(f"{seed} {before} {prompt}")
        return draw.choice(bad) if before < 5 and draw.random() < share else good

    return script


def _message(status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> bytes:
    names = {name.lower() for name, _ in headers}
    head = [f"HTTP/1.1 {status} Status", f"Content-Length: {len(body)}", *(f"{name}: {text}" for name, text in headers)]
    if "content-type" not in names:
        head.append("Content-Type: application/json")
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def main() -> None:
    """Serve until the standard input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--faults", type=float, default=0.0)
    parser.add_argument("--delay", type=float, default=0.0)
    args = parser.parse_args()
    with FaultServer(drawn(args.faults, args.delay), keep=False) as server:
        sys.stdout.write(f"{server.port}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
