"""Everything that touches lm-eval's internals (0.4.13)."""

from harness.models.lm_eval.about import (
    changes,
    chat_template_of,
    count_tokens,
    counts,
    hub_commit,
    model_revision,
    reported,
    resume_hint,
    scoring_path,
    stopped,
)
from harness.models.lm_eval.asking import Asked, AskSettings, ask, ask_again, ask_of, asked_docs, generate
from harness.models.lm_eval.back_ends import backends, create_model, parse_args_string
from harness.models.lm_eval.process import processes, rare_collection, set_seeds
from harness.tasks.engine import (
    build_task,
    generation_arguments,
    quiet,
    template_text,
)

__all__ = [
    "AskSettings",
    "Asked",
    "ask",
    "ask_again",
    "ask_of",
    "asked_docs",
    "backends",
    "build_task",
    "changes",
    "chat_template_of",
    "count_tokens",
    "counts",
    "create_model",
    "generate",
    "generation_arguments",
    "hub_commit",
    "model_revision",
    "parse_args_string",
    "processes",
    "quiet",
    "rare_collection",
    "reported",
    "resume_hint",
    "scoring_path",
    "set_seeds",
    "stopped",
    "template_text",
]
