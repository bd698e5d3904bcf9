"""Content-free prompts: what a model says of the labels when the values say nothing (contextual calibration).

A language model prefers some labels whatever the prompt says. Zhao, Wallace, Feng, Klein & Singh (2021), Calibrate
Before Use, ICML, arXiv:2102.09690, ask it the same prompt with a token in place of the content, average what it answers
over three tokens (their section 5), and divide that out. Here the tokens replace valence, arousal and
dominance. Each list of labels needs one set of requests. If a prompt shows examples, which are drawn anew for each
item, each token is sent with several draws.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from harness.kinds.reading import to_answer
from harness.record import ContentFree
from harness.tasks.documents import FITTED, Document, Documents, Question, document, split
from harness.tasks.prompts.content_free import ContentFreeValue
from harness.tasks.prompts.render import ready_without_content
from harness.tasks.prompts.sandbox import BadTemplateError

if TYPE_CHECKING:
    from lm_eval.api.model import LM

    from harness.models.cache.model import CachedLM
    from harness.models.lm_eval import AskSettings
    from harness.tasks.load import Task

TOKENS = ("N/A", "[MASK]", "")
DRAWS_OF_EXAMPLES = 8
_COMPARED = 20

Choices = tuple[str, ...]


def content_free(lm: LM | CachedLM, task: Task, settings: AskSettings) -> dict[Choices, tuple[ContentFree, ...]]:
    """Ask a log-likelihood task's prompt without content.

    Args:
        lm: the model.
        task: a task that asks for one of the labels it offers.
        settings: how its items were asked.

    Returns:
        For each list of labels the answers, token by token; empty where the prompt has no form without content, since
        it compares the values or shows more of the item, and on all but the first process of a data-parallel run. A
        list with a missing answer is left out.
    """
    from harness.models import lm_eval as _compat

    docs: Documents = _compat.asked_docs(task.engine, settings.limit)
    few_shot = bool(settings.num_fewshot or task.engine.config.num_fewshot)
    offered: dict[Choices, list[Document]] = defaultdict(list)
    for doc in docs:
        offered[doc["item"].choices].append(doc)
    asked = Documents(
        without_content(task.question, same[0], token)
        for same in offered.values()
        for token in TOKENS
        for _ in range(DRAWS_OF_EXAMPLES if few_shot else 1)
    )
    if not all(_alike(task, same[:_COMPARED]) for same in offered.values()):
        return {}
    came_back = _compat.ask_of(lm, task.name, task.engine, settings, asked) or []
    by_choices = itertools.groupby(zip(asked, came_back, strict=False), key=lambda pair: pair[0]["item"].choices)
    found = {choices: [(doc["valence"], to_answer(one.results)) for doc, one in pairs] for choices, pairs in by_choices}
    return {
        choices: tuple(
            ContentFree(token=str(token), loglikelihoods=answer.loglikelihoods or ()) for token, answer in answers
        )
        for choices, answers in found.items()
        if all(len(answer.loglikelihoods or ()) == len(choices) for _, answer in answers)
    }


def without_content(question: Question, doc: Document, token: str) -> Document:
    """Return a document with a token in place of its values, in the ready strings too."""
    nothing: Any = ContentFreeValue(token)
    dominance = None if doc["dominance"] is None else nothing
    without = {**doc, "valence": nothing, "arousal": nothing, "dominance": dominance}
    examples = split(question, FITTED).items if question.axes.fewshot != "none" else []
    train = [document(question, item) for item in examples]
    return {**without, **ready_without_content(question, without, train)}


def _alike(task: Task, docs: Sequence[Document]) -> bool:
    """Tell whether the prompts of items that offer the same choices are one and the same without content."""
    try:
        texts = {
            task.engine.doc_to_text(without_content(task.question, doc, token)) for doc in docs for token in TOKENS
        }
    except (BadTemplateError, TypeError):
        return False
    return len(texts) == len(TOKENS)
