"""The key of an answer: SHA-256 over everything that decides it, and nothing else.

These decide: the model and its revision, the back end and those of its arguments that can change an answer, the
rendered prompt (with chat template and examples), the choice scored or the generation arguments; for a sampled answer
also the draw and the seeds. For a server that the user names, the address decides, since any model may have any name
there. Credentials, speed and device decide nothing: a new key or a smaller batch requests nothing again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from va_extractor.common.credentials import names_one

KEY_VERSION = 1
GENERATE = "generate_until"
NOT_DECIDING = frozenset((
    *("verify_certificate", "ca_cert_path", "timeout", "max_retries", "project"),
    *("num_concurrent", "concurrency", "rpm", "tpm", "requests_per_minute", "tokens_per_minute", "progress"),
    *("organization", "key_variable", "max_cost", "max_requests", "max_minutes", "prices"),
    *("batch_size", "max_batch_size", "device", "devices", "parallelize", "device_map", "device_map_option"),
    *("max_memory_per_gpu", "max_cpu_memory", "offload_folder", "gpus", "tensor_parallel_size", "data_parallel_size"),
    *("gpu_memory_utilization", "swap_space"),
))  # fmt: skip
"""Arguments of back ends about speed and cost; every other argument decides."""
_ADDRESSES = frozenset(("base_url", "api_base"))
_LOCAL = frozenset(("pretrained", "tokenizer", "peft", "delta", "gguf_file", "model_path"))


def deciding(args: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a back end that decide its answers; user, password and query of an address do not."""
    return {
        key: _address(value) if key in _ADDRESSES else value
        for key, value in args.items()
        if key not in NOT_DECIDING and not names_one(key)
    }


def model_key(model: str, revision: str | None, backend: str, args: Mapping[str, Any]) -> str:
    """Return the SHA-256 over the model, in hex.

    Args:
        model: the model's name.
        revision: its commit or version; None if unknown.
        backend: lm-eval's name of the back end.
        args: its arguments. A local folder or file stands for its content: path, sizes and times of change.
    """
    parts = {key: _content(value) if key in _LOCAL else value for key, value in deciding(args).items()}
    return _sha256(_canonical([KEY_VERSION, model, revision, backend, parts])).hex()


def request_key(request_type: str, arguments: Sequence[Any]) -> bytes:
    """Return the SHA-256 over a request: its type, the prompt, and a choice or generation arguments.

    Args:
        request_type: `generate_until`, `loglikelihood`, ...
        arguments: as lm-eval's `Instance.args`: the prompt, then the rest.
    """
    prompt, *rest = arguments
    text = prompt if isinstance(prompt, str) else prompt.prompt  # a chat as JSON, in lm-eval's own wrapping
    return _sha256(request_type.encode() + b"\0" + _prompt_key(text) + _canonical(rest))


def answer_key(model: str, request: bytes, draw: Sequence[int] = ()) -> bytes:
    """Return the key of one answer.

    Args:
        model: of `model_key`.
        request: of `request_key`.
        draw: for a sampled answer the repeat, its place among equal requests, and the seeds; else empty.
    """
    return _sha256(bytes.fromhex(model) + request + _canonical(list(draw)))


def is_sampled(request_type: str, arguments: Sequence[Any]) -> bool:
    """Return whether equal requests may get different answers, so that each is sent."""
    given = arguments[1] if request_type == GENERATE and len(arguments) > 1 else None
    if not isinstance(given, Mapping):
        return False
    temperature = given.get("temperature")
    return given.get("do_sample") is True or (temperature is not None and temperature not in (0, "0", "0.0"))


@lru_cache(maxsize=64)
def _prompt_key(text: str) -> bytes:
    """Hash a prompt once for all its choices, which follow each other."""
    return _sha256(text.encode("utf-8", "surrogatepass"))


def _address(value: Any) -> str:
    parts = urlsplit(str(value))
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, default=str).encode()


def _content(value: Any) -> Any:
    """Return a value; for a local path, what identifies its content."""
    try:
        path = Path(value).expanduser() if isinstance(value, str) and value else None
        return [str(path.resolve()), *_files(path)] if path is not None and path.exists() else value
    except (OSError, RuntimeError, ValueError):
        return value


def _files(path: Path) -> Iterator[tuple[str, int, int]]:
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    for file in files:
        if file.is_file():
            found = file.stat()
            yield file.name, found.st_size, found.st_mtime_ns
