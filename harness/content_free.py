"""Content-free prompts: what a model says of the labels when the values say nothing (contextual calibration).

A language model prefers some labels whatever stands in the prompt. Zhao, Wallace, Feng, Klein & Singh (2021), Calibrate
Before Use, ICML, arXiv:2102.09690, ask it the same prompt with a token in place of the content, average what it answers
over three tokens (their section 5), and divide that out. Here the tokens stand in place of valence, arousal and
dominance. Each list of labels is asked once; where a prompt shows examples, which are drawn anew for each item, each
token is asked under several draws.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from harness.axes.prompting import prompt_without_content
from harness.derive import derivation
from harness.docs import Doc, Docs, Question
from harness.nothing import Nothing
from harness.reading import to_answer
from harness.sandbox import BadTemplateError
from leaderboard.schema import ContentFree

if TYPE_CHECKING:
    from lm_eval.api.model import LM

    from harness._compat import AskSettings
    from harness.answers.model import KeepingLM
    from harness.tasks import Task

TOKENS = ("N/A", "[MASK]", "")
DRAWS_OF_EXAMPLES = 8

Choices = tuple[str, ...]


def content_free(lm: LM | KeepingLM, task: Task, settings: AskSettings) -> dict[Choices, tuple[ContentFree, ...]]:
    """Ask a log-likelihood task's prompt without content.

    Args:
        lm: the model.
        task: a task that asks for one of the labels it offers.
        settings: how its items were asked.

    Returns:
        For each list of labels the answers, token by token; empty where the prompt compares the values, so that it has
        no form without them, where a derivation shows more than values, and on all but the first process of a
        data-parallel run.
    """
    from harness import _compat

    derive = task.question.derive
    if derive is not None and derivation(derive).shows != ("valence", "arousal"):
        return {}
    docs: Docs = _compat.asked_docs(task.engine, settings)
    few_shot = bool(settings.num_fewshot or task.engine.config.num_fewshot)
    firsts = {tuple(doc["choices"]): doc for doc in reversed(docs)}
    asked = Docs(
        without_content(task.question, doc, token)
        for doc in firsts.values()
        for token in TOKENS
        for _ in range(DRAWS_OF_EXAMPLES if few_shot else 1)
    )
    if not all(_renders(task, doc) for doc in asked):
        return {}
    came_back = _compat.ask_of(lm, task.name, task.engine, settings, asked) or []
    by_choices = itertools.groupby(zip(asked, came_back, strict=False), key=lambda pair: tuple(pair[0]["choices"]))
    return {
        choices: tuple(
            ContentFree(token=str(doc["valence"]), loglikelihoods=to_answer(one.results).loglikelihoods or ())
            for doc, one in pairs
        )
        for choices, pairs in by_choices
    }


def without_content(question: Question, doc: Doc, token: str) -> Doc:
    """Return a document with a token in place of its values; a prompt that takes axes is written again."""
    nothing: Any = Nothing(token)
    dominance = None if doc["dominance"] is None else nothing
    without: Doc = {**doc, "valence": nothing, "arousal": nothing, "dominance": dominance}
    return {**without, "prompt": prompt_without_content(question, without)}


def _renders(task: Task, doc: Doc) -> bool:
    """Tell whether the task's prompt has a form without content; with content it was rendered before."""
    try:
        task.engine.doc_to_text(doc)
    except (BadTemplateError, TypeError):
        return False
    return True
