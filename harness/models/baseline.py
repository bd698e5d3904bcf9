"""Baselines as lm-eval models: they answer the same requests as a language model and are read the same way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from lm_eval.api.instance import Instance
from lm_eval.api.model import LM
from lm_eval.api.registry import register_model

from harness.record.kinds import Kind
from harness.scoring.baselines.answers import answer_texts, choice_scores
from harness.scoring.baselines.names import BASELINES, check_answers
from harness.tasks.documents import Doc, nearest
from va_extractor.common.errors import InputError

T = TypeVar("T")


@register_model("baseline")
class BaselineLM(LM):  # type: ignore[misc]  # lm-eval has no types
    """Answers from the documents behind the requests.

    Args:
        name: one of `BASELINES`.

    Raises:
        InputError: there is no such baseline, or it does not answer a task's kind.
    """

    def __init__(self, name: str, **_: object) -> None:
        super().__init__()
        if name not in BASELINES:
            raise InputError(f"--model baseline:{name}: no such baseline{nearest(name, list(BASELINES))}")
        self.name = name

    def generate_until(self, requests: list[Instance]) -> list[str]:
        """Return one text a request."""
        return self._by_task(requests, answer_texts)

    def loglikelihood(self, requests: list[Instance]) -> list[tuple[float, bool]]:
        """Return (log-score, whether it is the item's highest) a request."""
        firsts = {(request.task_name, request.doc_id): request for request in requests}
        scores = dict(zip(firsts, self._by_task(list(firsts.values()), choice_scores), strict=True))
        best = {key: max(row) for key, row in scores.items()}
        answers = []
        for request in requests:
            key = (request.task_name, request.doc_id)
            score = scores[key][request.idx]
            answers.append((score, score == best[key]))
        return answers

    def loglikelihood_rolling(self, requests: list[Instance]) -> list[float]:
        """Refuse: a baseline has no language to measure."""
        raise InputError(f"--model baseline:{self.name}: has no rolling log-likelihood")

    def _by_task(self, requests: list[Instance], answer: Callable[[str, Sequence[Doc]], list[T]]) -> list[T]:
        groups: dict[str, list[int]] = defaultdict(list)
        for index, request in enumerate(requests):
            groups[str(request.task_name)].append(index)
        answers: dict[int, T] = {}
        for task, indices in groups.items():
            docs: list[Any] = [requests[index].doc for index in indices]
            check_answers(self.name, Kind(docs[0]["kind"]), task, docs[0]["derive"])
            answers.update(zip(indices, answer(self.name, docs), strict=True))
        return [answers[index] for index in range(len(requests))]
