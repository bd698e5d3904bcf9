"""Everything that touches the private insides of lm-eval's Hugging Face model (lm-eval 0.4.13)."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
from lm_eval.models.huggingface import HFLM
from lm_eval.models.utils import has_bos_prefix

if TYPE_CHECKING:
    from harness.models.tree.trie import Answer, Pair

Request = tuple[tuple[str, str] | None, Sequence[int], Sequence[int]]
"""What `HFLM._loglikelihood_tokens` takes: the texts (for its request cache), context and continuation token ids."""


def reference_scores(lm: HFLM, pairs: Sequence[Pair]) -> list[Answer]:
    """Return HFLM's own answers, outside its request cache, in one batch where its batch size is `auto`."""
    return hflm_scores(lm, [(None, *pair) for pair in pairs], disable_tqdm=True, override_bs=len(pairs))


def hflm_scores(lm: HFLM, requests: list[Request], **options: Any) -> list[Answer]:
    """Return HFLM's own answers."""
    lists = [(texts, list(context), list(continuation)) for texts, context, continuation in requests]
    answers: list[Answer] = HFLM._loglikelihood_tokens(lm, lists, **options)
    return answers


def store_answers(lm: HFLM, requests: list[Request], answers: list[Answer]) -> None:
    """Hand the answers to lm-eval's request cache, as HFLM does after each batch."""
    for (texts, _, _), answer in zip(requests, answers, strict=True):
        if texts is not None:
            lm.cache_hook.add_partial("loglikelihood", texts, answer)


@contextmanager
def inference(lm: HFLM) -> Iterator[None]:
    """Turn gradients off, and autocast on if `mixed_precision_dtype` is set, as HFLM's `_model_call` does."""
    mixed = lm.mixed_precision_dtype
    with torch.no_grad(), torch.autocast(lm.device.type, dtype=mixed, enabled=mixed is not None):
        yield


def special_token_groups(lm: HFLM, texts: Sequence[str]) -> dict[bool | None, list[int]]:
    """Return the texts for each value of `add_special_tokens` in HFLM's `tok_encode`; None: the tokenizer's default."""
    bos = lm.tokenizer.decode(lm.prefix_token_id)
    groups: dict[bool | None, list[int]] = {}
    for index, text in enumerate(texts):
        groups.setdefault(False if has_bos_prefix(text, bos) else lm.add_bos_token, []).append(index)
    return groups


def embedding_rows(lm: HFLM) -> int:
    """Return the number of token ids that the model knows."""
    return int(lm.model.get_input_embeddings().weight.shape[0])


def is_stateful(lm: HFLM) -> bool:
    """Return whether transformers declares the model recurrent or hybrid: a mask cannot separate its states."""
    return bool(getattr(lm.model, "_is_stateful", False))


def takes_logits_to_keep(lm: HFLM) -> bool:
    """Return whether the model (under a PEFT wrapper, if any) can compute the logits of the last tokens alone."""
    model: Any = lm.model.get_base_model() if hasattr(lm.model, "get_base_model") else lm.model
    return "logits_to_keep" in inspect.signature(model.forward).parameters


def highest_over_processes(lm: HFLM, value: int) -> int:
    """Return the highest value of all data-parallel processes, so that all take the same path."""
    return int(lm.all_gather(torch.tensor([value], device=lm.device)).max())
