"""A model that is asked only for what is not known, each distinct request once."""

from __future__ import annotations

import math
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from harness.models.cache.key import GENERATE, answer_key, is_sampled, request_key
from harness.models.cache.store import Given, Kept
from harness.record import Answer
from va_extractor.common.errors import InputError

if TYPE_CHECKING:
    from lm_eval.api.instance import Instance
    from lm_eval.api.model import LM


class Store(Protocol):
    """What answers are looked up in and kept in: an `AnswerStore`, or what reads like one."""

    def read(self, keys: Iterable[bytes]) -> dict[bytes, Kept]:
        """Return what is known."""

    def put(self, key: bytes, kept: Kept) -> None:
        """Keep one answer."""

    def put_all(self, rows: Mapping[bytes, Kept]) -> None:
        """Keep many."""


class _StopAskingError(BaseException):
    """An answer could not be kept. No `Exception`, or back ends would take it for a fault of the server and retry."""


@dataclass
class Saved:
    """How many requests were answered without asking: by an answer kept before, or by that to an equal request."""

    known: int = 0
    equal: int = 0


class KeepingLM:
    """Stands before a model, and is its cache hook: what the model hands over is kept that moment.

    All else is the inner model's own. A sampled answer is one draw: equal requests are then asked each by itself.

    Args:
        inner: the model.
        stores: where answers are looked up and kept, in this order.
        model: `key.model_key` of the model.
        seeds: of the run, which decide sampled answers.

    Attributes:
        repeat: which pass over the same requests this is, from 0.
        saved: what was not asked.
        changes: what was sent otherwise than asked for, because the provider refuses it, of every answer used.
        versions: of the model, as the provider says, of every answer used.
    """

    def __init__(self, inner: LM, stores: Sequence[Store], model: str, seeds: Sequence[int]) -> None:
        self.inner = inner
        self.repeat = 0
        self.saved = Saved()
        self.changes: tuple[str, ...] = ()
        self.versions: tuple[str, ...] = ()
        self._stores = stores
        self._model = model
        self._seeds = tuple(seeds)
        self._key_of: dict[int, bytes] = {}
        self._waiting: dict[bytes, deque[bytes]] = {}
        self._arrived: dict[bytes, Given] = {}
        self._fault: InputError | None = None
        inner.set_cache_hook(self)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def generate_until(self, requests: list[Instance]) -> list[Given]:
        """Answer by texts."""
        return self._answer("generate_until", requests)

    def loglikelihood(self, requests: list[Instance]) -> list[Given]:
        """Answer by log-likelihoods of given texts."""
        return self._answer("loglikelihood", requests)

    def add_partial(self, request_type: str, arguments: Sequence[Any], answer: Given) -> None:
        """Keep an answer that arrived; what was not asked for, or came already, is left alone."""
        known = self._key_of.get(id(arguments))  # our own back ends hand over the very tuple that they were given
        waiting = self._waiting.get(known or request_key(request_type, arguments))
        if not waiting:
            return
        key = waiting.popleft()
        self._arrived[key] = answer
        try:
            self._keep({key: answer})
        except InputError as error:
            self._fault = error
            raise _StopAskingError from error

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
        self.saved.known += len(known)
        self.saved.equal += len(keys) - len(known) - len(new)
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
        found: dict[bytes, Kept] = {}
        left = list(keys)
        for place, store in enumerate(self._stores):
            here = store.read(left)
            if not all(_fits(request_type, kept.answer) for kept in here.values()):
                raise InputError(
                    f"a kept answer is none to a request of {request_type}; give another --cache folder, or "
                    "--no-resume for another run"
                )
            for other in self._stores[:place]:  # what a shared cache knew is the run's own from now on
                other.put_all(here)
            found |= here
            left = [key for key in left if key not in here]
        for kept in found.values():
            self._note(kept)
        return {key: kept.answer for key, kept in found.items()}

    def _ask(self, request_type: str, new: dict[bytes, Instance]) -> dict[bytes, Given]:
        """Ask what is new, and keep what no hook was told of. What was kept is what counts, where the two differ."""
        stopped = getattr(self.inner, "stopped", None)
        if stopped:
            return {key: Answer(missing=f"not asked: {stopped}") for key in new}
        self._arrived, self._fault = {}, None
        try:
            results = getattr(self.inner, request_type)(list(new.values()))
        except _StopAskingError:
            results = []
        if self._fault is not None:
            raise self._fault
        answers = dict(zip(new, results, strict=True)) | self._arrived
        self._keep({key: answer for key, answer in answers.items() if key not in self._arrived})
        self._key_of, self._waiting, self._arrived = {}, {}, {}
        return answers

    def _keep(self, answers: dict[bytes, Given]) -> None:
        changes, version = _said_of_requests(self.inner)
        rows = {key: Kept(answer, changes, version) for key, answer in answers.items() if _is_whole(answer)}
        for kept in rows.values():
            self._note(kept)
        for store in self._stores:
            if len(rows) == 1:
                [(key, kept)] = rows.items()
                store.put(key, kept)
            elif rows:
                store.put_all(rows)

    def _note(self, kept: Kept) -> None:
        if kept.changes and kept.changes != self.changes:
            self.changes = tuple(dict.fromkeys((*self.changes, *kept.changes)))
        if kept.version is not None and kept.version not in self.versions:
            self.versions = (*self.versions, kept.version)


def _said_of_requests(model: LM) -> tuple[tuple[str, ...], str | None]:
    """Return what our API back end changed, and which version its provider says it asked; nothing for other models."""
    if not hasattr(model, "changes"):
        return (), None
    version = model.get_model_info().get("model_sha")
    return tuple(model.changes), str(version) if version else None


def _fits(request_type: str, answer: Given) -> bool:
    """Tell whether an answer is of the kind that was asked for."""
    if request_type == GENERATE:
        return isinstance(answer, str) or (isinstance(answer, Answer) and answer.loglikelihoods is None)
    return isinstance(answer, tuple)


def _is_whole(answer: Given) -> bool:
    """Tell whether an answer may be kept: one that is missing, or no number, is to be asked for again."""
    if isinstance(answer, Answer):
        return answer.missing is None
    return isinstance(answer, str) or (isinstance(answer, tuple) and math.isfinite(answer[0]))
