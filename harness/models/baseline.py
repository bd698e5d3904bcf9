"""Baselines as lm-eval models: they answer the same requests as a language model, and are parsed the same way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import TypeVar

from lm_eval.api.instance import Instance
from lm_eval.api.model import LM
from lm_eval.api.registry import register_model

from harness.scoring.baselines.answers import Baseline
from harness.scoring.baselines.names import BASELINES, check_answers
from harness.tasks.prompts.content_free import ContentFreeValue
from va_extractor.common.errors import InputError, nearest

T = TypeVar("T")


@register_model("baseline")
class BaselineLM(LM):  # type: ignore[misc]  # lm-eval has no types
    """Answer from the items behind the requests.

    Args:
        name: one of `BASELINES`.

    Raises:
        InputError: there is no such baseline, or it does not answer a task's kind.
    """

    def __init__(self, name: str, **_: object) -> None:
        super().__init__()
        if name not in BASELINES:
            hint = nearest(name, BASELINES)
            raise InputError("no such baseline", code="unknown", field="--model", found=f"baseline:{name}", hint=hint)
        self.name = name

    def generate_until(self, requests: list[Instance]) -> list[str]:
        """Return one text a request."""
        return self._by_task(requests, Baseline.texts)

    def loglikelihood(self, requests: list[Instance]) -> list[tuple[float, bool]]:
        """Return (log-score, whether it is the item's highest) a request."""
        firsts = {(request.task_name, request.doc_id): request for request in requests}
        scores = dict(zip(firsts, self._by_task(list(firsts.values()), Baseline.scores), strict=True))
        best = {key: max(row) for key, row in scores.items()}
        answers = []
        for request in requests:
            key = (request.task_name, request.doc_id)
            score = scores[key][request.idx]
            answers.append((score, score == best[key]))
        return answers

    def loglikelihood_rolling(self, requests: list[Instance]) -> list[float]:
        """Raise: a baseline is no model of language."""
        what = "a baseline has no rolling log-likelihood"
        raise InputError(what, code="unsupported", field="--model", found=f"baseline:{self.name}")

    def _by_task(self, requests: list[Instance], answer: Callable[[Baseline], list[T]]) -> list[T]:
        groups: dict[str, list[int]] = defaultdict(list)
        for index, request in enumerate(requests):
            groups[str(request.task_name)].append(index)
        answers: dict[int, T] = {}
        for task, indices in groups.items():
            docs = [requests[index].doc for index in indices]
            question = docs[0]["question"]
            check_answers(self.name, question.kind, task, question.derive)
            without_content = isinstance(docs[0]["valence"], ContentFreeValue)
            by = Baseline(self.name, question, [doc["item"] for doc in docs], without_content=without_content)
            answers.update(zip(indices, answer(by), strict=True))
        return [answers[index] for index in range(len(requests))]
