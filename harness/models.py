"""Which model `--model` means, and making it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from harness import _compat
from harness.baselines.names import BASELINES
from harness.docs import nearest
from leaderboard.schema import ModelRecord
from va_extractor.errors import InputError

if TYPE_CHECKING:
    from lm_eval.api.model import LM

_HUB_ID = re.compile(r"^[\w.-]+/[\w.-]+$")
_SECRET = re.compile(r"key|token(?!iz)|secret|passw|auth|header|credential|cookie", re.IGNORECASE)
TREE = "hf-tree"
_HUGGING_FACE = ("hf", "hf-auto", "huggingface")
_EXTRAS = {
    "torch": "hf",
    "transformers": "hf",
    "accelerate": "hf",
    "vllm": "vllm",
    "litellm": "litellm",
    "requests": "api",
    "aiohttp": "api",
    "tenacity": "api",
    "tiktoken": "api",
}


@dataclass(frozen=True)
class ModelChoice:
    """What `--model` and `--model_args` mean.

    Attributes:
        given: `--model` as typed.
        backend: lm-eval's name of the back end.
        args: its arguments.
    """

    given: str
    backend: str
    args: dict[str, Any]

    @property
    def id(self) -> str:
        """The model's public name: the Hub id or the model's name at its provider; of a local folder the last name."""
        if self.backend == "baseline":
            return f"baseline:{self.args['name']}"
        return str(_public(self.args.get("pretrained") or self.args.get("model") or self.backend))

    @property
    def chat_only(self) -> bool:
        """Whether the back end speaks only chat: it needs messages, and gives no log-likelihoods of given texts."""
        return "chat" in self.backend


def choose(model: str, args: Mapping[str, Any]) -> ModelChoice:
    """Find out what `--model` means: a baseline, one of lm-eval's back ends, a local folder or a Hub id.

    Raises:
        InputError: it is none of these; the nearest names are suggested.
    """
    if model.startswith("baseline:"):
        name = model.removeprefix("baseline:")
        if name not in BASELINES:
            raise InputError(f"--model {model}: no such baseline{nearest(name, list(BASELINES))}")
        return ModelChoice(model, "baseline", {**args, "name": name})
    known = _compat.backends()
    if model in _HUGGING_FACE:
        return ModelChoice(model, TREE, dict(args))
    if model in known:
        return ModelChoice(model, model, dict(args))
    if (_exists(model) and Path(model).expanduser().is_dir()) or _HUB_ID.match(model):
        return ModelChoice(model, TREE, {"pretrained": model, **args})
    raise InputError(
        f"--model {model}: no baseline:NAME, back end, local folder or Hub id (org/name){nearest(model, known)}"
    )


def open_model(choice: ModelChoice, batch_size: str | int | None, device: str | None) -> LM:
    """Load the model.

    Raises:
        InputError: a package is missing, the model cannot be found, or the back end refuses its arguments.
    """
    try:
        return _compat.create_model(choice.backend, choice.args, {"batch_size": batch_size, "device": device})
    except InputError:
        raise
    except ImportError as error:
        name = (error.name or str(error)).split(".")[0]
        mend = f"pip install 'vaemo-eval[{_EXTRAS[name]}]'" if name in _EXTRAS else f"pip install {name}"
        raise InputError(f"--model {choice.given}: the package {name} is missing: {mend}") from error
    except Exception as error:  # back ends raise whatever they like; the user gets their words in one line
        raise InputError(f"--model {choice.given}: {first_line(error)}") from error


def record(choice: ModelChoice, lm: LM, chat_template_sha256: str | None) -> ModelRecord:
    """Describe the model for the run record, without credentials and local paths."""
    return ModelRecord(
        id=choice.id,
        revision=_compat.model_revision(lm),
        backend=choice.backend,
        args=public_args(choice.args),
        chat_template_sha256=chat_template_sha256,
    )


def public_args(args: Mapping[str, Any]) -> dict[str, str | int | float | bool | None]:
    """Return arguments as a file may show them: credentials left out, paths by their last name."""
    return {key: _public(value) for key, value in args.items() if isinstance(value, bool) or not _SECRET.search(key)}


def first_line(error: Exception) -> str:
    """Return an error's own first line, or its class where it says nothing."""
    lines = [line for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def _public(value: Any) -> str | int | float | bool | None:
    if value is None or isinstance(value, bool | int | float):
        return value
    text = str(value)
    if "://" in text:
        parts = urlsplit(text)
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
    return Path(text).expanduser().resolve().name if _exists(text) else text


def _exists(text: str) -> bool:
    """Tell whether `text` is a path of this machine; what is no path at all (empty, too long) is none."""
    try:
        return bool(text) and Path(text).expanduser().exists()
    except (OSError, RuntimeError, ValueError):
        return False
