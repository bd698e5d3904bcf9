"""Back ends by name: lm-eval's and ours."""

from __future__ import annotations

from collections.abc import Mapping
from pkgutil import resolve_name
from typing import Any

from lm_eval import utils
from lm_eval.api.model import LM
from lm_eval.api.registry import get_model, model_registry

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
        Exception: whatever the back end raises; `harness.models.choice` makes it one line.
    """
    _register()
    model = resolve_name(_INSTEAD[backend]) if backend in _INSTEAD else get_model(backend)
    return model.create_from_arg_obj(dict(args), dict(options))


def backends() -> list[str]:
    """Return the names of every back end, lm-eval's and ours."""
    _register()
    return sorted(model_registry.keys())


def parse_args_string(text: str) -> dict[str, Any]:
    """Read lm-eval's `key=value,key=value` form."""
    args: dict[str, Any] = utils.simple_parse_args_string(text)
    return args


def _register() -> None:
    """Register every back end: lm-eval's, then ours."""
    import lm_eval.models  # noqa: F401  registers the names

    for name, target in _OURS.items():
        if name not in model_registry:
            model_registry.register(name, target=target)
