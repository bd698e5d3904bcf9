"""The lm-eval model `hf-tree`: HFLM whose log-likelihoods forward each distinct token prefix once."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import torch
from lm_eval.api.registry import register_model
from lm_eval.models.huggingface import HFLM
from tqdm import tqdm

from harness.models.tree._compat import (
    hflm_scores,
    highest_over_processes,
    inference,
    is_stateful,
    reference_scores,
    store_answers,
    takes_logits_to_keep,
)
from harness.models.tree.encode import encode_pairs, encode_texts
from harness.models.tree.generate import PromptReuse, deduplicate
from harness.models.tree.layouts import Layout, RowsLayout, TreeLayout, attention_windows
from harness.models.tree.plan import Budget, choose_budget
from harness.models.tree.scorer import Forward, find_fault, score_trie
from harness.models.tree.trie import Answer, Pair, build_trie, choose_probe, truncate
from va_extractor.common.errors import InputError

if TYPE_CHECKING:
    from lm_eval.api.instance import Instance
    from torch import Tensor

ScoringPath = Literal["tree", "rows", "hflm"]
PAIRS_AT_ONCE = 4096
"""Pairs scored before their answers are handed over; the prefix that all prompts share is read again for each."""
PATHS: tuple[ScoringPath, ...] = ("tree", "rows", "hflm")  # fastest first; each falls back on the next

logger = logging.getLogger(__name__)


@register_model("hf-tree")
class PrefixTreeLM(HFLM):  # type: ignore[misc]  # lm-eval has no types
    """HFLM with a faster log-likelihood; loading, tokens, truncation, templates and numbers are HFLM's.

    Takes every argument of HFLM, and:

    Args:
        tree: `on` (default), or `off` for HFLM's own path.
        device: by default `cuda` where there is one, else `cpu`; HFLM's default is `cuda` on any machine.

    Attributes:
        scoring_path: What scores: `tree` (packed subtrees under a 4-D mask), `rows` (one path a row behind the shared
            prefix's KV) or `hflm`.
        scoring_note: Why the path is not `tree`, in one line; None if it is.

    Raises:
        InputError: `tree` is neither `on` nor `off`.
    """

    def __init__(self, *args: Any, tree: str | bool = "on", device: str | None = None, **kwargs: Any) -> None:
        if tree not in ("on", "off", True, False):
            raise InputError("not on or off", code="unknown", field="--model_args tree", found=tree)
        super().__init__(*args, device=device or ("cuda" if torch.cuda.is_available() else "cpu"), **kwargs)
        self.scoring_path: ScoringPath = "tree"
        self.scoring_note: str | None = None
        self._tree_off = tree in ("off", False)
        self._reuse = PromptReuse(self)
        self._checked_length = 0  # tokens of the longest pair on which the path was compared with HFLM
        if self._tree_off:
            self.scoring_path, self.scoring_note = "hflm", "prefix tree turned off (tree=off)"
        elif self.backend != "causal":
            self.scoring_path, self.scoring_note = "hflm", "hflm in place of the prefix tree: an encoder-decoder model"
        elif is_stateful(self):
            self.scoring_path, self.scoring_note = "hflm", "hflm in place of the prefix tree: a model with a state"

    def loglikelihood(self, requests: list[Instance], disable_tqdm: bool = False) -> list[Answer]:
        """Return log-likelihood and greedy flag of each (context, continuation), equal to HFLM's.

        Raises:
            InputError: A label or context without tokens, or a tokenizer that does not fit the model.
        """
        if self.scoring_path == "hflm" or self.enable_thinking:
            own: list[Answer] = super().loglikelihood(requests, disable_tqdm=disable_tqdm)
            return own
        texts = [request.args for request in requests]
        encoded = encode_pairs(self, texts)
        pairs = truncate(encoded, self.max_length)
        cut = sum(len(kept[0]) < len(whole[0]) for kept, whole in zip(pairs, encoded, strict=True))
        if cut:
            logger.warning(
                "%d of %d requests are longer than %d tokens: cut on the left", cut, len(pairs), self.max_length
            )
        path = self._settle_path(pairs)
        requested = [(text, *pair) for text, pair in zip(texts, encoded, strict=True)]
        if path == "hflm":
            return hflm_scores(self, requested, disable_tqdm=disable_tqdm)
        budget = choose_budget(self.model, self.device)
        answers: list[Answer] = []
        for start in range(0, len(pairs), PAIRS_AT_ONCE):
            part = slice(start, start + PAIRS_AT_ONCE)
            answers += self._score(path, pairs[part], budget, quiet=disable_tqdm)
            store_answers(self, requested[part], answers[part])
        return answers

    def generate_until(self, requests: list[Instance], disable_tqdm: bool = False) -> list[str]:
        """Return HFLM's generations; equal greedy requests are generated once, a shared prompt is read once."""
        if self._tree_off or self.backend != "causal":
            plain: list[str] = super().generate_until(requests, disable_tqdm=disable_tqdm)
            return plain
        distinct, answer_of = deduplicate(requests)
        tokens = encode_texts(self, [request.args[0] for request in distinct])
        self._reuse.begin([(str(request.task_name), tokens[request.args[0]]) for request in distinct])
        try:
            answers: list[str] = super().generate_until(distinct, disable_tqdm=disable_tqdm)
        finally:
            self._reuse.end()
        return [answers[index] for index in answer_of]

    def _model_generate(self, context: Tensor, max_length: int, stop: list[str], **arguments: Any) -> Tensor:
        context, arguments = self._reuse.apply(context, max_length, arguments)
        generated: Tensor = super()._model_generate(context, max_length, stop, **arguments)
        return generated

    @property
    def generation_note(self) -> str | None:
        """Why generation does not reuse the KV of a shared prompt, in one line; None if it may."""
        return self._reuse.note

    def _settle_path(self, pairs: Sequence[Pair]) -> ScoringPath:
        """Compare the path with HFLM if a pair is longer than all compared before."""
        longest = max((len(context) + len(continuation) for context, continuation in pairs), default=0)
        level = PATHS.index(self.scoring_path)
        faults = []
        if longest > self._checked_length:
            probe, compared = choose_probe(pairs)
            reference = reference_scores(self, [probe[i] for i in compared])
            while PATHS[level] != "hflm":
                score = partial(self._score, PATHS[level], quiet=True)
                fault = find_fault(probe, compared, reference, self._dtype, score)
                if fault is None:
                    break
                faults.append(f"{PATHS[level]}: {fault}")
                level += 1
            self._checked_length = longest
        settled = PATHS[highest_over_processes(self, level)]
        if settled != self.scoring_path:
            reason = "; ".join(faults) or "another process found a fault"
            self.scoring_path, self.scoring_note = settled, f"{settled} in place of the prefix tree: {reason}"
            logger.warning("%s", self.scoring_note)
        return settled

    def _score(self, path: ScoringPath, pairs: Sequence[Pair], budget: Budget, *, quiet: bool) -> list[Answer]:
        """Score truncated pairs; if the accelerator's memory is full, try again with half the budget."""
        trie = build_trie(pairs)
        forward = Forward(
            self.model, self.device, self.softmax_dtype or torch.float32, keeps_logits=takes_logits_to_keep(self)
        )
        while True:
            layout = self._layout(path, budget)
            with tqdm(total=len(trie), desc=f"Scoring ({path})", unit="token", disable=quiet or self.rank != 0) as bar:
                try:
                    with inference(self):
                        return score_trie(trie, forward, layout, budget, bar.update)
                except torch.OutOfMemoryError:
                    smaller = budget.halved()
                    if smaller is None:
                        raise
                    budget = smaller
            torch.cuda.empty_cache()
            logger.warning("memory full: continuing with %d tokens a pass", budget.tokens)

    def _layout(self, path: ScoringPath, budget: Budget) -> Layout:
        if path == "rows":
            return RowsLayout(budget.row_tokens)
        return TreeLayout(budget.row_tokens, attention_windows(self.model.config), self._dtype, self.device)

    @property
    def _dtype(self) -> torch.dtype:
        dtype: torch.dtype = self.mixed_precision_dtype or self.model.dtype
        return dtype
