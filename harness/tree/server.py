"""The lm-eval model `tree-completions`: labels scored on an OpenAI-compatible completion server, one token at a time.

lm-eval's `local-completions` asks for the log-probabilities of the whole prompt again for each label, for which vLLM
and SGLang do not read their prefix caches. Here each distinct beginning of a label is one request for one new token,
whose log-probabilities such a server gives from its cache.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from operator import itemgetter
from typing import Any

import numpy as np
import requests
from aiohttp import ClientError
from lm_eval.api.registry import register_model
from lm_eval.models.openai_completions import LocalCompletionsAPI
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential
from tqdm import tqdm

from harness.tree.probe import choose_probe
from harness.tree.trie import Answer, Pair, build_trie, truncate
from va_extractor.errors import InputError

TOLERANCE = 0.125  # nats for each label token: the spacing of bfloat16 numbers between 16 and 32
USE_ECHO = "use --model local-completions, which reads the whole prompt for each label"


@register_model("tree-completions")
class TreeCompletions(LocalCompletionsAPI):  # type: ignore[misc]  # lm-eval has no types
    """`local-completions` with a cheaper log-likelihood.

    Takes the arguments of `local-completions`, and one more.

    Args:
        logprobs: How many log-probabilities to ask for at each token. Every label token must be among them, so ask for
            as many as the server gives (vLLM: its `--max-logprobs`).

    Raises:
        InputError: Requests would be sent as text, whose tokens a server may cut otherwise.
    """

    def __init__(self, *args: Any, logprobs: int = 20, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.tokenizer is None or not self.tokenized_requests:
            raise InputError("model tree-completions: it sends token ids; give tokenizer=ID, tokenized_requests=True")
        self._asked = int(logprobs)
        self._checked = False

    def _loglikelihood_tokens(
        self, requests: list[tuple[tuple[str, str] | None, list[int], list[int]]], **kwargs: Any
    ) -> list[Answer]:
        if any(texts is None for texts, _, _ in requests):  # a rolling likelihood, which predicts every token of a text
            echoed: list[Answer] = super()._loglikelihood_tokens(requests, **kwargs)
            return echoed
        pairs = truncate([(context, continuation) for _, context, continuation in requests], self.max_length - 1)
        for (texts, _, _), (context, continuation) in zip(requests, pairs, strict=True):
            if not context or not continuation:
                raise InputError(f"{texts}: the context or the label has no token; give it some text")
        if pairs and not self._checked:
            self._check(pairs)
        answers = self._score(pairs)
        for (texts, _, _), answer in zip(requests, answers, strict=True):
            self.cache_hook.add_partial("loglikelihood", texts, answer)
        return answers

    def _check(self, pairs: Sequence[Pair]) -> None:
        """Compare a handful of pairs with the echo path.

        Raises:
            InputError: The two differ, or the server cannot echo.
        """
        probe = choose_probe(pairs)
        compared: list[Pair] = [probe.pairs[i] for i in probe.compared]
        answers = self._score(compared)
        try:
            echoed = super()._loglikelihood_tokens([(None, list(context), list(label)) for context, label in compared])
        except (OSError, ClientError, KeyError, TypeError, IndexError, ValueError) as error:
            raise InputError(f"server {self.base_url}: no echo of a prompt to compare with ({error})") from error
        for (_, label), (expected, _), (got, _) in zip(compared, echoed, answers, strict=True):
            if not abs(got - expected) <= TOLERANCE * len(label):
                raise InputError(
                    f"server {self.base_url}: log-probabilities of new tokens differ from those of prompt tokens "
                    f"({got:.4f} against {expected:.4f}); {USE_ECHO}"
                )
        self._checked = True

    def _score(self, pairs: Sequence[Pair]) -> list[Answer]:
        trie = build_trie(pairs)
        nodes = np.unique(trie.edge_node)
        paths = trie.paths_to(nodes)
        batches = [paths[i : i + self._batch_size] for i in range(0, len(paths), self._batch_size)]
        found: list[dict[str, float]] = []
        with ThreadPoolExecutor(max(1, int(self._concurrent))) as pool, tqdm(total=len(paths), unit="request") as bar:
            for predictions in pool.map(self._predict, batches):
                found.extend(predictions)
                bar.update(len(predictions))
        owner, edges = trie.edges_of(nodes)
        logprobs = np.zeros(len(edges))
        greedy = np.zeros(len(edges), dtype=bool)
        for node, edge in zip(owner.tolist(), edges.tolist(), strict=True):
            logprobs[edge] = self._lookup(found[node], int(trie.edge_token[edge]))
            greedy[edge] = logprobs[edge] == max(found[node].values())
        return trie.sums(logprobs, greedy)

    def _predict(self, prompts: list[list[int]]) -> list[dict[str, float]]:
        """The server's log-probabilities of the token after each prompt, by the token as the server writes it."""
        payload = {
            "model": self.model, "prompt": prompts, "max_tokens": 1, "temperature": 0, "logprobs": self._asked,
            "seed": self._seed, "return_tokens_as_token_ids": True,
        }  # fmt: skip
        for attempt in Retrying(
            stop=stop_after_attempt(self.max_retries),
            wait=wait_exponential(multiplier=0.5, min=1, max=10),
            retry=retry_if_exception_type(_BusyError),
            reraise=True,
        ):
            with attempt:
                answer = self._post(payload)
        choices = sorted(answer.get("choices", []), key=itemgetter("index"))
        found = [((choice.get("logprobs") or {}).get("top_logprobs") or [{}])[0] for choice in choices]
        if len(found) != len(prompts) or not all(found):
            raise InputError(f"server {self.base_url}: it gives no log-probabilities of new tokens; {USE_ECHO}")
        return found

    def _post(self, payload: dict[str, Any]) -> dict[str, Any]:
        try:
            response = requests.post(
                self.base_url, json=payload, headers=self.header, verify=self.verify_certificate, timeout=self.timeout
            )
        except requests.ConnectionError as error:
            raise _BusyError(f"server {self.base_url}: no connection") from error
        if response.status_code == 429 or response.status_code >= 500:
            raise _BusyError(f"server {self.base_url}: status {response.status_code}")
        if not response.ok:
            raise InputError(f"server {self.base_url}: status {response.status_code}: {response.text[:200]!r}")
        answer: dict[str, Any] = response.json()
        return answer

    def _lookup(self, found: dict[str, float], token: int) -> float:
        """The log-probability of a token id among those of the server, which may write it as an id or as text."""
        by_id = found.get(f"token_id:{token}")
        if by_id is not None:
            return by_id
        text = self.tokenizer.decode([token])
        if text in found and self._ids_of_text[text] == [token]:
            return found[text]
        raise InputError(
            f"server {self.base_url}: label token {text!r} is not among its {len(found)} log-probabilities; raise "
            f"logprobs={self._asked} (vLLM: and its --max-logprobs), or {USE_ECHO}"
        )

    @cached_property
    def _ids_of_text(self) -> dict[str, list[int]]:
        """All token ids that the tokenizer decodes to each text: a text that stands for two of them names neither."""
        ids: dict[str, list[int]] = {}
        for token in range(len(self.tokenizer)):
            ids.setdefault(self.tokenizer.decode([token]), []).append(token)
        return ids


class _BusyError(InputError):
    """The server did not answer this time."""
