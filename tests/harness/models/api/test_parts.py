"""The parts by themselves: waiting, the limiter, budgets, names, keys and words."""

from __future__ import annotations

import random
from collections import deque
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.models.api import faults, providers
from harness.models.api.faults import retry_after, until_reset
from harness.models.api.limits import MAX_BACKOFF_S, ApiSettings, Budget, Limiter, Tokens, backoff
from harness.models.api.prices import Price, load
from harness.models.api.progress import Meter
from harness.models.choice import choose
from tests.harness.models.api.conftest import model, requests
from tests.harness.models.api.fault_server import Act, FaultServer
from va_extractor.common.errors import InputError

PRICE = Price(10.0, 100.0, next(iter(load().values())).as_of, "test")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "Retry-After": "1"}, 0.25),
        ({"Retry-After": "Sat, 21 Nov 2026 10:01:30 GMT", "Date": "Sat, 21 Nov 2026 10:00:00 GMT"}, 90.0),
        ({"Retry-After": "Sat, 21 Nov 2026 09:00:00 GMT", "Date": "Sat, 21 Nov 2026 10:00:00 GMT"}, 0.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-3"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "inf"}, None),
        ({}, None),
    ],
)
def test_what_a_provider_asks_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_google_asks_in_the_body() -> None:
    assert retry_after({}, b'{"error": {"details": [{"retryDelay": "34.5s"}]}}') == 34.5


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m0s"}, 360.0),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "120ms"}, 0.12),
        ({"x-ratelimit-remaining-requests": "1", "x-ratelimit-reset-requests": "6m0s"}, None),
        ({"x-ratelimit-remaining-tokens": "99", "x-ratelimit-reset-tokens": "1.5s"}, 1.5),
        ({"x-ratelimit-remaining-tokens": "100", "x-ratelimit-reset-tokens": "1.5s"}, None),
        (
            {
                "anthropic-ratelimit-requests-remaining": "0",
                "anthropic-ratelimit-requests-reset": "2026-11-21T10:00:10Z",
                "Date": "Sat, 21 Nov 2026 10:00:00 GMT",
            },
            10.0,
        ),
        ({"x-ratelimit-remaining-requests": "0"}, None),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "later"}, None),
    ],
)
def test_used_up_limits_are_waited_for(headers: dict[str, str], seconds: float | None) -> None:
    assert until_reset(headers, 100) == seconds


@given(st.integers(1, 2000))
def test_backoff_is_bounded(tries: int) -> None:
    assert 0 <= backoff(tries, random.Random(tries)) <= MAX_BACKOFF_S


def play(
    limiter: Limiter, latency: float, seconds: float, capacity: float = float("inf")
) -> tuple[int, int, list[int]]:
    """Play a provider that answers up to `capacity` at once and pushes the rest back at once.

    Returns:
        Answers, push-backs, and the requests in flight after each second.
    """
    good: deque[float] = deque()
    bad: deque[float] = deque()
    trace: list[int] = []
    now, answered, pushed = 0.0, 0, 0

    def fill() -> None:
        while limiter.delay(now) == 0:
            limiter.start(now, 10)
            (good if len(good) < capacity else bad).append(now)

    while now < seconds:
        fill()
        while bad and bad[0] + latency / 10 <= now:
            limiter.failed(now, bad.popleft(), pushed_back=True)
            pushed += 1
            fill()
        while good and good[0] + latency <= now:
            good.popleft()
            limiter.answered(now, 0)
            answered += 1
            fill()
        if len(trace) < now:
            trace.append(limiter.in_flight)
        now += 0.01
    return answered, pushed, trace


def test_the_window_rises_to_the_ceiling_and_never_beyond() -> None:
    _, _, trace = play(Limiter(100), 0.1, 10)
    assert trace[1:] == [100] * (len(trace) - 1)


def test_the_window_settles_where_the_provider_pushes_back() -> None:
    answered, pushed, trace = play(Limiter(256), 0.1, 60, capacity=50)
    assert max(trace[10:]) < 75
    assert answered > 0.6 * 50 / 0.1 * 60
    assert pushed < 0.15 * answered


@given(st.floats(30, 3000))
def test_requests_a_minute_are_kept_to(a_minute: float) -> None:
    answered, _, _ = play(Limiter(64, requests_per_minute=a_minute), 0.1, 30)
    assert answered <= a_minute / 2 + a_minute / 60 + 1  # a second may be caught up on
    assert answered >= a_minute / 2 * 0.9 - 2


def test_tokens_a_minute_are_kept_to() -> None:
    answered, _, _ = play(Limiter(64, tokens_per_minute=6000), 0.1, 30)
    assert answered == pytest.approx(300, abs=11)


def test_money_is_never_passed() -> None:
    """A million tokens cost 10 and 100 dollars: 1,000 + 1,000 tokens cost 0.11."""
    budget = Budget(ApiSettings(max_cost=0.35), PRICE)
    most = Tokens(1000, 1000)
    for _ in range(3):
        assert budget.refuses(0.0, most) is None
        budget.reserve(most)
    assert "--max-cost 0.35" in str(budget.refuses(0.0, most))
    budget.settle(most, Tokens(1000, 0))
    assert budget.spent == pytest.approx(0.01)
    assert budget.refuses(0.0, most) is None


def test_requests_and_minutes_end_too() -> None:
    budget = Budget(ApiSettings(max_requests=1, max_minutes=2), None)
    assert budget.refuses(1000.0, Tokens(1, 1)) is None
    assert "--max-minutes 2" in str(budget.refuses(1120.0, Tokens(1, 1)))
    budget.reserve(Tokens(1, 1))
    assert "--max-requests 1" in str(budget.refuses(1000.0, Tokens(1, 1)))


def test_a_run_ends_at_its_limit_and_says_so(tmp_path: Path) -> None:
    own = tmp_path / "prices.yaml"
    own.write_text("- {source: s, date: 2026-01-01, models: {m: [0, 1000]}}")
    prompts = [f"item {n}" for n in range(30)]
    for settings, asked in ((ApiSettings(max_requests=7), 7), (ApiSettings(max_cost=0.0161, prices=own), 8)):
        with FaultServer(lambda *_: Act(after=0.01)) as server:
            lm = model(server, settings, num_concurrent=1)  # 2 tokens of answer cost 0.002, 16 at most 0.016
            answers = lm.generate_until(requests(prompts))
        got = [answer for answer in answers if answer.missing is None]
        if settings.max_requests:
            assert len(got) == sum(server.asked.values()) == asked
        else:
            assert len(got) == 1
        assert answers[-1].missing == f"not asked: {lm.stopped}"
        assert str(lm.stopped).startswith("--max-")


@pytest.mark.parametrize(
    ("model_name", "backend", "name", "public"),
    [
        ("openai/gpt-5", "openai", "gpt-5", "openai/gpt-5"),
        ("gemini/gemini-2.5-pro", "google", "gemini-2.5-pro", "google/gemini-2.5-pro"),
        ("google/gemma-3-27b-it", "google", "gemma-3-27b-it", "google/gemma-3-27b-it"),
        ("openrouter/qwen/qwen3-8b", "openrouter", "qwen/qwen3-8b", "openrouter/qwen/qwen3-8b"),
        ("azure/my-deployment", "litellm", "azure/my-deployment", "azure/my-deployment"),
        ("litellm/nlp_cloud/dolphin", "litellm", "nlp_cloud/dolphin", "nlp_cloud/dolphin"),
    ],
)
def test_a_providers_prefix_means_its_api(model_name: str, backend: str, name: str, public: str) -> None:
    choice = choose(model_name, {})
    assert (choice.backend, choice.args["model"], choice.id) == (backend, name, public)
    assert choice.chat_only


@pytest.mark.parametrize("name", ["mistralai/Mistral-7B", "deepseek-ai/DeepSeek-R1", "local/x", "meta-llama/Llama"])
def test_other_prefixes_are_hub_organisations(name: str) -> None:
    assert choose(name, {}).backend == "hf-tree"


def test_a_name_that_could_be_the_hubs_is_said_how_to_load() -> None:
    assert "--model hf --model_args pretrained=openai/gpt-oss-20b" in str(choose("openai/gpt-oss-20b", {}).hint)
    assert choose("anthropic/claude-sonnet-5", {}).hint is None


@pytest.mark.parametrize("name", [name for name, given in providers.PROVIDERS.items() if given.keys])
def test_a_missing_key_is_named_by_its_variable(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in providers.PROVIDERS[name].keys:
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(InputError) as raised:
        providers.find(name, "m", None, None)
    assert raised.value.problem.code == "missing"
    assert providers.PROVIDERS[name].keys[0] in str(raised.value.problem.hint)
    monkeypatch.setenv(providers.PROVIDERS[name].keys[-1], "k-123456\n")
    found = providers.find(name, "m", None, None)
    assert found.key == "k-123456"
    assert "k-123456" not in repr(found)


@pytest.mark.parametrize("name", ["api_key", "token", "auth_token", "header", "OPENAI_API_KEY"])
def test_a_key_on_the_command_line_is_refused(name: str) -> None:
    with pytest.raises(InputError) as caught:
        providers.refuse_secrets(providers.usual_variables("openai"), {"model": "m", name: "sk-secret-123"})
    problem = caught.value.problem
    assert (problem.code, problem.field) == ("unsafe", f"--model_args {name}")
    assert "OPENAI_API_KEY" in str(problem.hint)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://u:p@h/v1", "https://h/v1?api_key=abc"])
def test_a_key_in_an_address_is_refused(url: str) -> None:
    with pytest.raises(InputError) as raised:
        providers.refuse_secrets((), {"base_url": url})
    assert (raised.value.problem.code, raised.value.problem.field) == ("unsafe", "--model_args base_url")
    assert raised.value.problem.found is None


@pytest.mark.parametrize(
    ("given", "full"),
    [
        ("http://h:1/v1", "http://h:1/v1/chat/completions"),
        ("http://h:1/v1/", "http://h:1/v1/chat/completions"),
        ("http://h:1/v1/chat/completions", "http://h:1/v1/chat/completions"),
    ],
)
def test_an_address_is_completed(given: str, full: str) -> None:
    assert providers.find("local-chat-completions", "m", given, None).url == full


@pytest.mark.parametrize("given", ["localhost:8000", "ftp://h", "http://", "http://h:99999/v1", "h"])
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(InputError) as raised:
        providers.find("local-chat-completions", "m", given, None)
    problem = raised.value.problem
    assert (problem.code, problem.field, problem.found) == ("type", "--model_args base_url", given)


def test_unknown_arguments_are_named() -> None:
    with FaultServer() as server, pytest.raises(InputError) as raised:
        model(server, tokenizer="gpt2")
    assert (raised.value.problem.code, raised.value.problem.field) == ("unknown", "--model_args tokenizer")


@pytest.mark.parametrize(
    ("name", "value"),
    [("timeout", -3), ("timeout", "nan"), ("max_retries", "x"), ("num_concurrent", 0), ("max_gen_toks", None)],
)
def test_arguments_that_are_no_such_number_are_named(name: str, value: Any) -> None:
    with FaultServer() as server, pytest.raises(InputError) as raised:
        model(server, **{name: value})
    problem = raised.value.problem
    assert (problem.code, problem.field, problem.found) == ("range", f"--model_args {name}", value)


@pytest.mark.parametrize(
    "settings",
    [{"concurrency": 0}, {"max_cost": -1.0}, {"max_minutes": float("nan")}, {"requests_per_minute": float("inf")}],
)
def test_limits_that_cannot_be_meant_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(InputError) as raised:
        ApiSettings(**settings)  # type: ignore[arg-type]
    [name] = settings
    assert (raised.value.problem.code, raised.value.problem.field) == ("range", f"--{name.replace('_', '-')}")


def test_words_are_one_line_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "my-own-secret")
    text = faults.one_line("bad key my-own-secret\r\n and sk-proj-abcdefgh12345678\x1b[31m" + "x" * 999)
    assert text.startswith("bad key *** and ***")
    assert "\n" not in text
    assert "\x1b" not in text
    assert len(text) <= faults.MAX_LENGTH


def test_the_line_of_progress_says_what_a_user_wants_to_know() -> None:
    budget = Budget(ApiSettings(), PRICE)
    budget.spent = 1.234
    meter = Meter(5200, 0.0, answered=1200, faults=3, prompt_tokens=210_000, answer_tokens=4000)
    line = meter.line(50.0, 16, budget)
    for part in ("1,200 of 5,200", "24.0/s", "16 in flight", "3 faults", "210,000 + 4,000 tokens", "$1.23", "2.8 min"):
        assert part.replace("2.8 min", "3 min left") in line
