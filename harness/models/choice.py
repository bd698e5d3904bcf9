"""Find the model that `--model` names, and make it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from harness.models import back_ends
from harness.models.api import providers
from harness.models.api.limits import NO_LIMITS, ApiSettings
from harness.record import ModelRecord
from harness.scoring.baselines.names import BASELINES
from va_extractor.common.credentials import redacted
from va_extractor.common.errors import InputError, nearest

if TYPE_CHECKING:
    from lm_eval.api.model import LM

_HUB_ID = re.compile(r"^[\w.-]+/[\w.-]+$")
_SECRET = re.compile(r"key|token(?!iz)|secret|passw|auth|header|credential|cookie", re.IGNORECASE)
_ALSO_ON_THE_HUB = ("google", "openai")
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
    """The model that `--model` and `--model_args` name.

    Attributes:
        given: `--model` as typed.
        backend: lm-eval's name of the back end, or the name of an API provider.
        args: its arguments.
    """

    given: str
    backend: str
    args: dict[str, Any]

    @property
    def api(self) -> bool:
        """Whether the model is behind a chat API."""
        return self.backend in providers.BACKENDS

    @property
    def id(self) -> str:
        """The model's public name: the Hub id or the model's name at its provider; of a local folder the last name."""
        if self.backend == "baseline":
            return f"baseline:{self.args['name']}"
        if self.by_provider:
            return providers.public_name(self.backend, self.args["model"])
        return str(_public(self.args.get("pretrained") or self.args.get("model") or self.backend))

    def all_args(self, api: ApiSettings) -> dict[str, Any]:
        """Return the arguments, with those that have flags of their own."""
        effort = api.reasoning_effort
        return self.args | ({"reasoning_effort": effort} if effort is not None else {})

    @property
    def by_provider(self) -> bool:
        """Whether `--model` is `provider/NAME`."""
        return self.api and "/" in self.given

    @property
    def chat_only(self) -> bool:
        """Whether the back end needs messages, and gives no log-likelihoods of given texts."""
        return self.api or "chat" in self.backend

    @property
    def hint(self) -> str | None:
        """How to load the Hub's model of the same name; None if there cannot be one."""
        if self.by_provider and self.backend in _ALSO_ON_THE_HUB:
            return (
                f"{self.given} uses the provider's API; "
                f"--model hf --model_args pretrained={self.given} loads the Hub's model of that name"
            )
        return None


def choose(model: str, args: Mapping[str, Any]) -> ModelChoice:
    """Find what `--model` names: a baseline, an API model, a back end of lm-eval, a local folder or a Hub id.

    Raises:
        InputError: it is none of these; the hint has the nearest names.
    """
    if model.startswith("baseline:"):
        name = model.removeprefix("baseline:")
        if name not in BASELINES:
            hint = f"baselines: {', '.join(BASELINES)}"
            raise InputError("no such baseline", code="unknown", field="--model", found=model, hint=hint)
        if args:
            field = f"--model_args {next(iter(args))}"
            raise InputError(f"{model} takes no arguments", code="conflict", field=field, hint="remove the flag")
        return ModelChoice(model, "baseline", {"name": name})
    named = providers.split(model)
    if named is not None and not _is_folder(model):
        return ModelChoice(model, named[0], {**args, "model": named[1]})
    if model in providers.LM_EVAL:
        return ModelChoice(model, model, dict(args))
    known = back_ends.backends()
    if model in _HUGGING_FACE:
        return ModelChoice(model, TREE, dict(args))
    if model in known:
        return ModelChoice(model, model, dict(args))
    if _is_folder(model) or _HUB_ID.match(model):
        return ModelChoice(model, TREE, {"pretrained": model, **args})
    what = "not a baseline:NAME, back end, local folder or Hub id (org/name)"
    raise InputError(what, code="unknown", field="--model", found=model, hint=nearest(model, known))


def check(choice: ModelChoice, batch_size: str | int | None, device: str | None, api: ApiSettings) -> None:
    """Check all about a model that can be checked before anything is loaded or sent.

    Raises:
        InputError: a flag does not fit the back end, or a key is missing or on the command line.
    """
    if not choice.api:
        api.refuse_for(choice.given)
        if choice.backend in providers.COMPLETIONS:
            providers.check_completions(choice.backend, choice.args)
        else:
            providers.refuse_secrets(("HF_TOKEN",), choice.args)
            _check_folder(choice.args.get("pretrained"))
        return
    for flag, value in (("--batch_size", batch_size), ("--device", device)):
        if value is not None:
            what = f"--model {choice.given} is behind an API"
            raise InputError(what, code="conflict", field=flag, hint="remove the flag")
    from harness.models.api.model import check as check_api

    check_api(choice.given, choice.backend, choice.args, api)


def _check_folder(pretrained: object) -> None:
    """Refuse a path that does not exist, which a back end takes for a Hub id."""
    name = str(pretrained)
    is_path = "/" in name and (name.startswith(".") or not _HUB_ID.match(name))
    if pretrained is not None and is_path and not _exists(name):
        what = "no such folder, and not a Hub id (org/name)"
        raise InputError(what, code="missing", field="--model_args pretrained", found=name)


def open_model(
    choice: ModelChoice, batch_size: str | int | None, device: str | None, api: ApiSettings = NO_LIMITS
) -> LM:
    """Load the model.

    Raises:
        InputError: a package is missing, the model cannot be found, or the back end refuses its arguments.
    """
    try:
        if choice.api:
            from harness.models.api.model import open_model as open_api

            return open_api(choice.given, choice.backend, choice.args, api)
        return back_ends.create_model(choice.backend, choice.args, {"batch_size": batch_size, "device": device})
    except InputError:
        raise
    except ImportError as error:
        name = (error.name or str(error)).split(".")[0]
        hint = f"pip install 'vaemo-eval[{_EXTRAS[name]}]'" if name in _EXTRAS else f"pip install {name}"
        what = f"the package {name} is missing"
        raise InputError(what, code="extra", field="--model", found=choice.given, hint=hint) from error
    except Exception as error:  # back ends raise anything; the user gets one line
        meant = "check --model_args" if isinstance(error, TypeError) else _provider_hint(choice)
        raise InputError(first_line(error), code="model", field="--model", found=choice.given, hint=meant) from error


def _provider_hint(choice: ModelChoice) -> str | None:
    """Return the API provider that may be meant by the organisation of a Hub id; None if there is none."""
    prefix, slash, _ = choice.given.partition("/")
    near = get_close_matches(prefix, providers.PROVIDERS, n=1, cutoff=0.5)
    if not slash or not near or _is_folder(choice.given):
        return None
    return f"{prefix}/ is not an API provider, so it was taken as a Hub organisation (did you mean {near[0]}?)"


def price_name(choice: ModelChoice) -> str:
    """Return a model's name in the price file."""
    return providers.public_name(choice.backend, str(choice.args.get("model"))) if choice.api else choice.id


def record(choice: ModelChoice, lm: LM, chat_template_sha256: str | None) -> ModelRecord:
    """Describe the model for the run record, without credentials and local paths."""
    return ModelRecord(
        id=choice.id,
        revision=back_ends.model_revision(lm),
        backend=choice.backend,
        args=public_args(choice.args),
        chat_template_sha256=chat_template_sha256,
    )


def public_args(args: Mapping[str, Any]) -> dict[str, str | int | float | bool | None]:
    """Return arguments for a record: without credentials, paths by their last name."""
    return {key: _public(value) for key, value in args.items() if isinstance(value, bool) or not _SECRET.search(key)}


def first_line(error: Exception) -> str:
    """Return an error's class and first line; the class alone if it has no text."""
    lines = [line for line in str(error).splitlines() if line.strip()]
    return redacted(f"{type(error).__name__}: {lines[0]}") if lines else type(error).__name__


def _public(value: Any) -> str | int | float | bool | None:
    if value is None or isinstance(value, bool | int | float):
        return value
    text = str(value)
    if "://" in text:
        parts = urlsplit(text)
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
    return Path(text).expanduser().resolve().name if _exists(text) else text


def _is_folder(text: str) -> bool:
    return _exists(text) and Path(text).expanduser().is_dir()


def _exists(text: str) -> bool:
    """Return whether `text` is a path that exists; False if it cannot be a path (empty, too long)."""
    try:
        return bool(text) and Path(text).expanduser().exists()
    except (OSError, RuntimeError, ValueError):
        return False
