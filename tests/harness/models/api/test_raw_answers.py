"""Raw answers through a server that ends them at `stop` and `max_tokens`, as vLLM does."""

from __future__ import annotations

from typing import Any

import pytest

from harness.kinds.reading import read, to_answer
from harness.models import lm_eval as asking
from harness.record import Seeds
from harness.tasks.features import SHIPPED
from harness.tasks.load import load_tasks
from tests.harness.models.api.conftest import model
from tests.harness.models.api.fault_server import FaultServer

SEEDS = Seeds(python=1, numpy=2, torch=3, fewshot=4, bootstrap=5, chance=6)
THOUGHT = "<think>" + "Valence: 0.52\n\n\nIs it fear? " * 80 + "</think>\nhappiness"


def ended(text: str, request: dict[str, Any]) -> dict[str, Any]:
    """Return a completion that ends at the first stop text, or after `max_tokens` words."""
    places = [text.find(stop) for stop in request.get("stop", ()) if stop in text]
    words = text[: min(places, default=len(text))].split(" ")
    said = " ".join(words[: request["max_tokens"]])
    reason = "length" if len(words) > request["max_tokens"] else "stop"
    return {"choices": [{"index": 0, "message": {"role": "assistant", "content": said}, "finish_reason": reason}]}


@pytest.mark.parametrize(
    ("text", "budget", "expected"),
    [
        ("The values again:\nValence: 0.62\nArousal: 0.41\nThey point to **happiness**.", 0, ("ok", ("happiness",))),
        (THOUGHT, 0, ("truncated", ())),
        (THOUGHT, 1000, ("ok", ("happiness",))),
        ("analysisSadness?\n\n\nNo.assistantfinalhappiness", 0, ("ok", ("happiness",))),
    ],
)
def test_no_stop_text_ends_a_thought_or_a_restated_input(
    text: str, budget: int, expected: tuple[str, tuple[str, ...]]
) -> None:
    [task] = load_tasks(["iimi_basic"], [], SHIPPED)
    settings = asking.AskSettings(None, 1, True, None, {}, SEEDS, budget)
    with FaultServer(answer=lambda request: ended(text, request)) as server:
        [asked] = asking.ask(model(server), task.name, task.engine, settings) or []
    parsed = read(task.kind, asked.doc["item"], to_answer(asked.results), asked.prompt)
    assert (parsed.status, parsed.labels) == expected
    assert "stop" not in server.requests[0]
