"""What is sent to each kind of provider, and how its answers are read: forms as in the providers' API references."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.models.api import providers
from harness.models.api.chat import AnthropicMessages, OpenAIChat
from harness.models.api.dialect import ChatRequest, UnreadableError, generation
from harness.record import Answer
from tests.harness.models.api.conftest import model, requests
from tests.harness.models.api.fault_server import Act, FaultServer, completion, error
from va_extractor.common.errors import InputError

KWARGS = {"until": ["\n\n\n", "\nValence:"], "max_gen_toks": 64, "do_sample": False, "temperature": 0.0}
LOCAL = providers.find("local", "m", "http://h/v1", None)
MESSAGES = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}]


def endpoint(backend: str, monkeypatch: pytest.MonkeyPatch) -> providers.Endpoint:
    for name in providers.PROVIDERS[backend].keys:
        monkeypatch.setenv(name, "k-123456")
    return providers.find(backend, "m", "http://h/v1" if backend == "local" else None, None)


def chat(message: dict[str, Any], finish: str | None = "stop") -> Answer:
    body = {"choices": [{"index": 0, "message": message, "finish_reason": finish}], "usage": {"prompt_tokens": 9}}
    return OpenAIChat(LOCAL).read(body)


def test_openai_is_sent_its_own_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    at = endpoint("openai", monkeypatch)
    asked = generation({**KWARGS, "top_p": 0.9}, 1234, 256, "low")
    assert OpenAIChat(at).body(MESSAGES, asked, frozenset()) == {
        "model": "m",
        "messages": MESSAGES,
        "max_tokens": 64,
        "temperature": 0.0,
        "stop": ("\n\n\n", "\nValence:"),
        "seed": 1234,
        "reasoning_effort": "low",
        "top_p": 0.9,
    }
    assert at.url == "https://api.openai.com/v1/chat/completions"
    assert OpenAIChat(at).headers() == {"Authorization": "Bearer k-123456"}


def test_anthropic_is_sent_its_own_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    at = endpoint("anthropic", monkeypatch)
    dialect, asked = AnthropicMessages(at), generation(KWARGS, 1234, 256, None)
    assert dialect.body(MESSAGES, asked, frozenset()) == {
        "model": "m",
        "max_tokens": 64,
        "system": "Be brief.",
        "messages": MESSAGES[1:],
        "temperature": 0.0,
        "stop_sequences": ["\nValence:"],
    }
    assert at.url == "https://api.anthropic.com/v1/messages"
    assert dialect.headers() == {"anthropic-version": "2023-06-01", "x-api-key": "k-123456"}
    changes = " ".join(dialect.unsent(ChatRequest(0, (), asked)))
    assert "seed 1234 not sent" in changes
    assert "white space" in changes


def test_effort_asks_anthropic_to_think(monkeypatch: pytest.MonkeyPatch) -> None:
    dialect = AnthropicMessages(endpoint("anthropic", monkeypatch))
    body = dialect.body(MESSAGES, generation(KWARGS, 1, 256, "medium"), frozenset())
    assert (body["thinking"], body["output_config"]) == ({"type": "adaptive"}, {"effort": "medium"})


def test_mistrals_seed_has_another_name(monkeypatch: pytest.MonkeyPatch) -> None:
    dialect = OpenAIChat(endpoint("mistral", monkeypatch))
    body = dialect.body(MESSAGES, generation(KWARGS, 7, 256, None), frozenset())
    assert (body.get("seed"), body["random_seed"]) == (None, 7)


def test_sampling_arguments_are_lm_evals() -> None:
    sampled = generation({"do_sample": True, "temperature": 0.7, "seed": 3, "max_tokens": 5}, 1234, 256, None)
    assert (sampled.temperature, sampled.seed, sampled.max_tokens, sampled.stop) == (0.7, 3, 5, ())
    assert generation({}, 1, 256, None).temperature == 0.0
    assert generation({"do_sample": True}, 1, 256, None).temperature is None
    assert generation({"until": "x", "do_sample": False, "temperature": 0.9}, 1, 256, None).temperature == 0.0
    with pytest.raises(InputError) as raised:
        generation({"max_gen_toks": "many"}, 1, 256, None)
    assert (raised.value.problem.code, raised.value.problem.field) == ("type", "--gen_kwargs")


@pytest.mark.parametrize(
    ("message", "finish", "expected"),
    [
        ({"content": "joy"}, "stop", ("joy", None, "stop")),
        ({"content": "joy"}, "length", ("joy", None, "length")),
        ({"content": None}, "content_filter", ("", None, "content_filter")),
        ({"content": None, "refusal": "I can't."}, "stop", ("I can't.", None, "refusal")),
        ({"content": "joy", "reasoning_content": "hm"}, "stop", ("joy", "hm", "stop")),
        ({"content": "joy", "reasoning": "hm"}, "stop", ("joy", "hm", "stop")),
        ({"content": None, "reasoning": "hm"}, "length", ("", "hm", "length")),
        ({"content": "<think>hm</think>\n\njoy"}, "stop", ("<think>hm</think>\n\njoy", None, "stop")),
        (
            {
                "content": [
                    {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
                    {"type": "text", "text": "joy"},
                ]
            },
            "stop",
            ("joy", "hm", "stop"),
        ),
        ({"content": "joy"}, None, ("joy", None, None)),
        ({"content": "joy"}, "something new", ("joy", None, None)),
        ({"content": "joy \ud83d"}, "length", ("joy ?", None, "length")),
    ],
)
def test_a_chat_completion_is_read(message: dict[str, Any], finish: str | None, expected: tuple[Any, ...]) -> None:
    answer = chat(message, finish)
    assert (answer.text, answer.reasoning, answer.finish) == expected
    assert answer.prompt_tokens == 9


@pytest.mark.parametrize(
    ("content", "reason", "expected"),
    [
        ([{"type": "text", "text": "joy"}], "end_turn", ("joy", None, "stop")),
        ([{"type": "text", "text": "joy"}], "stop_sequence", ("joy", None, "stop")),
        ([{"type": "text", "text": "jo"}], "max_tokens", ("jo", None, "length")),
        (
            [{"type": "thinking", "thinking": "hm", "signature": "s"}, {"type": "text", "text": "joy"}],
            "end_turn",
            ("joy", "hm", "stop"),
        ),
        (
            [{"type": "redacted_thinking", "data": "x"}, {"type": "text", "text": "joy"}],
            "end_turn",
            ("joy", None, "stop"),
        ),
        ([{"type": "thinking", "thinking": "hm"}], "max_tokens", ("", "hm", "length")),
        ([], "refusal", ("", None, "refusal")),
    ],
)
def test_a_message_is_read(content: list[Any], reason: str, expected: tuple[Any, ...]) -> None:
    usage = {"input_tokens": 5, "cache_read_input_tokens": 4, "output_tokens": 3}
    answer = AnthropicMessages(LOCAL).read({"content": content, "stop_reason": reason, "usage": usage})
    assert (answer.text, answer.reasoning, answer.finish) == expected
    assert (answer.prompt_tokens, answer.answer_tokens) == (9, 3)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["choices", "message", "content", "text", "type", "thinking", "usage", "prompt_tokens"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["choices", "content", "usage", "stop_reason"]), JSON))
def test_whatever_a_server_sends_is_an_answer_or_unreadable(body: dict[str, Any]) -> None:
    for dialect in (OpenAIChat(LOCAL), AnthropicMessages(LOCAL)):
        try:
            assert isinstance(dialect.read(body), Answer)
        except UnreadableError as problem:
            assert str(problem)


REFUSALS = {
    "temperature": error(
        400,
        "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.",
        param="temperature",
        code="unsupported_value",
    ),
    "stop": error(
        400, "Unsupported parameter: 'stop' is not supported with this model.", param="stop"
    ),
    "seed": Act(
        status=422,
        body=json.dumps({
            "detail": [{"type": "extra_forbidden", "loc": ["body", "seed"], "msg": "Extra inputs are not permitted"}]
        }).encode(),
    ),
    "max_tokens": error(
        400,
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        param="max_tokens",
    ),
    "system": error(400, "Developer instruction is not enabled for models/gemma-3-27b-it", code="INVALID_ARGUMENT"),
}  # fmt: skip


def has(request: dict[str, Any], parameter: str) -> bool:
    return request["messages"][0]["role"] == "system" if parameter == "system" else parameter in request


@pytest.mark.parametrize("refused", [[name] for name in REFUSALS] + [list(REFUSALS)])
def test_a_provider_is_sent_what_it_accepts_and_the_change_is_noted(refused: list[str]) -> None:
    """The server refuses one parameter at a time, as real ones do."""
    server = FaultServer()

    def script(prompt: str, before: int) -> Act:
        return next((REFUSALS[name] for name in refused if has(server.requests[-1], name)), Act())

    server.script = script
    with server:
        lm = model(server, num_concurrent=1)
        answers = lm.generate_until(requests(["a", "b", "c"], system="Be brief."))
    assert all(answer.missing is None for answer in answers)
    assert len(server.requests) == 3 + len(refused)
    assert len(lm.changes) == len(refused)
    for name, change in zip(sorted(refused), sorted(lm.changes), strict=True):
        assert change.startswith(name)
        assert "HTTP status" in change
    sent = server.requests[-1]
    assert sent["max_completion_tokens" if "max_tokens" in refused else "max_tokens"] == 16
    assert sent["messages"][-1]["content"] == ("Be brief.\n\nc" if "system" in refused else "c")


def test_stop_texts_that_could_not_be_sent_still_end_the_answer() -> None:
    def talkative(request: dict[str, Any]) -> dict[str, Any]:
        body = completion(request)
        body["choices"][0]["message"]["content"] = "joy\nValence: 0.3\n\n\nand more"
        return body

    server = FaultServer(answer=talkative)
    server.script = lambda prompt, before: REFUSALS["stop"] if "stop" in server.requests[-1] else Act()
    with server:
        [answer] = model(server).generate_until(requests(["a"], until=["\n\n\n", "\nValence:"]))
    assert (answer.text, answer.finish) == ("joy", "stop")


def test_a_parameter_named_where_the_prompt_is_too_long_is_not_left_out() -> None:
    long = error(400, "'max_tokens' or 'max_completion_tokens' is too large: 16. This model supports at most 8 tokens.")
    with FaultServer(lambda prompt, before: long if prompt == "b" else Act()) as server:
        lm = model(server, num_concurrent=1)
        answers = lm.generate_until(requests(["a", "b", "c"]))
    assert lm.changes == ()
    assert "too large" in str(answers[1].missing)


def test_a_filtered_prompt_is_an_answer_of_its_own_class() -> None:
    act = error(400, "The response was filtered by the content management policy.", code="content_filter")
    with FaultServer(lambda prompt, before: act if prompt == "b" else Act()) as server:
        answers = model(server).generate_until(requests(["a", "b"]))
    assert (answers[1].text, answers[1].finish, answers[1].missing) == ("", "content_filter", None)
    assert server.asked["b"] == 1
