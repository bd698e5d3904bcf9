"""The lm-eval model `tree-completions`: labels scored on an OpenAI-compatible completion server, one token at a time.

lm-eval's `local-completions` asks for the log-probabilities of the whole prompt again for each label, for which vLLM
and SGLang do not read their prefix caches. Here each distinct beginning of a label is one request for one new token,
whose log-probabilities such a server gives from its cache.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain
from operator import itemgetter
from typing import Any

import numpy as np
from lm_eval.api.registry import register_model
from tqdm import tqdm

from harness.models.api.completions import Completions
from harness.models.api.sending import Body
from harness.models.tree.probe import choose_probe
from harness.models.tree.trie import Answer, Pair, build_trie, truncate
from va_extractor.common.errors import InputError

TOLERANCE = 0.125  # nats for each label token: the spacing of bfloat16 numbers between 16 and 32
_ROUND = 64  # labels for each request in flight, after which answers are handed over
USE_ECHO = "use --model local-completions, which reads the whole prompt for each label"


@register_model("tree-completions")
class TreeCompletions(Completions):
    """`local-completions` with a cheaper log-likelihood.

    Takes the arguments of `local-completions`, and one more.

    Args:
        logprobs: How many log-probabilities to ask for at each token. Every label token must be among them, so ask for
            as many as the server gives (vLLM: its `--max-logprobs`).

    Raises:
        InputError: Requests would be sent as text, whose tokens a server may cut otherwise.
    """

    backend = "tree-completions"

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
        answers: list[Answer] = []
        with tqdm(total=len(pairs), unit="label") as bar:
            for part in self._rounds(pairs):
                found = self._score(pairs[part])
                for (texts, _, _), answer in zip(requests[part], found, strict=True):
                    self.cache_hook.add_partial("loglikelihood", texts, answer)
                answers += found
                bar.update(len(found))
        return answers

    def _rounds(self, pairs: Sequence[Pair]) -> Iterator[slice]:
        """Part the pairs, the labels of one context together."""
        start = 0
        for end in range(1, len(pairs) + 1):
            whole = end == len(pairs) or pairs[end][0] != pairs[end - 1][0]
            if whole and (end == len(pairs) or end - start >= _ROUND * self.sending.at_once):
                yield slice(start, end)
                start = end

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
        except InputError as error:
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
        found = list(chain.from_iterable(asyncio.run(self._predict(batches))))
        owner, edges = trie.edges_of(nodes)
        logprobs = np.zeros(len(edges))
        greedy = np.zeros(len(edges), dtype=bool)
        for node, edge in zip(owner.tolist(), edges.tolist(), strict=True):
            logprobs[edge] = self._lookup(found[node], int(trie.edge_token[edge]))
            greedy[edge] = logprobs[edge] == max(found[node].values())
        return trie.sums(logprobs, greedy)

    async def _predict(self, batches: Sequence[list[list[int]]]) -> list[list[dict[str, float]]]:
        return await self.sending.all(
            [self._payload_of(prompts) for prompts in batches],
            lambda place, body: self._predictions(body, len(batches[place])),
        )

    def _payload_of(self, prompts: list[list[int]]) -> dict[str, Any]:
        return {
            "model": self.model, "prompt": prompts, "max_tokens": 1, "temperature": 0, "logprobs": self._asked,
            "seed": self._seed, "return_tokens_as_token_ids": True,
        }  # fmt: skip

    def _predictions(self, body: Body, prompts: int) -> list[dict[str, float]]:
        """The server's log-probabilities of the token after each prompt, by the token as the server writes it."""
        choices = sorted(body.get("choices", []), key=itemgetter("index"))
        found = [((choice.get("logprobs") or {}).get("top_logprobs") or [{}])[0] for choice in choices]
        if len(found) != prompts or not all(found):
            raise InputError(f"server {self.base_url}: it gives no log-probabilities of new tokens; {USE_ECHO}")
        return found

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
