"""A loopback server of OpenAI's completions protocol that really runs a tiny model, as vLLM does.

What it answers: prompts as token ids, `max_tokens` 1, `echo`, and `logprobs` up to a limit, keyed by token text or,
with `return_tokens_as_token_ids`, by token id.
"""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast


@dataclass
class Behaviour:
    """What the server does, and the requests that it has seen."""

    most_logprobs: int = 300
    echoes: bool = True
    token_ids: bool = True
    shift: float = 0.0  # added to the log-probabilities of new tokens: a server whose two paths differ
    failures: int = 0  # requests still to be refused
    refusal: int = 503  # the status they are refused with
    retry_after: str | None = None
    spoiled: int = 0  # answers still to be sent without anything in them
    headers: list[dict[str, str]] = field(default_factory=list)  # of the requests
    breaks_after: float = math.inf  # requests, after which all are refused
    arrived: list[float] = field(default_factory=list)  # when, on a monotonic clock
    requests: list[dict[str, Any]] = field(default_factory=list)


class Completions:
    """Answers one request with a model."""

    def __init__(self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, behaviour: Behaviour) -> None:
        self._model = model
        self._behaviour = behaviour
        self._ids = [f"token_id:{token}" for token in range(model.config.vocab_size)]
        self._texts = [tokenizer.decode([token]) for token in range(model.config.vocab_size)]

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the body of a response."""
        choices = [self._choice(prompt, request) | {"index": i} for i, prompt in enumerate(request["prompt"])]
        return {"object": "text_completion", "choices": choices}

    def _choice(self, prompt: list[int], request: dict[str, Any]) -> dict[str, Any]:
        with torch.no_grad():
            steps = self._model(torch.tensor([prompt])).logits[0].log_softmax(-1)
        new = int(steps[-1].argmax())
        tops = self._tops(steps, request)
        new_top = {token: value + self._behaviour.shift for token, value in tops[-1].items()}
        if not request.get("echo"):
            return {"text": self._texts[new], "logprobs": {"top_logprobs": [new_top]}}
        read = [float(step[token]) for step, token in zip(steps, [*prompt[1:], new], strict=True)]
        return {"text": "", "logprobs": {"token_logprobs": [None, *read], "top_logprobs": [None, *tops[:-1], new_top]}}

    def _tops(self, steps: torch.Tensor, request: dict[str, Any]) -> list[dict[str, float]]:
        values, tokens = steps.topk(min(request.get("logprobs", 1), self._behaviour.most_logprobs))
        by_id = self._behaviour.token_ids and request.get("return_tokens_as_token_ids", False)
        names = self._ids if by_id else self._texts
        return [
            {names[token]: value for token, value in zip(reversed(row), reversed(read), strict=True)}
            for row, read in zip(tokens.tolist(), values.tolist(), strict=True)
        ]


@contextmanager
def serve(model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, behaviour: Behaviour) -> Iterator[str]:
    """Serve on a free port; gives the URL."""
    completions = Completions(model, tokenizer, behaviour)

    class Handler(BaseHTTPRequestHandler):
        wbufsize = -1  # head and body in one packet

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            behaviour.requests.append(request)
            behaviour.arrived.append(time.monotonic())
            behaviour.headers.append(dict(self.headers))
            if len(behaviour.requests) > behaviour.breaks_after:
                self._send(400, {"error": "broken"})
            elif behaviour.failures:
                behaviour.failures -= 1
                self._send(behaviour.refusal, {"error": "busy"})
            elif request.get("echo") and not behaviour.echoes:
                self._send(400, {"error": "echo is not supported"})
            elif behaviour.spoiled:
                behaviour.spoiled -= 1
                self._send(200, {"choices": []})
            else:
                self._send(200, completions.answer(request))

        def _send(self, status: int, answer: dict[str, Any]) -> None:
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            if status == behaviour.refusal and behaviour.retry_after is not None:
                self.send_header("Retry-After", behaviour.retry_after)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    def run() -> None:
        torch.set_num_threads(1)  # of this thread alone
        server.serve_forever(poll_interval=0.02)

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1/completions"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
