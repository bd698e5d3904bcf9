"""A chat server on loopback that counts what it is asked; its answer is a function of the prompt."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WORDS = ("anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")


class Loopback(ThreadingHTTPServer):
    """The server.

    Attributes:
        asked: how often each prompt was asked for.
        delay: seconds before an answer.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, delay: float) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked = Counter[str]()
        self.delay = delay

    @property
    def address(self) -> str:
        """Where chat completions are asked for."""
        return f"http://127.0.0.1:{self.server_port}/v1/chat/completions"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that was killed."""


class _Handler(BaseHTTPRequestHandler):
    server: Loopback

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        prompt = json.dumps(sent["messages"])
        digest = hashlib.sha256(prompt.encode()).digest()
        self.server.asked[prompt] += 1
        time.sleep(self.server.delay * (0.5 + digest[0] / 255))  # the latency, so that answers come out of order
        said = {"choices": [{"index": 0, "message": {"role": "assistant", "content": WORDS[digest[1] % len(WORDS)]}}]}
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(said).encode())

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


@contextmanager
def loopback(delay: float = 0.0) -> Iterator[Loopback]:
    """Serve in threads of this process."""
    with Loopback(delay) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()
