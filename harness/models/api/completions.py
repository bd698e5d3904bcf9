"""lm-eval's completion back ends, which give log-likelihoods as chat APIs do not, asked by our own rules.

lm-eval gives up after three refusals, which take eight seconds, and writes the key into the log with each of them.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from functools import partial
from typing import Any

from lm_eval.models.openai_completions import LocalCompletionsAPI, OpenAICompletionsAPI
from tqdm import tqdm

from harness.models.api.http_client import open_client
from harness.models.api.providers import COMPLETIONS, held_key
from harness.models.api.retry import TRIES
from harness.models.api.sending import Body, Sending


class Completions(LocalCompletionsAPI):  # type: ignore[misc]  # lm-eval has no types
    """`local-completions`, with up to `num_concurrent` requests at once.

    Args:
        key_variable: the environment variable that holds the key; None for the usual ones, and no key where there are
            none.
        max_retries: how often a request is sent that meets a fault; one that is pushed back is sent for 15 minutes.
    """

    backend = "local-completions"
    _concurrent: int

    def __init__(self, *args: Any, key_variable: str | None = None, max_retries: int = TRIES, **kwargs: Any) -> None:
        self._key, _ = held_key(self.backend, (key_variable,) if key_variable else COMPLETIONS[self.backend])
        super().__init__(*args, auth_token=self._key, **kwargs)
        at_once = max(1, int(self._concurrent))
        opened = partial(open_client, self.base_url, self.header, self.timeout, verify=self.verify_certificate)
        self.sending = Sending(self.base_url, opened, at_once, max(1, int(max_retries)))
        self._concurrent = max(2, at_once)  # lm-eval's way of one request at a time does not come through here

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
        """Ask lm-eval's requests in batches of its size, and hand each answer over the moment it arrives.

        Raises:
            InputError: one could not be answered.
        """
        size = int(self._batch_size)
        parts = [slice(start, start + size) for start in range(0, len(requests), size)]

        def read(place: int, body: Body) -> list[Any]:
            part = parts[place]
            answers: list[Any] = (
                self.parse_generations(outputs=body)
                if generate
                else self.parse_logprobs(outputs=body, tokens=requests[part], ctxlens=ctxlens[part])
            )
            if len(answers) != len(requests[part]) or None in answers:
                raise ValueError("an answer is missing")
            for key, answer in zip(cache_keys[part], answers, strict=True):
                if key is not None:
                    self.cache_hook.add_partial("generate_until" if generate else "loglikelihood", key, answer)
            bar.update(1)
            return answers

        payloads = [self._payload(requests[part], generate=generate, **kwargs) for part in parts]
        with tqdm(total=len(parts), desc="Requesting API") as bar:
            return await self.sending.all(payloads, read)

    def _payload(self, messages: Any, *, generate: bool, gen_kwargs: Any = None) -> dict[str, Any]:
        given = copy.deepcopy(gen_kwargs)  # lm-eval takes out what it reads
        made: dict[str, Any] = self._create_payload(
            self.create_message(messages), generate=generate, gen_kwargs=given, seed=self._seed, eos=self.eos_string
        )
        return made


class OpenAICompletions(Completions, OpenAICompletionsAPI):  # type: ignore[misc]  # lm-eval has no types
    """`openai-completions`."""

    backend = "openai-completions"
