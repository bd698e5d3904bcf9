"""Keys: everything that decides an answer changes its key, and nothing else does."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lm_eval.models.api_models import JsonChatStr

from harness.models.cache.key import NOT_DECIDING, answer_key, is_sampled, model_key, request_key

TEXT = st.text(max_size=40)
NAMES = st.text("abcdefgh_", min_size=1, max_size=12).filter(lambda name: name not in NOT_DECIDING)
VALUES = st.one_of(st.booleans(), st.integers(-9, 9), st.floats(0, 1), TEXT)
GENERATION = st.dictionaries(st.sampled_from(["until", "max_gen_toks", "temperature", "top_p", "do_sample"]), VALUES)
MODELS = st.tuples(TEXT, st.none() | TEXT, TEXT, st.dictionaries(NAMES, VALUES, max_size=3))
REQUESTS = st.one_of(
    st.tuples(st.just("generate_until"), st.tuples(TEXT, GENERATION)),
    st.tuples(st.just("loglikelihood"), st.tuples(TEXT, TEXT)),
)
DRAWS = st.lists(st.integers(0, 3), max_size=5).map(tuple)
CREDENTIALS = (
    *("api_key", "key", "auth_token", "token", "hf_token", "access_token", "header", "headers", "default_headers"),
    *("secret", "password", "cookies", "openai_api_key", "credentials"),
)
DECIDING = ("think_end_token", "add_bos_token", "custom_prefix_token_id", "dtype", "seed", "model", "reasoning_effort")


@given(st.tuples(MODELS, REQUESTS, DRAWS), st.tuples(MODELS, REQUESTS, DRAWS), st.sets(st.integers(0, 2)))
def test_keys_are_equal_exactly_where_all_that_decides_is(one: Any, other: Any, shared: set[int]) -> None:
    other = tuple(one[part] if part in shared else other[part] for part in range(3))

    def key(model: tuple[Any, ...], request: tuple[str, tuple[Any, ...]], draw: tuple[int, ...]) -> bytes:
        return answer_key(model_key(*model), request_key(*request), draw)

    def written(parts: Any) -> str:
        return json.dumps(parts, sort_keys=True)

    assert (key(*one) == key(*other)) == (written(one) == written(other))


@pytest.mark.parametrize("name", [*CREDENTIALS, *sorted(NOT_DECIDING)])
def test_credentials_speed_and_place_do_not_change_a_key(name: str) -> None:
    assert model_key("m", None, "b", {"model": "m", name: "one"}) == model_key("m", None, "b", {"model": "m"})


@pytest.mark.parametrize("name", DECIDING)
def test_what_sounds_like_a_credential_but_decides_changes_a_key(name: str) -> None:
    assert model_key("m", None, "b", {name: "one"}) != model_key("m", None, "b", {name: "two"})


def test_a_servers_address_decides_but_not_who_asks_there() -> None:
    def key(url: str) -> str:
        return model_key("m", None, "local-chat-completions", {"base_url": url})

    assert key("http://127.0.0.1:8000/v1/chat") == key("http://user:pass@127.0.0.1:8000/v1/chat?api_key=1")
    assert key("http://127.0.0.1:8000/v1/chat") != key("http://127.0.0.1:8001/v1/chat")
    assert key("http://127.0.0.1:8000/v1/chat") != key("http://host:8000/v1/chat")
    assert key("http://127.0.0.1:8000/v1/chat") != key("http://127.0.0.1:8000/v2/chat")


def test_the_order_of_arguments_does_not_matter() -> None:
    one, other = {"temperature": 0.0, "until": ["\n"]}, {"until": ["\n"], "temperature": 0.0}
    assert request_key("generate_until", ("p", one)) == request_key("generate_until", ("p", other))
    assert model_key("m", None, "b", {"a": 1, "c": 2}) == model_key("m", None, "b", {"c": 2, "a": 1})


def test_parts_do_not_run_into_each_other() -> None:
    assert request_key("loglikelihood", ("ab", "c")) != request_key("loglikelihood", ("a", "bc"))
    assert model_key("ab", "c", "d", {}) != model_key("a", "bc", "d", {})


def test_a_chat_in_lm_evals_wrapping_is_its_text() -> None:
    assert request_key("generate_until", (JsonChatStr("[]"), {})) == request_key("generate_until", ("[]", {}))


def test_half_a_surrogate_pair_in_a_prompt_has_a_key() -> None:
    assert request_key("generate_until", ("\ud83d", {})) != request_key("generate_until", ("\ud83e", {}))


def _retrain(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"longer")


def _touch(folder: Path) -> None:
    os.utime(folder / "model.safetensors", ns=(1, 2))


@pytest.mark.parametrize("change", [_retrain, _touch])
def test_a_local_model_that_was_trained_again_is_another(tmp_path: Path, change: Callable[[Path], None]) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"short")
    before = model_key("tiny", None, "hf", {"pretrained": str(tmp_path)})
    assert before == model_key("tiny", None, "hf", {"pretrained": str(tmp_path)})
    change(tmp_path)
    assert before != model_key("tiny", None, "hf", {"pretrained": str(tmp_path)})


def test_two_local_folders_of_one_name_are_two_models(tmp_path: Path) -> None:
    folders = [tmp_path / "a" / "tiny", tmp_path / "b" / "tiny"]
    for folder in folders:
        folder.mkdir(parents=True)
        (folder / "w").write_bytes(b"x")
        os.utime(folder / "w", ns=(1, 1))
    one, other = (model_key("tiny", None, "hf", {"pretrained": str(folder)}) for folder in folders)
    assert one != other


@pytest.mark.parametrize(
    ("arguments", "sampled"),
    [
        ({"do_sample": True}, True),
        ({"temperature": 0.7}, True),
        ({"temperature": "0.7", "do_sample": False}, True),
        ({"temperature": 0.0, "do_sample": False}, False),
        ({"temperature": 0}, False),
        ({}, False),
    ],
)
def test_an_answer_is_a_draw_where_the_model_samples(arguments: dict[str, Any], sampled: bool) -> None:
    assert is_sampled("generate_until", ("p", arguments)) is sampled
    assert not is_sampled("loglikelihood", ("p", "c"))
