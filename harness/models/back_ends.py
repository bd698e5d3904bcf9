"""Back ends by name, lm-eval's and ours, and what a loaded model reports about itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pkgutil import resolve_name
from typing import Any

from lm_eval.api.model import LM
from lm_eval.api.registry import get_model, model_registry

from harness.models.cache.model import CachedLM, Counts
from harness.text.reasoning import separate
from va_extractor.common.errors import InputError

_OURS = {
    "baseline": "harness.models.baseline:BaselineLM",
    "hf-tree": "harness.models.tree.model:PrefixTreeLM",
    "tree-completions": "harness.models.tree.server:TreeCompletions",
}
_INSTEAD = {
    "local-completions": "harness.models.api.completions:Completions",
    "openai-completions": "harness.models.api.completions:OpenAICompletions",
}
"""Our classes instead of lm-eval's, which give up too soon and log the key."""


def create_model(backend: str, args: Mapping[str, Any], options: Mapping[str, Any]) -> LM:
    """Make a model by lm-eval's name of its back end.

    Raises:
        InputError: `think_end_token` is a number.
        Exception: whatever the back end raises; `harness.models.choice` makes it one line.
    """
    _register()
    model = resolve_name(_INSTEAD[backend]) if backend in _INSTEAD else get_model(backend)
    lm = model.create_from_arg_obj(dict(args), dict(options))
    _keep_thought(lm)
    return lm


def _keep_thought(lm: LM) -> None:
    """Keep lm-eval from dropping the thought before `think_end_token`, where our reader knows that marker.

    lm-eval reads a thought without an end as the answer; our reader counts it as cut off.

    Raises:
        InputError: the token is given by its number, so that its text is unknown here.
    """
    token = getattr(lm, "think_end_token", None)
    if isinstance(token, int):
        what, hint = "a number says nothing of the text", "give the marker's text, such as </think>"
        raise InputError(what, code="unsupported", field="--model_args think_end_token", found=token, hint=hint)
    if isinstance(token, str) and separate(f"a thought{token}an answer").answer == "an answer":
        lm.think_end_token = None


def backends() -> list[str]:
    """Return the names of every back end, lm-eval's and ours."""
    _register()
    return sorted(model_registry.keys())


def _register() -> None:
    """Register every back end: lm-eval's, then ours."""
    import lm_eval.models  # noqa: F401  registers the names

    for name, target in _OURS.items():
        if name not in model_registry:
            model_registry.register(name, target=target)


def count_tokens(lm: LM | CachedLM, texts: Sequence[str]) -> int | None:
    """Count tokens with the model's tokenizer; None if it has none on this machine."""
    tokenizer = getattr(lm, "tokenizer", None)
    if not callable(tokenizer):
        return None
    return sum(map(len, tokenizer(list(texts), add_special_tokens=False)["input_ids"])) if texts else 0


def model_revision(lm: LM) -> str | None:
    """Return the commit that the back end loaded; None if it reports none."""
    info: dict[str, Any] = lm.get_model_info() if hasattr(lm, "get_model_info") else {}
    revision = info.get("model_sha")
    return str(revision) if revision else None


def hub_commit(args: Mapping[str, Any]) -> str | None:
    """Return the commit that the Hugging Face back end would load; None if unknown."""
    if "pretrained" not in args:
        return None
    from huggingface_hub import HfApi

    try:
        found = HfApi().model_info(repo_id=str(args["pretrained"]), revision=str(args.get("revision", "main")))
    except Exception:  # a local folder, no network, a private model
        return None
    return str(found.sha) if found.sha else None


def scoring_path(lm: LM | CachedLM) -> tuple[str | None, str | None]:
    """Return how the prefix-tree back end scored labels, and why not by the tree; None for other back ends."""
    return getattr(lm, "scoring_path", None), getattr(lm, "scoring_note", None)


def stopped(lm: LM | CachedLM) -> str | None:
    """Return why an API model stopped before all was answered; None if it did not, and for other models."""
    reason = getattr(lm, "stopped", None)
    return str(reason) if reason else None


def changes(lm: LM | CachedLM) -> tuple[str, ...]:
    """Return the parameters changed because the provider rejected them."""
    return tuple(getattr(lm, "changes", ()))


def reported(lm: LM | CachedLM) -> str | None:
    """Return the model versions that the provider reported; None if it reported none, and for other models."""
    return ", ".join(lm.versions) or None if isinstance(lm, CachedLM) else None


def counts(lm: LM | CachedLM) -> Counts:
    """Return how many answers came from the cache, and how many are new."""
    return lm.counts if isinstance(lm, CachedLM) else Counts()


def resume_hint(lm: LM | CachedLM) -> str | None:
    """Return how to resume; None if no answer is in a cache on disk."""
    return lm.resume_hint if isinstance(lm, CachedLM) else None


def chat_template_of(lm: LM) -> str | None:
    """Return the model's chat template; None if it has none or does not show it."""
    template = getattr(getattr(lm, "tokenizer", None), "chat_template", None)
    return template if isinstance(template, str) else None
