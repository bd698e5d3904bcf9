"""Completion servers: lm-eval's numbers and texts, asked for by our own rules."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
from lm_eval.api.instance import Instance
from lm_eval.models.openai_completions import LocalCompletionsAPI

from harness.cli import main
from harness.models import choice as models
from harness.models.api import batch
from harness.models.api.completions import Completions, OpenAICompletions
from harness.models.api.limits import NO_LIMITS
from harness.models.tree.server import TreeCompletions
from tests.harness.models.api.fault_server import Act, FaultServer, drawn, error
from tests.harness.models.api.test_stopping import interrupt_when
from tests.harness.models.tree.completion_server import Behaviour
from tests.harness.models.tree.conftest import Connect
from tests.harness.models.tree.models import WORDS, likelihood_requests
from va_extractor.common.errors import InputError

CANARY = "sk-canary-0123456789abcdef"
PAIRS = [(" ".join(WORDS[:n]), label) for n in (5, 9, 14) for label in (" anger", " joy of a face", " fear", " zqx")]
GENERATION = {"until": ["\n"], "max_gen_toks": 1, "do_sample": False}
BACK_ENDS = pytest.mark.parametrize("kind", [Completions, partial(TreeCompletions, logprobs=300)], ids=["echo", "tree"])
AT_ONCE = pytest.mark.parametrize("at_once", [1, 3])


def texts(prompts: list[str]) -> list[Instance]:
    return [Instance("generate_until", {}, (prompt, GENERATION), index) for index, prompt in enumerate(prompts)]


@AT_ONCE
@pytest.mark.parametrize("options", [{}, {"batch_size": 4}, {"max_length": 12}])
def test_answers_are_lm_evals(connect: Connect, options: dict[str, int], at_once: int) -> None:
    theirs, ours = (connect(kind, num_concurrent=at_once, **options) for kind in (LocalCompletionsAPI, Completions))
    asked = likelihood_requests(PAIRS)
    assert ours.loglikelihood(asked, disable_tqdm=True) == theirs.loglikelihood(asked, disable_tqdm=True)
    prompts = texts([context for context, _ in PAIRS])
    assert ours.generate_until(prompts) == theirs.generate_until(prompts)


@AT_ONCE
@BACK_ENDS
def test_a_busy_server_is_asked_again(connect: Connect, behaviour: Behaviour, kind: Connect, at_once: int) -> None:
    """More often than lm-eval's three times."""
    ours = connect(kind, num_concurrent=at_once)
    asked = likelihood_requests(PAIRS[-4:])
    expected = ours.loglikelihood(asked, disable_tqdm=True)
    behaviour.failures = 8
    assert ours.loglikelihood(asked, disable_tqdm=True) == expected
    assert behaviour.failures == 0


@AT_ONCE
@BACK_ENDS
def test_nothing_is_asked_before_the_server_says(
    connect: Connect, behaviour: Behaviour, kind: Connect, at_once: int
) -> None:
    ours = connect(kind, num_concurrent=at_once)
    expected = ours.loglikelihood(likelihood_requests(PAIRS), disable_tqdm=True)
    behaviour.failures, behaviour.refusal, behaviour.retry_after = at_once, 429, "1"
    behaviour.arrived.clear()
    assert ours.loglikelihood(likelihood_requests(PAIRS), disable_tqdm=True) == expected
    assert behaviour.arrived[at_once] - behaviour.arrived[0] >= 1


@BACK_ENDS
def test_a_server_that_stays_busy_is_given_up_in_one_line(
    connect: Connect, behaviour: Behaviour, monkeypatch: pytest.MonkeyPatch, kind: Connect
) -> None:
    monkeypatch.setattr(batch, "PATIENCE_S", 0.05)
    behaviour.failures, behaviour.refusal = 10_000, 429
    ours = connect(kind)
    with pytest.raises(InputError) as caught:
        ours.loglikelihood(likelihood_requests(PAIRS), disable_tqdm=True)
    problem = caught.value.problem
    assert (problem.code, problem.file) == ("model", ours.base_url)
    assert problem.what.startswith("busy (HTTP status 429) (busy for")
    assert "\n" not in str(caught.value)


def test_an_answer_without_numbers_is_asked_for_again_and_never_scored(connect: Connect, behaviour: Behaviour) -> None:
    ours = connect(Completions, max_retries=3)
    expected = ours.loglikelihood(likelihood_requests(PAIRS), disable_tqdm=True)
    behaviour.spoiled = 2
    assert ours.loglikelihood(likelihood_requests(PAIRS), disable_tqdm=True) == expected
    behaviour.spoiled = 10_000
    with pytest.raises(InputError) as raised:
        ours.loglikelihood(likelihood_requests(PAIRS), disable_tqdm=True)
    assert raised.value.problem.code == "model"
    assert raised.value.problem.what.endswith("(sent 3 times)")


def scored(request: dict[str, Any]) -> dict[str, Any]:
    """Return made-up log-probabilities, the same for the same prompt."""
    [tokens] = request["prompt"]
    numbers = [None, *(-float(sum(tokens[: n + 1]) % 97) - 0.5 for n in range(len(tokens)))]
    tops = [None, *({"a": number, "b": -3.5} for number in numbers[1:])]
    return {"choices": [{"index": 0, "text": "", "logprobs": {"token_logprobs": numbers, "top_logprobs": tops}}]}


def test_every_fault_is_outlived_and_nothing_asked_again_that_had_arrived(served: dict[str, str]) -> None:
    pairs = [(f"{WORDS[n % 14]} {n / 100}", label) for n in range(100) for label in (" anger", " joy", " fear")]
    asked = likelihood_requests(pairs)
    with FaultServer(answer=scored) as server:
        given: dict[str, Any] = served | {"base_url": server.url, "num_concurrent": 24}
        expected = LocalCompletionsAPI(**given).loglikelihood(asked, disable_tqdm=True)
    with FaultServer(drawn(0.3, 0.005), answer=scored) as server:
        ours = Completions(**given | {"base_url": server.url})
        ours.set_cache_hook(kept := MagicMock())
        assert ours.loglikelihood(asked, disable_tqdm=True) == expected
        assert server.asked_again == 0
        assert 1 < server.most_at_once <= 24
    handed = [call.args for call in kept.add_partial.call_args_list]
    assert sorted(handed) == sorted(("loglikelihood", pair, one) for pair, one in zip(pairs, expected, strict=True))


def test_what_is_in_flight_beside_a_refused_question_still_arrives(served: dict[str, str]) -> None:
    asked = likelihood_requests([(word, " anger") for word in WORDS])

    def script(prompt: str, before: int) -> Act:
        return error(400, "no such prompt") if server.asked.total() == 1 else Act(after=0.5)

    with FaultServer(script, scored) as server:
        given: dict[str, Any] = served | {"base_url": server.url, "num_concurrent": 5}
        ours = Completions(**given)
        ours.set_cache_hook(kept := MagicMock())
        with pytest.raises(InputError) as raised:
            ours.loglikelihood(asked, disable_tqdm=True)
        assert raised.value.problem.what == "no such prompt (HTTP status 400)"
        assert server.sent.total() == len(kept.add_partial.call_args_list) == 4
        assert server.asked.total() == 5


def test_ctrl_c_once_finishes_what_is_in_flight(served: dict[str, str]) -> None:
    asked = likelihood_requests([(word, " anger") for word in WORDS])
    with FaultServer(lambda *_: Act(after=0.5), scored) as server:
        given: dict[str, Any] = served | {"base_url": server.url, "num_concurrent": 3}
        ours = Completions(**given)
        ours.set_cache_hook(kept := MagicMock())
        watch = interrupt_when(server, 4)
        with pytest.raises(KeyboardInterrupt):
            ours.loglikelihood(asked, disable_tqdm=True)
        watch.join()
        assert server.asked.total() == server.sent.total() == len(kept.add_partial.call_args_list) < len(WORDS)


def test_what_arrived_is_handed_over_before_the_server_fails(connect: Connect, behaviour: Behaviour) -> None:
    ours = connect(Completions)
    expected = dict(zip(PAIRS, ours.loglikelihood(likelihood_requests(PAIRS), disable_tqdm=True), strict=True))
    ours.set_cache_hook(kept := MagicMock())
    behaviour.breaks_after = len(PAIRS) + 5
    with pytest.raises(InputError) as raised:
        ours.loglikelihood(likelihood_requests(PAIRS), disable_tqdm=True)
    assert raised.value.problem.what.startswith("broken")
    handed = [call.args for call in kept.add_partial.call_args_list]
    assert len(handed) == 5
    assert all(kind == "loglikelihood" and expected[pair] == answer for kind, pair, answer in handed)


@pytest.mark.parametrize(
    ("backend", "args", "code", "field", "hint"),
    [
        ("local-completions", {"model": "m"}, "missing", "--model", "base_url=http://HOST:PORT/v1/completions"),
        ("tree-completions", {"base_url": "http://u:p@h/v1"}, "unsafe", "--model_args base_url", "key_variable=NAME"),
        ("local-completions", {"auth_token": CANARY}, "unsafe", "--model_args auth_token", "key_variable=NAME"),
        ("openai-completions", {"header": CANARY}, "unsafe", "--model_args header", "OPENAI_API_KEY"),
        ("openai-completions", {"model": "m"}, "missing", "--model", "OPENAI_API_KEY"),
        ("local-completions", {"base_url": "http://h/", "key_variable": "NO_SUCH"}, "missing", "--model", "NO_SUCH"),
    ],
)
def test_what_is_missing_or_secret_is_told_before_anything_is_loaded(
    backend: str, args: dict[str, Any], code: str, field: str, hint: str
) -> None:
    with pytest.raises(InputError) as caught:
        models.check(models.choose(backend, args), None, None, NO_LIMITS)
    problem = caught.value.problem
    assert (problem.code, problem.field) == (code, field)
    assert hint in str(problem.hint)
    assert CANARY not in str(caught.value)


def test_openais_own_are_sent_the_usual_key(
    connect: Connect, behaviour: Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    own = connect(OpenAICompletions, model="davinci-002")
    own.loglikelihood(likelihood_requests(PAIRS[:1]), disable_tqdm=True)
    assert {one["Authorization"] for one in behaviour.headers} == {f"Bearer {CANARY}"}


@pytest.mark.parametrize(
    ("backend", "named"),
    [
        ("local-completions", False),
        ("local-completions", True),
        ("tree-completions", False),
        ("tree-completions", True),
    ],
)
def test_a_key_is_sent_where_it_is_meant_and_written_nowhere(
    served: dict[str, str],
    behaviour: Behaviour,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    *,
    backend: str,
    named: bool,
) -> None:
    """lm-eval sends `OPENAI_API_KEY` to any address, and logs it with every refused request."""
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    monkeypatch.chdir(tmp_path)
    behaviour.failures, behaviour.refusal = 3, 429
    given = (
        served | {"max_length": "400", "num_concurrent": "3"} | ({"key_variable": "OPENAI_API_KEY"} if named else {})
    )
    given |= {"logprobs": "300"} if backend == "tree-completions" else {}
    args = ",".join(f"{name}={value}" for name, value in given.items())
    run = ["--model", backend, "--model_args", args, "--tasks", "iimi_basic_mc", "--limit", "1"]
    assert main(run) == 0
    behaviour.breaks_after = 0
    assert main([*run, "--cache", "off"]) == 2
    sent = {one.get("Authorization") for one in behaviour.headers}
    assert sent == ({f"Bearer {CANARY}"} if named else {None})
    printed = "".join(capfd.readouterr())
    assert "canary" not in printed
    assert "broken (HTTP status 400)" in printed.strip().splitlines()[-1]
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.name == "run.json" for path in written)
    assert not [path for path in written if b"canary" in path.read_bytes()]
