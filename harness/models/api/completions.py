"""lm-eval's completion back ends, which give log-likelihoods as chat APIs do not, with our own sender.

lm-eval gives up after eight seconds of a busy server, and writes the key into its log.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from lm_eval.models.openai_completions import LocalCompletionsAPI, OpenAICompletionsAPI

from harness.models.api.clients import open_http
from harness.models.api.dialect import A, Body, Dialect, Q, Rejected
from harness.models.api.limits import NO_LIMITS, TRIES, Budget, Limiter
from harness.models.api.providers import COMPLETIONS, held_key
from harness.models.api.sender import Sender


@dataclass(frozen=True)
class CompletionDialect(Dialect[Q, A]):
    """Completions, whose bodies lm-eval or the prefix tree makes and reads."""

    make: Callable[[Q], Mapping[str, Any]]
    read: Callable[[Q, Body], A]

    def payload(self, request: Q, rejected: Rejected) -> dict[str, Any]:
        """Return the body of a request."""
        return dict(self.make(request))

    def parse(self, request: Q, body: Body, rejected: Rejected) -> A:
        """Read the body of a good response."""
        return self.read(request, body)


class Completions(LocalCompletionsAPI):  # type: ignore[misc]  # lm-eval has no types
    """`local-completions`, with up to `num_concurrent` requests at once.

    Args:
        key_variable: the environment variable that holds the key; None for the usual one, if the back end has one.
        max_retries: how often to send a request that fails; one to a busy server is sent for 15 minutes.
    """

    backend = "local-completions"
    _concurrent: int

    def __init__(self, *args: Any, key_variable: str | None = None, max_retries: int = TRIES, **kwargs: Any) -> None:
        self._key = held_key(self.backend, (key_variable,) if key_variable else COMPLETIONS[self.backend])
        super().__init__(*args, auth_token=self._key, **kwargs)
        at_once = max(1, int(self._concurrent))
        opened = partial(open_http, self.base_url, self.header, self.timeout, verify=self.verify_certificate)
        tries = max(1, int(max_retries))
        self.sender = Sender(self.base_url, opened, Limiter(at_once), Budget(NO_LIMITS, None), tries=tries)
        self._concurrent = max(2, at_once)  # with 1, lm-eval would not call `get_batched_requests`

    @property
    def header(self) -> dict[str, str]:
        """Return the header that holds the key."""
        return {"Authorization": f"Bearer {self._key}"} if self._key else {}

    async def get_batched_requests(
        self,
        requests: Sequence[Any],
        cache_keys: Sequence[Any],
        *,
        generate: bool = True,
        ctxlens: Any = None,
        **kwargs: Any,
    ) -> list[list[Any]]:
        """Send lm-eval's requests in batches of its size, and hand over each answer when it arrives.

        Raises:
            InputError: one could not be answered.
        """
        size = int(self._batch_size)
        parts = [slice(start, start + size) for start in range(0, len(requests), size)]
        arrived: dict[int, list[Any]] = {}

        def make(part: slice) -> dict[str, Any]:
            given = copy.deepcopy(kwargs.get("gen_kwargs"))  # lm-eval removes what it reads
            prompts = self.create_message(requests[part])
            return self._create_payload(  # type: ignore[no-any-return]  # lm-eval has no types
                prompts, generate=generate, gen_kwargs=given, seed=self._seed, eos=self.eos_string
            )

        def read(part: slice, body: Body) -> list[Any]:
            answers: list[Any] = (
                self.parse_generations(outputs=body)
                if generate
                else self.parse_logprobs(outputs=body, tokens=requests[part], ctxlens=ctxlens[part])
            )
            if len(answers) != len(requests[part]) or None in answers:
                raise ValueError("an answer is missing")
            return answers

        def keep(part: slice, answers: list[Any]) -> None:
            for key, answer in zip(cache_keys[part], answers, strict=True):
                if key is not None:
                    self.cache_hook.add_partial("generate_until" if generate else "loglikelihood", key, answer)
            arrived[part.start] = answers

        await self.sender.send(parts, CompletionDialect(make, read), keep)
        return [arrived[part.start] for part in parts]


class OpenAICompletions(Completions, OpenAICompletionsAPI):  # type: ignore[misc]  # lm-eval has no types
    """`openai-completions`."""

    backend = "openai-completions"
