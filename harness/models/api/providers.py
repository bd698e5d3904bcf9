"""API providers by name: where they are, which variable holds their key, and what they speak."""

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
        base_url: where its API begins; None where the user, or LiteLLM, says it.
        keys: environment variables that may hold its key, the usual one first; none where LiteLLM reads them.
        speaks: its dialect.
        seed_field: its name of the sampling seed; None where it takes none.
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
# Providers that only LiteLLM speaks to; `litellm/NAME/MODEL` reaches any other that it knows.
_THROUGH_LITELLM = (
    *("azure", "azure_ai", "bedrock", "cohere", "cohere_chat", "dashscope", "databricks", "github", "huggingface"),
    *("moonshot", "novita", "oci", "ollama_chat", "replicate", "sambanova", "sagemaker", "vertex_ai", "watsonx"),
)
# lm-eval's names of its chat back ends, which this client answers to.
_LM_EVAL = {
    "local-chat-completions": "local",
    "openai-chat-completions": "openai",
    "anthropic-chat": "anthropic",
    "anthropic-chat-completions": "anthropic",
    "litellm": "litellm",
    "litellm-chat": "litellm",
    "litellm-chat-completions": "litellm",
}
_ADDRESSES = ("base_url", "api_base")
BACKENDS = (*PROVIDERS, *_LM_EVAL)
COMPLETIONS: Mapping[str, tuple[str, ...]] = {
    "local-completions": (),
    "openai-completions": ("OPENAI_API_KEY",),
    "tree-completions": (),
}
"""Back ends that give log-likelihoods over HTTP, with the variables that may hold their key."""


@dataclass(frozen=True)
class Endpoint:
    """Where to ask, as whom, and for which model.

    Attributes:
        name: `provider/model`, as in the price file.
        provider: how it is spoken to.
        url: the full address; empty where LiteLLM finds it.
        model: the model's name at the provider.
        key: never printed; None where none is sent.
        key_variable: where the key came from, or should.
    """

    name: str
    provider: Provider
    url: str
    model: str
    key: str | None = field(repr=False)
    key_variable: str | None


def split(model: str) -> tuple[str, str] | None:
    """Return (provider, model) of `provider/model`; None where the prefix is no API provider's."""
    prefix, slash, rest = model.partition("/")
    if not slash or not rest:
        return None
    if prefix in _THROUGH_LITELLM:
        return "litellm", model
    name = _ALIASES.get(prefix, prefix)
    return (name, rest) if name in PROVIDERS and name != "local" else None


def is_api(backend: str) -> bool:
    """Tell whether a back end is asked through this client."""
    return backend in BACKENDS


def usual_variables(backend: str) -> tuple[str, ...]:
    """Return the environment variables that may hold the key of a chat back end."""
    return PROVIDERS[_LM_EVAL.get(backend, backend)].keys


def is_lm_eval(name: str) -> bool:
    """Tell whether a name is one of lm-eval's chat back ends that this client answers to."""
    return name in _LM_EVAL


def public_name(backend: str, model: str) -> str:
    """Return the name that records and prices know a model by."""
    provider = _LM_EVAL.get(backend, backend)
    return model if provider in ("local", "litellm") else f"{provider}/{model}"


def find(backend: str, model: str, base_url: str | None, key_variable: str | None) -> Endpoint:
    """Find out where to ask.

    Args:
        backend: a provider, or lm-eval's name of a chat back end.
        model: the model's name there.
        base_url: an address to ask instead of the provider's own.
        key_variable: the environment variable to read the key from, instead of the provider's usual one.

    Raises:
        InputError: the address is missing or no address, or the key is missing; the message names the variable.
    """
    provider, name = PROVIDERS[_LM_EVAL.get(backend, backend)], public_name(backend, model)
    base = base_url or provider.base_url
    if base is None and provider.speaks != "litellm":
        raise InputError(f"--model {backend}: add --model_args base_url=http://HOST:PORT/v1,model=NAME")
    url = _full(base, provider.speaks) if base else ""
    key, variable = held_key(name, (key_variable,) if key_variable else provider.keys)
    return Endpoint(name, provider, url, model, key, variable)


def held_key(model: str, variables: tuple[str, ...]) -> tuple[str | None, str | None]:
    """Return the key that the first of the variables that are set holds, and that variable; None where none is named.

    Raises:
        InputError: none of them is set, or the key is no line of text; the message names the variable.
    """
    if not all(_VARIABLE.fullmatch(str(one)) for one in variables):  # perhaps the key itself, so it is not repeated
        raise InputError(f"--model {model}: key_variable is no name of an environment variable, as MY_KEY would be")
    held = [one for one in variables if os.environ.get(one)]
    if variables and not held:
        raise InputError(f"--model {model}: no key: set the environment variable {' or '.join(variables)}")
    if not held:
        return None, None
    key = os.environ[held[0]].strip()
    if not key.isprintable():
        raise InputError(f"--model {model}: the key in {held[0]} holds a line break or another control character")
    return key, held[0]


def check_completions(backend: str, args: Mapping[str, Any]) -> None:
    """Check what a completion back end is given, without asking it.

    Raises:
        InputError: the address or the key is missing, or a key stands on the command line.
    """
    usual = COMPLETIONS[backend]
    refuse_secrets(usual, args)
    if not usual and not args.get("base_url"):
        raise InputError(f"--model {backend}: add --model_args base_url=http://HOST:PORT/v1/completions,model=NAME")
    if args.get("base_url"):
        _check_address(args["base_url"])
    held_key(backend, (args["key_variable"],) if args.get("key_variable") else usual)


def refuse_secrets(variables: tuple[str, ...], args: Mapping[str, Any]) -> None:
    """Refuse a key on the command line, where other users and the shell's history see it.

    Args:
        variables: that may hold the key instead.
        args: `--model_args`.

    Raises:
        InputError: an argument is named like a credential, or the address holds one.
    """
    mend = f"set the environment variable {variables[0]}" if variables else "name its variable: key_variable=NAME"
    for name in args:
        if names_one(name):
            raise InputError(f"--model_args {name}: keys are read from the environment only: {mend}")
    for name in _ADDRESSES:
        if in_address(str(args.get(name) or "")):
            raise InputError(
                f"--model_args {name}: holds a key or a password; keys are read from the environment: {mend}"
            )


def _check_address(base: object) -> None:
    try:
        parts = urlsplit(str(base))
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        good = False
    if not good:
        raise InputError(f"--model_args base_url={base}: no address; give for example http://127.0.0.1:8000/v1")


def _full(base: str, speaks: Speaks) -> str:
    """Complete an address: `http://host/v1` as the providers' own clients take it, or the whole path."""
    _check_address(base)
    path = _PATHS[speaks]
    return base if base.rstrip("/").endswith(path) else base.rstrip("/") + path
