"""Asking a server that fails in every way: each question is answered once, or said to be missing."""

from __future__ import annotations

import selectors
import socket
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from harness.models.api import limits
from harness.models.api.limits import ApiSettings
from harness.models.api.sender import FEW, FewAtATime
from tests.harness.models.api.conftest import Told, model, requests
from tests.harness.models.api.fault_server import Act, FaultServer, drawn, error, label_of
from va_extractor.common.errors import InputError

PROMPTS = [f"item {n}" for n in range(40)]
FAULTS = {
    "429 without Retry-After": error(429, "slow down"),
    "429 with seconds": error(429, "slow down", ("Retry-After", "0.2")),
    "429 with a date": error(
        429,
        "slow down",
        ("Date", "Sat, 21 Nov 2026 10:00:00 GMT"),
        ("Retry-After", "Sat, 21 Nov 2026 10:00:01 GMT"),
    ),
    "500": error(500, "internal"),
    "502 as HTML": Act(status=502, headers=(("Content-Type", "text/html"),), body=b"<h1>Bad gateway</h1>"),
    "503": error(503, "unavailable"),
    "529": error(529, "Overloaded", type="overloaded_error"),
    "reset": Act("reset"),
    "closed": Act("close"),
    "half a body": Act("half"),
    "malformed JSON": Act(body=b'{"choices": [{'),
    "no JSON at all": Act(body=b"\xff\xfe\x00"),
    "an empty body": Act(body=b""),
    "empty choices": Act(body=b'{"choices": []}'),
    "no message": Act(body=b'{"choices": [{"index": 0}]}'),
    "200 with an error": Act(body=b'{"error": {"message": "upstream failed", "code": 502}}'),
    "200 with a choice's error": Act(body=b'{"choices": [{"error": {"message": "upstream failed"}}]}'),
    "a hang": Act("hang"),
    "a slow drip": Act("drip"),
}


def answered(server: FaultServer, **args: Any) -> list[str | None]:
    return [one.text for one in model(server, **args).generate_until(requests(PROMPTS))]


@pytest.mark.parametrize("name", FAULTS)
def test_each_question_is_answered_once_whatever_fails_first(name: str) -> None:
    def script(prompt: str, before: int) -> Act:
        return FAULTS[name] if before == 0 and int(prompt.split()[1]) % 4 == 1 else Act()

    with FaultServer(script) as server:
        lm = model(server, timeout=0.5)
        lm.cache_hook = told = Told()
        answers = lm.generate_until(requests(PROMPTS))
    assert [one.text for one in answers] == [label_of(prompt) for prompt in PROMPTS]
    assert all(one.missing is None and one.finish == "stop" for one in answers)
    assert sorted(told.answers, key=lambda row: PROMPTS.index(row[0])) == list(zip(PROMPTS, answers, strict=True))
    assert server.asked_again == 0
    assert sum(server.asked.values()) == len(PROMPTS) + 10
    assert lm.stopped is None


def test_a_wrong_content_type_around_a_good_answer_is_no_fault() -> None:
    with FaultServer(lambda *_: Act(headers=(("Content-Type", "text/plain; charset=latin-1"),))) as server:
        assert answered(server) == [label_of(prompt) for prompt in PROMPTS]
        assert set(server.asked.values()) == {1}


@pytest.mark.parametrize("concurrency", [1, 16])
def test_an_answer_sent_twice_is_not_taken_for_the_next_question(concurrency: int) -> None:
    with FaultServer(lambda *_: Act("twice")) as server:
        answers = answered(server, num_concurrent=concurrency)
    assert answers == [label_of(prompt) for prompt in PROMPTS]


def test_answers_that_come_in_another_order_stay_with_their_questions() -> None:
    with FaultServer(lambda prompt, _: Act(after=0.2 - 0.005 * int(prompt.split()[1]))) as server:
        lm = model(server)
        lm.cache_hook = told = Told()
        assert [one.text for one in lm.generate_until(requests(PROMPTS))] == [label_of(prompt) for prompt in PROMPTS]
    assert [prompt for prompt, _ in told.answers] != PROMPTS


def test_faults_in_a_fifth_of_all_requests_change_no_answer() -> None:
    prompts = [f"item {n}" for n in range(600)]
    with FaultServer(drawn(0.2, 0.005)) as server:
        lm = model(server, num_concurrent=32)
        lm.cache_hook = told = Told()
        answers = lm.generate_until(requests(prompts))
    assert [one.text for one in answers] == [label_of(prompt) for prompt in prompts]
    assert len(told.answers) == len({prompt for prompt, _ in told.answers}) == len(prompts)
    assert server.asked_again == 0
    assert server.most_at_once <= 32


def test_being_pushed_back_is_not_counted_as_a_try() -> None:
    with FaultServer(lambda _, before: error(429, "slow down") if before < limits.TRIES + 4 else Act()) as server:
        assert answered(server)[0] == label_of(PROMPTS[0])


def test_retry_after_holds_for_all_questions() -> None:
    times: list[float] = []

    def script(prompt: str, before: int) -> Act:
        times.append(time.monotonic())
        return error(429, "slow down", ("Retry-After", "0.7")) if len(times) == 1 else Act(after=0.05)

    with FaultServer(script) as server:
        answered(server, num_concurrent=1)
    assert times[1] - times[0] > 0.65


def test_a_date_to_wait_for_is_read_by_the_servers_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine's clock is a day off, and jumps while the run lasts."""
    jumps = iter(range(10**6))
    monkeypatch.setattr(time, "time", lambda: 86400.0 * next(jumps))
    there = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
    dates = (("Date", format_datetime(there, usegmt=True)),)
    wait = (*dates, ("Retry-After", format_datetime(there + timedelta(seconds=1), usegmt=True)))
    with FaultServer(lambda _, before: error(429, "slow down", *wait) if before == 0 else Act()) as server:
        begin = time.monotonic()
        assert answered(server) == [label_of(prompt) for prompt in PROMPTS]
        assert 0.9 < time.monotonic() - begin < 30


def test_a_question_that_always_fails_is_missing_in_the_providers_words_and_the_rest_is_kept() -> None:
    bad = error(500, "the tokenizer\nfell over")
    with FaultServer(lambda prompt, _: bad if prompt == "item 7" else Act()) as server:
        lm = model(server, max_retries=4)
        lm.cache_hook = told = Told()
        answers = lm.generate_until(requests(PROMPTS))
    assert server.asked["item 7"] == 4
    assert answers[7].text is None
    assert answers[7].missing == "the tokenizer fell over (HTTP status 500) (sent 4 times)"
    assert [one.text for one in answers if one.missing is None] == [label_of(p) for p in PROMPTS if p != "item 7"]
    assert "item 7" not in {prompt for prompt, _ in told.answers}
    assert lm.stopped is None


def test_a_prompt_that_is_not_accepted_is_missing_at_once() -> None:
    long = error(400, "This model's maximum context length is 10 tokens.", code="context_length_exceeded")
    with FaultServer(lambda prompt, _: long if prompt == "item 7" else Act()) as server:
        answers = model(server).generate_until(requests(PROMPTS))
        assert server.asked["item 7"] == 1
    assert "maximum context length" in str(answers[7].missing)


@pytest.mark.parametrize(
    ("act", "what"),
    [
        (error(401, "Incorrect API key provided"), "Incorrect API key provided (HTTP status 401)"),
        (error(404, "The model `m` does not exist"), "The model `m` does not exist (HTTP status 404)"),
        (Act(body=b'{"error": {"message": "No auth", "code": 401}}'), "No auth (HTTP status 401)"),
        (error(400, "model m:\nnot found"), "model m: not found (HTTP status 400)"),
        (error(429, "You exceeded your quota", code="insufficient_quota"), "You exceeded your quota (HTTP status 429)"),
        (error(429, "daily limit", ("Retry-After", "7200")), "the server asks to wait 120 minutes: daily limit"),
        (Act(status=307, headers=(("Location", "http://x/"),), body=b""), "no reason given (HTTP status 307)"),
        (
            Act(status=405, body=b"<html><style>p {}</style><p>Not&nbsp;allowed</p>"),
            "Not&nbsp;allowed (HTTP status 405)",
        ),
        (Act(body=b"<html>Welcome!</html>"), "not a JSON object: 'Welcome!' (sent 8 times)"),
    ],
)
def test_an_error_that_no_retry_can_fix_ends_the_run_and_names_the_address(act: Act, what: str) -> None:
    with FaultServer(lambda *_: act) as server, pytest.raises(InputError) as caught:
        answered(server)
    problem = caught.value.problem
    assert (problem.code, problem.file) == ("model", f"{server.url}/chat/completions")
    assert problem.what.startswith(what)
    assert "\n" not in str(caught.value)
    assert "sent 8 times" in what or sum(server.asked.values()) <= len(PROMPTS)


def test_what_ends_a_run_later_leaves_what_was_answered() -> None:
    def script(prompt: str, before: int) -> Act:
        return Act() if int(prompt.split()[1]) < 20 else error(402, "credit balance is too low")

    with FaultServer(script) as server:
        lm = model(server, num_concurrent=2)
        answers = lm.generate_until(requests(PROMPTS))
        assert lm.stopped == "credit balance is too low (HTTP status 402)"
        assert [one.text for one in answers[:20]] == [label_of(prompt) for prompt in PROMPTS[:20]]
        assert answers[-1].missing == f"not asked: {lm.stopped}"
        asked = sum(server.asked.values())
        assert asked <= 23
        assert {one.missing for one in lm.generate_until(requests(["another task"]))} == {answers[-1].missing}
        assert sum(server.asked.values()) == asked


def test_a_server_that_dies_ends_the_run_after_a_bounded_number_of_questions() -> None:
    prompts = [f"item {n}" for n in range(300)]
    with FaultServer(lambda prompt, _: Act() if int(prompt.split()[1]) < 50 else Act("close")) as server:
        lm = model(server, num_concurrent=4)
        answers = lm.generate_until(requests(prompts))
    assert "the connection broke" in str(lm.stopped)
    assert len([one for one in answers if one.text]) == 50
    assert len(server.asked) <= 50 + 10 + 64 + 4  # given up, waiting to be asked again, in flight


def test_an_address_that_nobody_listens_at_is_named_after_a_bounded_number_of_tries() -> None:
    with FaultServer() as server:
        pass
    with pytest.raises(InputError) as caught:
        answered(server, max_retries=3)
    problem = caught.value.problem
    assert (problem.code, problem.file) == ("model", f"{server.url}/chat/completions")
    assert problem.what.startswith("cannot connect: ")
    assert problem.what.endswith("(sent 3 times)")


def test_an_answer_is_kept_before_another_question_takes_its_place() -> None:
    with FaultServer(lambda *_: Act(after=0.01)) as server:
        seen: list[int] = []
        lm = model(server, num_concurrent=1)
        lm.cache_hook = Told(lambda: seen.append(sum(server.asked.values())))
        lm.generate_until(requests(PROMPTS))
    assert seen == list(range(1, len(PROMPTS) + 1))


def test_an_answer_that_cannot_be_kept_ends_the_run() -> None:
    def full() -> None:
        raise InputError("no space left on device", code="unwritable")

    with FaultServer() as server:
        lm = model(server, num_concurrent=2)
        lm.cache_hook = Told(full)
        with pytest.raises(InputError) as raised:
            lm.generate_until(requests(PROMPTS))
        assert raised.value.problem.code == "unwritable"
        assert sum(server.asked.values()) <= 4


def test_no_more_are_asked_at_once_than_allowed_and_the_number_rises_to_it() -> None:
    prompts = [f"item {n}" for n in range(400)]
    with FaultServer(lambda *_: Act(after=0.02)) as server:
        model(server, ApiSettings(concurrency=48)).generate_until(requests(prompts))
        assert 40 <= server.most_at_once <= 48
    with FaultServer(lambda *_: Act(after=0.02)) as server:
        model(server, ApiSettings(concurrency=3)).generate_until(requests(prompts[:50]))
        assert server.most_at_once == 3


def test_every_ready_socket_has_its_turn_a_few_at_a_time() -> None:
    with ExitStack() as stack:
        selector = stack.enter_context(FewAtATime())
        for number in range(10):
            near, far = socket.socketpair()
            stack.enter_context(near)
            stack.enter_context(far)
            far.sendall(bytes([number]))
            selector.register(near, selectors.EVENT_READ)
        turns = []
        while ready := selector.select(0):
            turns.append([key.fileobj.recv(1)[0] for key, _ in ready])  # type: ignore[union-attr]
    assert max(map(len, turns)) <= FEW
    assert sorted(number for turn in turns for number in turn) == list(range(10))
