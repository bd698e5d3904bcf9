"""Labels scored on a completion server: equal to lm-eval's echo path on the same server, or refused."""

from __future__ import annotations

from typing import Any
from unittest.mock import MagicMock

import pytest
from lm_eval.api.registry import get_model
from lm_eval.models.openai_completions import LocalCompletionsAPI

from harness.models.api import batch
from harness.models.tree.server import TreeCompletions
from tests.harness.models.tree.completion_server import Behaviour
from tests.harness.models.tree.conftest import Connect
from tests.harness.models.tree.models import WORDS, likelihood_requests
from va_extractor.common.errors import InputError

LABELS = [" anger", " angry", " joy of a face", " fear", " zqx"]
CONTEXTS = [" ".join(WORDS) + end for end in (" 0.5", " 1.25", " is sad")]
PAIRS = [(context, label) for context in CONTEXTS for label in LABELS]


@pytest.mark.parametrize("options", [{}, {"batch_size": 4}, {"num_concurrent": 3}, {"max_length": 24}])
def test_numbers_are_those_of_the_echo_path(connect: Connect, options: dict[str, int]) -> None:
    expected = connect(LocalCompletionsAPI, **options).loglikelihood(likelihood_requests(PAIRS), disable_tqdm=True)
    got = connect(TreeCompletions, logprobs=300, **options).loglikelihood(likelihood_requests(PAIRS), disable_tqdm=True)
    assert [x for x, _ in got] == pytest.approx([x for x, _ in expected], abs=2e-5, rel=0)
    assert [flag for _, flag in got] == [flag for _, flag in expected]


def test_one_request_for_each_beginning_of_a_label(connect: Connect, behaviour: Behaviour) -> None:
    ours = connect(TreeCompletions, logprobs=300)
    ours.loglikelihood(likelihood_requests(PAIRS), disable_tqdm=True)
    behaviour.requests.clear()
    ours.loglikelihood(likelihood_requests(PAIRS), disable_tqdm=True)
    encoded = [ours._encode_pair(*pair) for pair in PAIRS]
    beginnings = {(*context, *label[:i]) for context, label in encoded for i in range(len(label))}
    assert sorted(tuple(request["prompt"][0]) for request in behaviour.requests) == sorted(beginnings)
    assert {request["max_tokens"] for request in behaviour.requests} == {1}
    assert not any(request.get("echo") for request in behaviour.requests)


def test_token_texts_serve_where_they_are_unmistakable(connect: Connect, behaviour: Behaviour) -> None:
    behaviour.token_ids = False
    expected = connect(LocalCompletionsAPI).loglikelihood(likelihood_requests(PAIRS[:4]), disable_tqdm=True)
    got = connect(TreeCompletions, logprobs=300).loglikelihood(likelihood_requests(PAIRS[:4]), disable_tqdm=True)
    assert [x for x, _ in got] == pytest.approx([x for x, _ in expected], abs=2e-5, rel=0)
    with pytest.raises(InputError) as raised:  # the two bytes of é decode to the same text
        connect(TreeCompletions, logprobs=300).loglikelihood(likelihood_requests([("the", " é")]), disable_tqdm=True)
    assert raised.value.problem.what.startswith("a label token is not among")


@pytest.mark.parametrize(
    ("change", "what", "hint"),
    [
        ({"most_logprobs": 5}, "a label token is not among its 5", "raise logprobs=300"),
        ({"most_logprobs": 0}, "no log-probabilities of new tokens", "use --model local-completions"),
        ({"echoes": False}, "no echo of a prompt", ""),
        ({"shift": -0.5}, "log-probabilities of new tokens differ", "use --model local-completions"),
        ({"failures": 99}, "busy (HTTP status 503)", ""),
    ],
)
def test_a_server_that_cannot_is_refused_in_one_line(
    connect: Connect,
    behaviour: Behaviour,
    monkeypatch: pytest.MonkeyPatch,
    *,
    change: dict[str, Any],
    what: str,
    hint: str,
) -> None:
    for name, value in change.items():
        setattr(behaviour, name, value)
    monkeypatch.setattr(batch, "PATIENCE_S", 0.0)
    ours = connect(TreeCompletions, logprobs=300)
    with pytest.raises(InputError) as caught:
        ours.loglikelihood(likelihood_requests(PAIRS), disable_tqdm=True)
    problem = caught.value.problem
    assert (problem.code, problem.file) == ("model", ours.base_url)
    assert problem.what.startswith(what)
    assert hint in (problem.hint or "")
    assert "\n" not in str(caught.value)


def test_a_refused_request_is_one_line(connect: Connect, behaviour: Behaviour) -> None:
    ours = connect(TreeCompletions, logprobs=300)
    ours.loglikelihood(likelihood_requests(PAIRS), disable_tqdm=True)
    behaviour.failures, behaviour.refusal = 9, 400
    with pytest.raises(InputError) as caught:
        ours.loglikelihood(likelihood_requests(PAIRS), disable_tqdm=True)
    assert (caught.value.problem.code, caught.value.problem.what) == ("model", "busy (HTTP status 400)")


def test_what_was_answered_is_handed_over_before_the_server_fails(connect: Connect, behaviour: Behaviour) -> None:
    """Answers come in rounds of whole contexts, each handed over as it ends."""
    contexts = [f"{end} {i}" for i in range(10) for end in CONTEXTS]
    requests = likelihood_requests([(context, label) for context in contexts for label in LABELS])
    ours = connect(TreeCompletions, logprobs=300)
    expected = ours.loglikelihood(requests, disable_tqdm=True)
    kept = MagicMock()
    ours.set_cache_hook(kept)
    behaviour.breaks_after = 1.8 * len(behaviour.requests)
    with pytest.raises(InputError):
        ours.loglikelihood(requests, disable_tqdm=True)
    handed = [call.args[1:] for call in kept.add_partial.call_args_list]
    assert 0 < len(handed) < len(requests)
    assert handed == list(zip([request.args for request in requests], expected, strict=True))[: len(handed)]
    assert len(handed) % len(LABELS) == 0


def test_rolling_likelihoods_go_the_echo_path(connect: Connect, behaviour: Behaviour) -> None:
    ours = connect(TreeCompletions, logprobs=300)
    (request,) = likelihood_requests([(CONTEXTS[0], "")])
    request.arguments = (CONTEXTS[0],)
    got = ours.loglikelihood_rolling([request], disable_tqdm=True)
    assert got == pytest.approx(connect(LocalCompletionsAPI).loglikelihood_rolling([request], disable_tqdm=True))
    assert all(asked.get("echo") for asked in behaviour.requests)


def test_texts_in_place_of_tokens_are_refused(connect: Connect) -> None:
    with pytest.raises(InputError) as raised:
        connect(TreeCompletions, tokenized_requests=False)
    assert raised.value.problem.code == "conflict"


def test_a_label_without_tokens_is_one_line(connect: Connect) -> None:
    with pytest.raises(InputError) as raised:
        connect(TreeCompletions).loglikelihood(likelihood_requests([("the face", "")]), disable_tqdm=True)
    assert raised.value.problem.code == "unsupported"


def test_lm_eval_finds_it_by_name() -> None:
    assert get_model("tree-completions") is TreeCompletions
