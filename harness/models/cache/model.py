"""A model behind the answer cache: each distinct request is sent once."""

from __future__ import annotations

import math
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.models.cache.key import GENERATE, answer_key, is_sampled, request_key
from harness.models.cache.store import AnswerCache, CachedAnswer, Given
from harness.record import Answer
from va_extractor.common.errors import InputError

if TYPE_CHECKING:
    from lm_eval.api.instance import Instance
    from lm_eval.api.model import LM


class _CacheError(BaseException):
    """An answer could not be kept. Not an `Exception`, or back ends would take it for a server's fault and retry."""


@dataclass
class Counts:
    """Counts of answers.

    Attributes:
        known: distinct requests with an answer in the cache.
        equal: requests equal to another one.
        new: answers that arrived and were kept.
    """

    known: int = 0
    equal: int = 0
    new: int = 0


class CachedLM:
    """Looks up answers before it asks the model, and keeps each answer when it arrives (as lm-eval's cache hook).

    All else is the inner model's own. If the model samples, equal requests are separate draws, and each is sent.

    Args:
        inner: the model.
        cache: where answers are looked up and kept.
        model: `key.model_key` of the model.
        seeds: of the run; they decide sampled answers.

    Attributes:
        repeat: which pass over the same requests this is, from 0.
        counts: of answers.
        changes: parameters changed because the provider rejected them, for all answers used.
        versions: of the model as the provider reports them, for all answers used.
    """

    def __init__(self, inner: LM, cache: AnswerCache, model: str, seeds: Sequence[int]) -> None:
        self.inner = inner
        self.repeat = 0
        self.counts = Counts()
        self.changes: tuple[str, ...] = ()
        self.versions: tuple[str, ...] = ()
        self._cache = cache
        self._model = model
        self._seeds = tuple(seeds)
        self._key_of: dict[int, bytes] = {}
        self._waiting: dict[bytes, deque[bytes]] = {}
        self._arrived: dict[bytes, Given] = {}
        self._fault: InputError | None = None
        inner.set_cache_hook(self)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    @property
    def resume_hint(self) -> str | None:
        """How to resume; None if no answer is on disk."""
        count = self.counts.known + self.counts.new
        if not count or self._cache.path is None:
            return None
        return f"repeat the command to resume: {count} answers are in {self._cache.path}"

    def generate_until(self, requests: list[Instance]) -> list[Given]:
        """Answer by texts."""
        return self._answer("generate_until", requests)

    def loglikelihood(self, requests: list[Instance]) -> list[Given]:
        """Answer by log-likelihoods of given texts."""
        return self._answer("loglikelihood", requests)

    def add_partial(self, request_type: str, arguments: Sequence[Any], answer: Given) -> None:
        """Keep an answer that arrived; ignore one that was not requested or arrived before."""
        known = self._key_of.get(id(arguments))  # our own back ends pass the very tuple that they were given
        waiting = self._waiting.get(known or request_key(request_type, arguments))
        if not waiting:
            return
        key = waiting.popleft()
        self._arrived[key] = answer
        try:
            self._keep({key: answer})
        except InputError as error:
            self._fault = error
            raise _CacheError from error

    def _answer(self, request_type: str, requests: list[Instance]) -> list[Given]:
        asked = [request_key(request_type, request.args) for request in requests]
        self._key_of = {id(request.arguments): one for request, one in zip(requests, asked, strict=True)}
        keys = self._keys(request_type, requests, asked)
        known = self._look_up(request_type, dict.fromkeys(keys))
        new: dict[bytes, Instance] = {}
        self._waiting = defaultdict(deque)
        for key, request, request_hash in zip(keys, requests, asked, strict=True):
            if key not in known and key not in new:
                new[key] = request
                self._waiting[request_hash].append(key)
        if known and hasattr(self.inner, "has_answered"):
            self.inner.has_answered()
        self.counts.known += len(known)
        self.counts.equal += len(keys) - len(known) - len(new)
        given = self._ask(request_type, new) if new else {}
        answers = known | given
        return [answers[key] for key in keys]

    def _keys(self, request_type: str, requests: Iterable[Instance], asked: Iterable[bytes]) -> list[bytes]:
        seen = Counter[bytes]()
        keys = []
        for request, request_hash in zip(requests, asked, strict=True):
            draw: tuple[int, ...] = ()
            if is_sampled(request_type, request.args):
                draw = (self.repeat, seen[request_hash], *self._seeds)
                seen[request_hash] += 1
            keys.append(answer_key(self._model, request_hash, draw))
        return keys

    def _look_up(self, request_type: str, keys: Iterable[bytes]) -> dict[bytes, Given]:
        found = self._cache.read(keys)
        if not all(_fits(request_type, cached.answer) for cached in found.values()):
            raise self._cache.row_error()
        for cached in found.values():
            self._note(cached)
        return {key: cached.answer for key, cached in found.items()}

    def _ask(self, request_type: str, new: dict[bytes, Instance]) -> dict[bytes, Given]:
        """Ask the model, and keep the answers that it did not hand over on arrival. A kept answer wins."""
        stopped = getattr(self.inner, "stopped", None)
        if stopped:
            return {key: Answer(missing=f"not asked: {stopped}") for key in new}
        self._arrived, self._fault = {}, None
        try:
            results = getattr(self.inner, request_type)(list(new.values()))
        except _CacheError:
            results = []
        if self._fault is not None:
            raise self._fault
        answers = dict(zip(new, results, strict=True)) | self._arrived
        self._keep({key: answer for key, answer in answers.items() if key not in self._arrived})
        self._key_of, self._waiting, self._arrived = {}, {}, {}
        return answers

    def _keep(self, answers: dict[bytes, Given]) -> None:
        changes, version = _said_of_requests(self.inner)
        rows = {key: CachedAnswer(answer, changes, version) for key, answer in answers.items() if _is_whole(answer)}
        for cached in rows.values():
            self._note(cached)
        if rows:
            self._cache.put(rows)
            self.counts.new += len(rows)

    def _note(self, cached: CachedAnswer) -> None:
        if cached.changes and cached.changes != self.changes:
            self.changes = tuple(dict.fromkeys((*self.changes, *cached.changes)))
        if cached.version is not None and cached.version not in self.versions:
            self.versions = (*self.versions, cached.version)


def _said_of_requests(model: LM) -> tuple[tuple[str, ...], str | None]:
    """Return what our API back end changed, and the model version that its provider reports."""
    if not hasattr(model, "changes"):
        return (), None
    version = model.get_model_info().get("model_sha")
    return tuple(model.changes), str(version) if version else None


def _fits(request_type: str, answer: Given) -> bool:
    """Return whether an answer has the type of the request."""
    if request_type == GENERATE:
        return isinstance(answer, str) or (isinstance(answer, Answer) and answer.loglikelihoods is None)
    return isinstance(answer, tuple)


def _is_whole(answer: Given) -> bool:
    """Return whether an answer may be kept; one that is missing or not finite is requested again."""
    if isinstance(answer, Answer):
        return answer.missing is None
    return isinstance(answer, str) or (isinstance(answer, tuple) and math.isfinite(answer[0]))
