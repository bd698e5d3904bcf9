"""Shared by tests of the API client: a model on the loopback address, without long waits."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any

import pytest

from harness.models.api import limits
from harness.models.api.limits import NO_LIMITS, ApiSettings
from harness.models.api.model import ApiLM, open_model
from harness.record import Answer
from tests.harness.models.api.fault_server import FaultServer
from tests.harness.models.tree.conftest import behaviour, connect, served

__all__ = ["behaviour", "connect", "served"]

GREEDY = {"until": ["\n\n\n"], "max_gen_toks": 16, "do_sample": False, "temperature": 0.0}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait little where nobody says how long, and let no variable of this machine in."""
    monkeypatch.setattr(limits, "FIRST_BACKOFF_S", 0.01)
    monkeypatch.setattr(limits, "MAX_BACKOFF_S", 0.05)
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)


def model(server: FaultServer, settings: ApiSettings = NO_LIMITS, backend: str = "", **args: Any) -> ApiLM:
    """Make a model that asks `server`."""
    name = backend or "local-chat-completions"
    return open_model(name, name, {"base_url": server.url, "model": "m", **args}, settings)


def requests(prompts: Iterable[str], system: str | None = None, **generation: Any) -> list[Any]:
    """Return lm-eval's requests for prompts."""
    before = [{"role": "system", "content": system}] if system else []
    return [
        SimpleNamespace(args=(json.dumps([*before, {"role": "user", "content": prompt}]), {**GREEDY, **generation}))
        for prompt in prompts
    ]


class Told:
    """A cache hook that notes what it is told, in order."""

    def __init__(self, on_answer: Callable[[], None] = lambda: None) -> None:
        self.answers: list[tuple[str, Answer]] = []
        self._on_answer = on_answer

    def add_partial(self, attribute: str, args: tuple[Any, ...], answer: Answer) -> None:
        """Note an answer."""
        assert attribute == "generate_until"
        self.answers.append((json.loads(args[0])[-1]["content"], answer))
        self._on_answer()
