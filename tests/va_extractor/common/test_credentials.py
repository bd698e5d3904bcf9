"""Credentials are known by name, and taken out of what is printed."""

from __future__ import annotations

import pytest

from va_extractor.common.credentials import in_address, names_one, redacted


@pytest.mark.parametrize(
    "name", ["api_key", "OPENAI_API_KEY", "token", "hf_token", "auth_token", "header", "extra_headers", "password"]
)
def test_names_of_credentials_are_known(name: str) -> None:
    assert names_one(name)


@pytest.mark.parametrize(
    "name",
    ["tokenizer", "max_tokens", "tokenized_requests", "add_bos_token", "think_end_token", "key_variable", "base_url"],
)
def test_names_of_other_arguments_are_not(name: str) -> None:
    assert not names_one(name)


@pytest.mark.parametrize("url", ["http://u:p@h/v1", "u:p@h:9/v1", "https://h/v1?api_key=abc", "https://h?x=1&token=a"])
def test_an_address_with_a_credential_is_known(url: str) -> None:
    assert in_address(url)


@pytest.mark.parametrize("url", ["http://h:1/v1", "http://h/a@b/v1", "https://h/v1?version=2", "h:9"])
def test_an_address_without_one_is_not(url: str) -> None:
    assert not in_address(url)


def test_what_is_printed_holds_no_credential(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_API_KEY", "CANARYazure1234")
    monkeypatch.setenv("MY_SECRET_TOKEN", "short1\n")
    monkeypatch.setenv("TOKENIZERS_PARALLELISM", "whatever")
    told = redacted(
        "key CANARYazure1234, short1, at http://u:PROXYCANARY@127.0.0.1:9/v1?x=1&api_key=CANARYq, hf_abcdefgh, "
        "Bearer abcdefghij; whatever"
    )
    assert told == "key ***, ***, at http://***@127.0.0.1:9/v1?x=1&***, ***, ***; whatever"
