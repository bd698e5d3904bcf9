"""The lm-eval model `tree-completions`: score labels on an OpenAI-compatible completion server, token by token.

lm-eval's `local-completions` requests the log-probabilities of the whole prompt for each label, for which vLLM and
SGLang do not read their prefix caches. Here each distinct beginning of a label is one request for one new token, whose
log-probabilities the server gives from its cache.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain
from operator import itemgetter
from typing import Any

import numpy as np
from lm_eval.api.registry import register_model
from tqdm import tqdm

from harness.models.api.completions import CompletionDialect, Completions
from harness.models.api.dialect import Body
from harness.models.api.sender import run
from harness.models.tree.trie import Answer, Pair, build_trie, choose_probe, truncate
from va_extractor.common.errors import InputError

TOLERANCE = 0.125  # nats for each label token: the spacing of bfloat16 numbers between 16 and 32
_ROUND = 64  # labels for each request in flight; after each round answers are handed over
USE_ECHO = "use --model local-completions"


@register_model("tree-completions")
class TreeCompletions(Completions):
    """`local-completions` with a cheaper log-likelihood.

    Takes the arguments of `local-completions`, and one more.

    Args:
        logprobs: How many log-probabilities to request at each token. Every label token must be among them, so request
            as many as the server gives (vLLM: its `--max-logprobs`).

    Raises:
        InputError: Requests would be sent as text, which the server may split into other tokens.
    """

    backend = "tree-completions"

    def __init__(self, *args: Any, logprobs: int = 20, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.tokenizer is None or not self.tokenized_requests:
            hint = "give tokenizer=ID,tokenized_requests=True"
            raise InputError("tree-completions sends token ids", code="conflict", field="--model_args", hint=hint)
        self._asked = int(logprobs)
        self._checked = False

    def _loglikelihood_tokens(
        self, requests: list[tuple[tuple[str, str] | None, list[int], list[int]]], **kwargs: Any
    ) -> list[Answer]:
        if any(texts is None for texts, _, _ in requests):  # a rolling likelihood, of every token of a text
            echoed: list[Answer] = super()._loglikelihood_tokens(requests, **kwargs)
            return echoed
        pairs = truncate([(context, continuation) for _, context, continuation in requests], self.max_length - 1)
        for (texts, _, _), (context, continuation) in zip(requests, pairs, strict=True):
            if not context or not continuation:
                raise InputError("the context or the label has no token", code="unsupported", found=texts)
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
        """Split the pairs into rounds; the labels of one context stay together."""
        start = 0
        for end in range(1, len(pairs) + 1):
            whole = end == len(pairs) or pairs[end][0] != pairs[end - 1][0]
            if whole and (end == len(pairs) or end - start >= _ROUND * self.sender.limiter.ceiling):
                yield slice(start, end)
                start = end

    def _check(self, pairs: Sequence[Pair]) -> None:
        """Compare a handful of pairs with the echo path.

        Raises:
            InputError: The two differ, or the server cannot echo.
        """
        probe, indices = choose_probe(pairs)
        compared = [probe[i] for i in indices]
        answers = self._score(compared)
        try:
            echoed = super()._loglikelihood_tokens([(None, list(context), list(label)) for context, label in compared])
        except InputError as error:
            what = f"no echo of a prompt to compare with ({error.problem.what})"
            raise InputError(what, code="model", file=self.base_url) from error
        for (_, label), (expected, _), (got, _) in zip(compared, echoed, answers, strict=True):
            if not abs(got - expected) <= TOLERANCE * len(label):
                raise InputError(
                    f"log-probabilities of new tokens differ from those of prompt tokens ({expected:.4f})",
                    code="model",
                    file=self.base_url,
                    found=round(got, 4),
                    hint=USE_ECHO,
                )
        self._checked = True

    def _score(self, pairs: Sequence[Pair]) -> list[Answer]:
        trie = build_trie(pairs)
        nodes = np.unique(trie.edge_node)
        paths = trie.paths_to(nodes)
        batches = [paths[i : i + self._batch_size] for i in range(0, len(paths), self._batch_size)]
        found = list(chain.from_iterable(self._predict(batches)))
        owner, edges = trie.edges_of(nodes)
        logprobs = np.zeros(len(edges))
        greedy = np.zeros(len(edges), dtype=bool)
        for node, edge in zip(owner.tolist(), edges.tolist(), strict=True):
            logprobs[edge] = self._lookup(found[node], int(trie.edge_token[edge]))
            greedy[edge] = logprobs[edge] == max(found[node].values())
        return trie.sums(logprobs, greedy)

    def _predict(self, batches: Sequence[list[list[int]]]) -> list[list[dict[str, float]]]:
        dialect = CompletionDialect[int, Any](
            make=lambda place: self._payload_of(batches[place]),
            read=lambda place, body: self._predictions(body, len(batches[place])),
        )
        arrived: dict[int, list[dict[str, float]]] = {}
        run(self.sender.send(range(len(batches)), dialect, arrived.__setitem__, show=False))
        return [arrived[place] for place in range(len(batches))]

    def _payload_of(self, prompts: list[list[int]]) -> dict[str, Any]:
        return {
            "model": self.model, "prompt": prompts, "max_tokens": 1, "temperature": 0, "logprobs": self._asked,
            "seed": self._seed, "return_tokens_as_token_ids": True,
        }  # fmt: skip

    def _predictions(self, body: Body, prompts: int) -> list[dict[str, float]]:
        """Return the server's log-probabilities of the token after each prompt, by the server's name of the token."""
        choices = sorted(body.get("choices", []), key=itemgetter("index"))
        found = [((choice.get("logprobs") or {}).get("top_logprobs") or [{}])[0] for choice in choices]
        if len(found) != prompts or not all(found):
            raise InputError("no log-probabilities of new tokens", code="model", file=self.base_url, hint=USE_ECHO)
        return found

    def _lookup(self, found: dict[str, float], token: int) -> float:
        """Return the log-probability of a token id; the server may name it by id or by text."""
        by_id = found.get(f"token_id:{token}")
        if by_id is not None:
            return by_id
        text = self.tokenizer.decode([token])
        if text in found and self._ids_of_text[text] == [token]:
            return found[text]
        raise InputError(
            f"a label token is not among its {len(found)} log-probabilities",
            code="model",
            file=self.base_url,
            found=text,
            hint=f"raise logprobs={self._asked} (vLLM: also its --max-logprobs), or {USE_ECHO}",
        )

    @cached_property
    def _ids_of_text(self) -> dict[str, list[int]]:
        """All token ids that the tokenizer decodes to each text; a text with two ids names neither."""
        ids: dict[str, list[int]] = {}
        for token in range(len(self.tokenizer)):
            ids.setdefault(self.tokenizer.decode([token]), []).append(token)
        return ids
