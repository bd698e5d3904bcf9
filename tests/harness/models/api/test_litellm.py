"""Providers behind LiteLLM: what it is given, and what its errors mean.

A module with its function, errors and answers replaces LiteLLM.
"""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from harness.models.api.limits import NO_LIMITS
from harness.models.api.model import open_model
from tests.harness.models.api.conftest import requests
from tests.harness.models.api.fault_server import completion, label_of
from va_extractor.common.errors import InputError


class _StatusError(Exception):
    def __init__(self, status: int, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status_code, self.response = status, SimpleNamespace(headers=headers or {})


class _Late(Exception):  # noqa: N818  LiteLLM's name
    pass


class _Lost(Exception):  # noqa: N818  likewise
    pass


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Replace LiteLLM; return the calls. `faults` are raised first."""
    seen: list[dict[str, Any]] = []
    module: Any = ModuleType("litellm")
    module.Timeout, module.APIConnectionError, module.faults = _Late, _Lost, []

    async def acompletion(**arguments: Any) -> Any:
        seen.append(arguments)
        if module.faults:
            raise module.faults.pop(0)
        return SimpleNamespace(model_dump=lambda: completion(arguments))

    module.acompletion = acompletion
    monkeypatch.setitem(sys.modules, "litellm", module)
    return seen


def ask(prompts: list[str], *faults: Exception) -> list[Any]:
    sys.modules["litellm"].faults.extend(faults)
    lm = open_model("bedrock/m", "litellm", {"model": "bedrock/m", "num_concurrent": 1}, NO_LIMITS)
    return list(lm.generate_until(requests(prompts)))


def test_litellm_is_asked_once_and_does_not_ask_again_itself(calls: list[dict[str, Any]]) -> None:
    answers = ask(["a", "b"])
    assert [answer.text for answer in answers] == [label_of("a"), label_of("b")]
    assert (calls[0]["model"], calls[0]["num_retries"], calls[0]["max_retries"]) == ("bedrock/m", 0, 0)
    assert calls[0]["messages"] == [{"role": "user", "content": "a"}]
    assert len(calls) == 2


def test_its_errors_are_waited_out(calls: list[dict[str, Any]]) -> None:
    faults = [_StatusError(429, "slow", {"Retry-After": "0"}), _StatusError(500, "x"), _Late("late"), _Lost("gone")]
    assert ask(["a"], *faults)[0].text == label_of("a")
    assert len(calls) == 5


def test_what_a_provider_does_not_support_is_left_out(calls: list[dict[str, Any]]) -> None:
    said = "bedrock does not support parameters: ['seed'], for model=m."
    assert ask(["a"], _StatusError(400, said))[0].text == label_of("a")
    assert ["seed" in call for call in calls] == [True, False]


def test_a_wrong_key_is_one_line(calls: list[dict[str, Any]]) -> None:
    with pytest.raises(InputError) as raised:
        ask(["a"], _StatusError(401, "no such\nkey"))
    problem = raised.value.problem
    assert (problem.code, problem.file, problem.what) == ("model", "bedrock/m", "no such key (HTTP status 401)")
    assert len(calls) == 1
