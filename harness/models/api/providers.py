"""API providers by name: address, variable of the key, and API."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from va_extractor.common.credentials import in_address, names_one
from va_extractor.common.errors import InputError

Speaks = Literal["openai", "anthropic", "litellm"]
_PATHS: Mapping[Speaks, str] = {"openai": "/chat/completions", "anthropic": "/messages", "litellm": ""}
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Provider:
    """A provider.

    Attributes:
        base_url: of its API; None if the user or LiteLLM gives it.
        keys: environment variables that may hold its key, the usual one first; none if LiteLLM reads them.
        speaks: its API.
        seed_field: its name of the sampling seed; None if it takes none.
    """

    base_url: str | None
    keys: tuple[str, ...]
    speaks: Speaks = "openai"
    seed_field: str | None = "seed"


# Addresses and variables are those of each provider's API reference.
PROVIDERS: Mapping[str, Provider] = {
    "openai": Provider("https://api.openai.com/v1", ("OPENAI_API_KEY",)),
    "anthropic": Provider("https://api.anthropic.com/v1", ("ANTHROPIC_API_KEY",), "anthropic", None),
    "google": Provider("https://generativelanguage.googleapis.com/v1beta/openai", ("GEMINI_API_KEY", "GOOGLE_API_KEY")),
    "mistral": Provider("https://api.mistral.ai/v1", ("MISTRAL_API_KEY",), seed_field="random_seed"),
    "openrouter": Provider("https://openrouter.ai/api/v1", ("OPENROUTER_API_KEY",)),
    "groq": Provider("https://api.groq.com/openai/v1", ("GROQ_API_KEY",)),
    "together_ai": Provider("https://api.together.xyz/v1", ("TOGETHER_API_KEY", "TOGETHERAI_API_KEY")),
    "deepseek": Provider("https://api.deepseek.com/v1", ("DEEPSEEK_API_KEY",)),
    "xai": Provider("https://api.x.ai/v1", ("XAI_API_KEY",)),
    "fireworks_ai": Provider("https://api.fireworks.ai/inference/v1", ("FIREWORKS_API_KEY", "FIREWORKS_AI_API_KEY")),
    "cerebras": Provider("https://api.cerebras.ai/v1", ("CEREBRAS_API_KEY",)),
    "deepinfra": Provider("https://api.deepinfra.com/v1/openai", ("DEEPINFRA_API_KEY",)),
    "nvidia_nim": Provider("https://integrate.api.nvidia.com/v1", ("NVIDIA_NIM_API_KEY", "NVIDIA_API_KEY")),
    "perplexity": Provider("https://api.perplexity.ai", ("PERPLEXITY_API_KEY", "PERPLEXITYAI_API_KEY")),
    "local": Provider(None, ()),
    "litellm": Provider(None, (), "litellm"),
}
_ALIASES = {"gemini": "google", "together": "together_ai", "fireworks": "fireworks_ai"}
# Providers reached through LiteLLM only; `litellm/NAME/MODEL` reaches any other that it knows.
_THROUGH_LITELLM = (
    *("azure", "azure_ai", "bedrock", "cohere", "cohere_chat", "dashscope", "databricks", "github", "huggingface"),
    *("moonshot", "novita", "oci", "ollama_chat", "replicate", "sambanova", "sagemaker", "vertex_ai", "watsonx"),
)
# lm-eval's names of its chat back ends, which the sender here replaces.
LM_EVAL = {
    "local-chat-completions": "local",
    "openai-chat-completions": "openai",
    "anthropic-chat": "anthropic",
    "anthropic-chat-completions": "anthropic",
    "litellm": "litellm",
    "litellm-chat": "litellm",
    "litellm-chat-completions": "litellm",
}
_ADDRESSES = ("base_url", "api_base")
BACKENDS = (*PROVIDERS, *LM_EVAL)
COMPLETIONS: Mapping[str, tuple[str, ...]] = {
    "local-completions": (),
    "openai-completions": ("OPENAI_API_KEY",),
    "tree-completions": (),
}
"""Back ends that give log-likelihoods over HTTP, with the variables that may hold their key."""


@dataclass(frozen=True)
class Endpoint:
    """Where to send, with which key, and for which model.

    Attributes:
        name: `provider/model`, as in the price file.
        provider: its API.
        url: the full address; empty if LiteLLM finds it.
        model: the model's name at the provider.
        key: never printed; None to send none.
    """

    name: str
    provider: Provider
    url: str
    model: str
    key: str | None = field(repr=False)


def split(model: str) -> tuple[str, str] | None:
    """Return (provider, model) of `provider/model`; None if the prefix is not an API provider."""
    prefix, slash, rest = model.partition("/")
    if not slash or not rest:
        return None
    if prefix in _THROUGH_LITELLM:
        return "litellm", model
    name = _ALIASES.get(prefix, prefix)
    return (name, rest) if name in PROVIDERS and name != "local" else None


def usual_variables(backend: str) -> tuple[str, ...]:
    """Return the environment variables that may hold the key of a chat back end."""
    return PROVIDERS[LM_EVAL.get(backend, backend)].keys


def public_name(backend: str, model: str) -> str:
    """Return the model's name in records and price files."""
    provider = LM_EVAL.get(backend, backend)
    return model if provider in ("local", "litellm") else f"{provider}/{model}"


def find(backend: str, model: str, base_url: str | None, key_variable: str | None) -> Endpoint:
    """Find where to send.

    Args:
        backend: a provider, or lm-eval's name of a chat back end.
        model: the model's name at the provider.
        base_url: an address instead of the provider's own.
        key_variable: the environment variable to read the key from, instead of the provider's usual one.

    Raises:
        InputError: the address is missing or not valid, or the key is missing.
    """
    provider, name = PROVIDERS[LM_EVAL.get(backend, backend)], public_name(backend, model)
    base = base_url or provider.base_url
    if base is None and provider.speaks != "litellm":
        hint = "add --model_args base_url=http://HOST:PORT/v1,model=NAME"
        raise InputError("no address", code="missing", field="--model", found=backend, hint=hint)
    url = _full(base, provider.speaks) if base else ""
    return Endpoint(name, provider, url, model, held_key(name, (key_variable,) if key_variable else provider.keys))


def held_key(model: str, variables: tuple[str, ...]) -> str | None:
    """Return the key in the first variable that is set; None if `variables` is empty.

    Raises:
        InputError: none of them is set, or the key is not one line of text.
    """
    if not all(_VARIABLE.fullmatch(str(one)) for one in variables):  # it may be the key itself: do not print it
        what = "not the name of an environment variable, such as MY_KEY"
        raise InputError(what, code="type", field="--model_args key_variable")
    if not variables:
        return None
    held = next((one for one in variables if os.environ.get(one)), None)
    if held is None:
        hint = f"set the environment variable {' or '.join(variables)}"
        raise InputError("no key", code="missing", field="--model", found=model, hint=hint)
    key = os.environ[held].strip()
    if not key.isprintable():
        raise InputError("the key contains a control character", code="type", field=held)
    return key


def check_completions(backend: str, args: Mapping[str, Any]) -> None:
    """Check the arguments of a completion back end, without a request.

    Raises:
        InputError: the address or the key is missing, or a key is on the command line.
    """
    usual = COMPLETIONS[backend]
    refuse_secrets(usual, args)
    if not usual and not args.get("base_url"):
        hint = "add --model_args base_url=http://HOST:PORT/v1/completions,model=NAME"
        raise InputError("no address", code="missing", field="--model", found=backend, hint=hint)
    if args.get("base_url"):
        _check_address(args["base_url"])
    held_key(backend, (args["key_variable"],) if args.get("key_variable") else usual)


def refuse_secrets(variables: tuple[str, ...], args: Mapping[str, Any]) -> None:
    """Refuse a key on the command line, where other users and the shell's history can see it.

    Args:
        variables: those that may hold the key instead.
        args: `--model_args`.

    Raises:
        InputError: an argument is named like a credential, or the address contains one.
    """
    hint = f"set the environment variable {variables[0]}" if variables else "name its variable: key_variable=NAME"
    for name, value in args.items():
        if names_one(name) or (name in _ADDRESSES and in_address(str(value or ""))):
            what = "keys are read from the environment only"
            raise InputError(what, code="unsafe", field=f"--model_args {name}", hint=hint)


def _check_address(base: object) -> None:
    try:
        parts = urlsplit(str(base))
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        good = False
    if not good:
        hint = "for example http://127.0.0.1:8000/v1"
        raise InputError("not an address", code="type", field="--model_args base_url", found=base, hint=hint)


def _full(base: str, speaks: Speaks) -> str:
    """Complete an address; takes `http://host/v1`, as the providers' own clients do, or the whole path."""
    _check_address(base)
    path = _PATHS[speaks]
    return base if base.rstrip("/").endswith(path) else base.rstrip("/") + path
