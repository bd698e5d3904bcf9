"""Labels scored on a completion server: equal to lm-eval's echo path on the same server, or refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from lm_eval.api.registry import get_model
from lm_eval.models.openai_completions import LocalCompletionsAPI

from harness.tree.server import TreeCompletions
from tests.harness.tree.completion_server import Behaviour, serve
from tests.harness.tree.models import WORDS, likelihood_requests, random_model, tokenizer
from va_extractor.errors import InputError

LABELS = [" anger", " angry", " joy of a face", " fear", " zqx"]
CONTEXTS = [" ".join(WORDS) + end for end in (" 0.5", " 1.25", " is sad")]
PAIRS = [(context, label) for context in CONTEXTS for label in LABELS]

Client = Callable[..., Any]


@pytest.fixture
def behaviour() -> Behaviour:
    """Return what the server does, for a test to change."""
    return Behaviour()


@pytest.fixture
def client(behaviour: Behaviour, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """Return a function that gives a model of a class, connected to a server."""
    monkeypatch.setattr("time.sleep", lambda _: None)  # retries need not wait
    tokenizer().save_pretrained(tmp_path)
    with serve(random_model("llama"), tokenizer(), behaviour) as url:

        def connect(kind: type, **options: Any) -> Any:
            given = {"tokenizer_backend": "huggingface", "max_length": 96} | options
            return kind(model="tiny", base_url=url, tokenizer=str(tmp_path), **given)

        yield connect


@pytest.mark.parametrize("options", [{}, {"batch_size": 4}, {"num_concurrent": 3}, {"max_length": 24}])
def test_numbers_are_those_of_the_echo_path(client: Client, options: dict[str, int]) -> None:
    expected = client(LocalCompletionsAPI, **options).loglikelihood(likelihood_requests(PAIRS), disable_tqdm=True)
    got = client(TreeCompletions, logprobs=300, **options).loglikelihood(likelihood_requests(PAIRS), disable_tqdm=True)
    assert [x for x, _ in got] == pytest.approx([x for x, _ in expected], abs=2e-5, rel=0)
    assert [flag for _, flag in got] == [flag for _, flag in expected]


def test_one_request_for_each_beginning_of_a_label(client: Client, behaviour: Behaviour) -> None:
    ours = client(TreeCompletions, logprobs=300)
    ours.loglikelihood(likelihood_requests(PAIRS), disable_tqdm=True)
    behaviour.requests.clear()
    ours.loglikelihood(likelihood_requests(PAIRS), disable_tqdm=True)
    encoded = [ours._encode_pair(*pair) for pair in PAIRS]
    beginnings = {(*context, *label[:i]) for context, label in encoded for i in range(len(label))}
    assert sorted(tuple(request["prompt"][0]) for request in behaviour.requests) == sorted(beginnings)
    assert {request["max_tokens"] for request in behaviour.requests} == {1}
    assert not any(request.get("echo") for request in behaviour.requests)


def test_token_texts_serve_where_they_are_unmistakable(client: Client, behaviour: Behaviour) -> None:
    behaviour.token_ids = False
    expected = client(LocalCompletionsAPI).loglikelihood(likelihood_requests(PAIRS[:4]), disable_tqdm=True)
    got = client(TreeCompletions, logprobs=300).loglikelihood(likelihood_requests(PAIRS[:4]), disable_tqdm=True)
    assert [x for x, _ in got] == pytest.approx([x for x, _ in expected], abs=2e-5, rel=0)
    with pytest.raises(InputError, match="is not among its"):  # the two bytes of é decode to the same text
        client(TreeCompletions, logprobs=300).loglikelihood(likelihood_requests([("the", " é")]), disable_tqdm=True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"most_logprobs": 5}, r"is not among its 5 log-probabilities; raise logprobs=300 .*local-completions"),
        ({"most_logprobs": 0}, r"it gives no log-probabilities of new tokens; use --model local-completions"),
        ({"echoes": False}, r"no echo of a prompt to compare with"),
        ({"shift": -0.5}, r"log-probabilities of new tokens differ from those of prompt tokens"),
        ({"failures": 99}, r"503"),
    ],
)
def test_a_server_that_cannot_is_refused_in_one_line(
    client: Client, behaviour: Behaviour, change: dict[str, Any], message: str
) -> None:
    for name, value in change.items():
        setattr(behaviour, name, value)
    with pytest.raises(InputError, match=message) as caught:
        client(TreeCompletions, logprobs=300).loglikelihood(likelihood_requests(PAIRS), disable_tqdm=True)
    assert "\n" not in str(caught.value)


def test_a_busy_server_is_asked_again(client: Client, behaviour: Behaviour) -> None:
    ours = client(TreeCompletions, logprobs=300)
    expected = ours.loglikelihood(likelihood_requests(PAIRS), disable_tqdm=True)
    behaviour.failures = 2
    assert ours.loglikelihood(likelihood_requests(PAIRS), disable_tqdm=True) == expected


def test_a_refused_request_is_one_line(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = client(TreeCompletions, logprobs=300)
    ours.loglikelihood(likelihood_requests(PAIRS), disable_tqdm=True)
    refused = requests.Response()
    refused.status_code, refused._content = 400, b"too many log-probabilities\nasked for"
    monkeypatch.setattr(requests, "post", lambda *_, **__: refused)
    with pytest.raises(InputError, match="status 400: 'too many log-probabilities") as caught:
        ours.loglikelihood(likelihood_requests(PAIRS), disable_tqdm=True)
    assert "\n" not in str(caught.value)


def test_rolling_likelihoods_go_the_echo_path(client: Client, behaviour: Behaviour) -> None:
    ours = client(TreeCompletions, logprobs=300)
    (request,) = likelihood_requests([(CONTEXTS[0], "")])
    request.arguments = (CONTEXTS[0],)
    got = ours.loglikelihood_rolling([request], disable_tqdm=True)
    assert got == pytest.approx(client(LocalCompletionsAPI).loglikelihood_rolling([request], disable_tqdm=True))
    assert all(asked.get("echo") for asked in behaviour.requests)


def test_texts_in_place_of_tokens_are_refused(client: Client) -> None:
    with pytest.raises(InputError, match="tokenized_requests=True"):
        client(TreeCompletions, tokenized_requests=False)


def test_a_label_without_tokens_is_one_line(client: Client) -> None:
    with pytest.raises(InputError, match="has no token"):
        client(TreeCompletions).loglikelihood(likelihood_requests([("the face", "")]), disable_tqdm=True)


def test_lm_eval_finds_it_by_name() -> None:
    assert get_model("tree-completions") is TreeCompletions
