"""Which model is meant, what is recorded of it, and what is said when it cannot be had."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.models import choice as models
from harness.models.api.limits import NO_LIMITS
from harness.models.choice import ModelChoice, check, choose, first_line, open_model
from harness.scoring.baselines.names import BASELINES
from va_extractor.common.errors import InputError, Problem

SECRET = "hunter2"  # noqa: S105  what must not be found again


class Silent:
    """A model that says nothing about itself."""


def recorded(backend: str, args: dict[str, Any]) -> dict[str, Any]:
    return models.record(ModelChoice("m", backend, args), Silent(), None).args


@pytest.mark.parametrize("name", BASELINES)
def test_baselines_go_by_their_name(name: str) -> None:
    choice = choose(f"baseline:{name}", {})
    assert (choice.backend, choice.args, choice.id) == ("baseline", {"name": name}, f"baseline:{name}")
    assert not choice.chat_only


@pytest.mark.parametrize(
    "name", ["hf-tree", "local-chat-completions", "openai-chat-completions", "anthropic-chat", "vllm"]
)
def test_back_ends_go_by_lm_evals_names(name: str) -> None:
    choice = choose(name, {"pretrained": "org/model", "dtype": "float32"})
    assert (choice.backend, choice.args) == (name, {"pretrained": "org/model", "dtype": "float32"})
    assert choice.id == "org/model"
    assert choice.chat_only == ("chat" in name)


@pytest.mark.parametrize("path", ["/nowhere/at/all", "./nowhere", "a/b/c", "~/nowhere"])
def test_a_missing_folder_is_not_taken_for_a_hub_id(path: str) -> None:
    with pytest.raises(InputError) as error:
        check(choose("hf", {"pretrained": path}), None, None, NO_LIMITS)
    assert (error.value.problem.code, error.value.problem.found) == ("missing", path)
    check(choose("hf", {"pretrained": "org/name"}), None, None, NO_LIMITS)


def test_a_hub_id_or_a_folder_means_hugging_face(tmp_path: Path) -> None:
    hub, local = choose("Qwen/Qwen3-0.6B", {"dtype": "auto"}), choose(str(tmp_path), {})
    assert (hub.backend, hub.args) == ("hf-tree", {"pretrained": "Qwen/Qwen3-0.6B", "dtype": "auto"})
    assert (hub.id, local.id) == ("Qwen/Qwen3-0.6B", tmp_path.name)
    assert local.backend == "hf-tree"


@pytest.mark.parametrize(
    ("given", "near"),
    [
        ("baseline:prototipe", "prototype"),
        ("baseline:", ""),
        ("local-chat-completion", "local-chat-completions"),
        ("nonsense", ""),
        ("a/b/c", ""),
        ("", ""),
    ],
)
def test_what_is_no_model_is_named_with_the_nearest(given: str, near: str) -> None:
    with pytest.raises(InputError) as raised:
        choose(given, {})
    problem = raised.value.problem
    assert (problem.code, problem.field, problem.found) == ("unknown", "--model", given)
    assert near in (problem.hint or "")


@pytest.mark.parametrize(
    "args",
    [
        {"api_key": SECRET},
        {"token": SECRET, "hf_token": SECRET, "auth_token": SECRET},
        {"PASSWORD": SECRET, "client_secret": SECRET, "header": f"{{'Authorization': '{SECRET}'}}"},
        {"base_url": f"https://user:{SECRET}@host:8000/v1?key={SECRET}#{SECRET}"},
    ],
)
def test_credentials_are_not_recorded(args: dict[str, Any]) -> None:
    assert SECRET not in str(recorded("hf", args))


def test_what_decides_numbers_is_recorded_though_it_sounds_like_a_credential() -> None:
    given = {"tokenizer": "org/model", "tokenizer_backend": "huggingface", "add_bos_token": True, "api_key": 1234}
    assert recorded("hf", given) == {
        "tokenizer": "org/model", "tokenizer_backend": "huggingface", "add_bos_token": True,
    }  # fmt: skip


def test_an_address_is_recorded_without_what_is_private() -> None:
    given = f"https://me:{SECRET}@host:8000/v1/chat?key={SECRET}"
    assert recorded("hf", {"base_url": given}) == {"base_url": "https://host:8000/v1/chat"}


def test_paths_are_recorded_by_their_last_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "weights").mkdir()
    monkeypatch.chdir(tmp_path)
    given = {"pretrained": str(tmp_path / "weights"), "peft": "weights", "tokenizer": "org/model"}
    assert recorded("hf", given) == {"pretrained": "weights", "peft": "weights", "tokenizer": "org/model"}


@pytest.mark.parametrize("value", ["", "x" * 5000, "~nobody-of-this-name/x", "a\0b", None, 3, 0.5, True])
def test_what_is_no_path_is_recorded_as_it_is(value: Any) -> None:
    assert recorded("hf", {"option": value}) == {"option": value}


def test_an_unnamed_model_goes_by_its_back_end() -> None:
    assert ModelChoice("m", "dummy", {}).id == "dummy"


def opened(monkeypatch: pytest.MonkeyPatch, error: Exception, given: str = "org/model") -> Problem:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("harness.models.back_ends.create_model", fail)
    with pytest.raises(InputError) as raised:
        open_model(ModelChoice(given, "hf", {}), None, None)
    return raised.value.problem


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        (ModuleNotFoundError("No module named 'torch'", name="torch"), r"pip install 'vaemo-eval[hf]'"),
        (ModuleNotFoundError("No module named 'vllm.x'", name="vllm.x"), r"pip install 'vaemo-eval[vllm]'"),
        (ModuleNotFoundError("No module named 'aiohttp'", name="aiohttp"), r"pip install 'vaemo-eval[api]'"),
        (ModuleNotFoundError("No module named 'other'", name="other"), "pip install other"),
    ],
)
def test_a_missing_package_is_told_with_its_extra(monkeypatch: pytest.MonkeyPatch, error: Exception, hint: str) -> None:
    problem = opened(monkeypatch, error)
    assert (problem.code, problem.field, problem.found, problem.hint) == ("extra", "--model", "org/model", hint)


def test_what_a_back_end_raises_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = opened(monkeypatch, OSError("\nno such repository\nmore\nlines"))
    assert (problem.code, problem.what) == ("model", "OSError: no such repository")
    lacking = TypeError("HFLM.__init__() missing 1 required positional argument: 'pretrained'")
    assert opened(monkeypatch, lacking).hint == "check --model_args"
    own = InputError("clear", code="missing")
    assert opened(monkeypatch, own) == own.problem


def test_a_misspelt_provider_is_told_where_the_hub_has_no_such_model(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = opened(monkeypatch, OSError("no such repository"), "opnai/gpt-4o-mini")
    assert "openai" in str(problem.hint)


def test_the_first_line_of_an_error_or_its_class() -> None:
    assert first_line(ValueError("one\ntwo")) == "ValueError: one"
    assert first_line(ValueError()) == "ValueError"
