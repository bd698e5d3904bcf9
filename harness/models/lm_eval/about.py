"""What a model, once made, says of itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lm_eval.api.model import LM

from harness.models.cache.model import KeepingLM, Saved


def count_tokens(lm: LM | KeepingLM, texts: Sequence[str]) -> int | None:
    """Count tokens by the model's own tokenizer; None where it has none on this side."""
    tokenizer = getattr(lm, "tokenizer", None)
    if not callable(tokenizer):
        return None
    return sum(map(len, tokenizer(list(texts), add_special_tokens=False)["input_ids"])) if texts else 0


def model_revision(lm: LM) -> str | None:
    """Return the commit that the back end says it loaded; None where it says none."""
    info: dict[str, Any] = lm.get_model_info() if hasattr(lm, "get_model_info") else {}
    revision = info.get("model_sha")
    return str(revision) if revision else None


def hub_commit(args: Mapping[str, Any]) -> str | None:
    """Return the commit that lm-eval's Hugging Face back end will say it loaded, without loading it."""
    if "pretrained" not in args:
        return None
    from huggingface_hub import HfApi

    try:
        found = HfApi().model_info(repo_id=str(args["pretrained"]), revision=str(args.get("revision", "main")))
    except Exception:  # a local folder, no network, a private model: the record then states no commit
        return None
    return str(found.sha) if found.sha else None


def scoring_path(lm: LM | KeepingLM) -> tuple[str | None, str | None]:
    """Return how the prefix-tree back end scored labels, and why not by the tree; None for other back ends."""
    return getattr(lm, "scoring_path", None), getattr(lm, "scoring_note", None)


def stopped(lm: LM | KeepingLM) -> str | None:
    """Return why our API back end stopped asking before all was answered; None for all other models and reasons."""
    reason = getattr(lm, "stopped", None)
    return str(reason) if reason else None


def changes(lm: LM | KeepingLM) -> tuple[str, ...]:
    """Return what our API back end sent otherwise than asked for, because the provider refuses it."""
    return tuple(getattr(lm, "changes", ()))


def reported(lm: LM | KeepingLM) -> str | None:
    """Return the versions of the model that a provider says it asked; None where it says none, or for other models."""
    return ", ".join(lm.versions) or None if isinstance(lm, KeepingLM) else None


def saved(lm: LM | KeepingLM) -> Saved:
    """Return how many requests were answered without asking."""
    return lm.saved if isinstance(lm, KeepingLM) else Saved()


def chat_template_of(lm: LM) -> str | None:
    """Return the model's chat template; None where it has none or does not show it."""
    template = getattr(getattr(lm, "tokenizer", None), "chat_template", None)
    return template if isinstance(template, str) else None
