"""Encode (context, continuation) pairs by lm-eval's rules, every distinct text once and in one call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from harness.models.tree._compat import embedding_rows, special_token_groups
from va_extractor.common.errors import InputError

if TYPE_CHECKING:
    from lm_eval.models.huggingface import HFLM

    from harness.models.tree.trie import Pair


def encode_pairs(lm: HFLM, texts: Sequence[tuple[str, str]]) -> list[Pair]:
    """Split texts into context and continuation tokens as `HFLM.loglikelihood` does.

    White space at the end of a context moves to its continuation; the two are encoded together and cut after as many
    tokens as the context has alone; an empty context becomes the tokenizer's BOS or EOS token. Pairs of the same
    context share one list.

    Args:
        lm: The model whose tokenizer and special-token rules hold.
        texts: (context, continuation) strings.

    Returns:
        Token ids in the order of `texts`.

    Raises:
        InputError: A label has no token of its own, a context has none, there is no BOS or EOS token to stand for an
            empty context, or the tokenizer gives an id that the model does not know.
    """
    if lm.prefix_token_id is None:
        what, hint = "the tokenizer has neither a BOS nor an EOS token", "give --model_args prefix_token_id=ID"
        raise InputError(what, code="unsupported", found=_name(lm), hint=hint)
    moved = [_move_space(context, continuation) for context, continuation in texts]
    contexts = encode_texts(lm, [context for context, _ in moved if context])
    wholes = encode_texts(lm, [context + continuation for context, continuation in moved if context])
    pairs: list[Pair] = []
    for (context, continuation), (kept_context, whole_end) in zip(texts, moved, strict=True):
        if context == "":
            pair = _after_nothing(lm, continuation)
        else:
            head = contexts.get(kept_context, [])
            pair = (head, wholes[kept_context + whole_end][len(head) :] if kept_context else [])
        if not pair[0]:
            raise InputError("a context has no token to predict from", code="unsupported", found=context[-60:])
        if not pair[1]:
            raise InputError("a label adds no token to its context", code="unsupported", found=continuation)
        if len(pair[1]) > lm.max_length:
            what = f"a label has {len(pair[1])} tokens, more than the model's {lm.max_length}"
            raise InputError(what, code="limit", found=continuation[:60])
        pairs.append(pair)
    _check_vocabulary(lm, pairs)
    return pairs


def encode_texts(lm: HFLM, texts: Sequence[str]) -> dict[str, list[int]]:
    """Encode each distinct text, with special tokens as in HFLM's `tok_encode`."""
    distinct = list(dict.fromkeys(texts))
    encoded: dict[str, list[int]] = {}
    for special, members in special_token_groups(lm, distinct).items():
        batch = [distinct[i] for i in members]
        options = {} if special is None else {"add_special_tokens": special}
        ids = lm.tokenizer(batch, return_attention_mask=False, return_token_type_ids=False, **options)["input_ids"]
        encoded.update(zip(batch, ids, strict=True))
    return encoded


def _move_space(context: str, continuation: str) -> tuple[str, str]:
    kept = context.rstrip()
    return kept, context[len(kept) :] + continuation


def _after_nothing(lm: HFLM, continuation: str) -> Pair:
    tokens: list[int] = lm.tok_encode(continuation, add_special_tokens=False)
    if tokens and tokens[0] == lm.prefix_token_id:
        return tokens[:1], tokens[1:]
    return [lm.prefix_token_id], tokens


def _check_vocabulary(lm: HFLM, pairs: Sequence[Pair]) -> None:
    known = embedding_rows(lm)
    highest = 0
    seen: object = None
    for context, continuation in pairs:
        if context is not seen:
            seen, highest = context, max(highest, *context)
        highest = max(highest, *continuation)
    if highest >= known:
        raise InputError(
            f"the tokenizer gives token id {highest}, outside the model's vocabulary of {known}",
            code="conflict",
            found=_name(lm),
            hint="use the tokenizer that the model was trained with",
        )


def _name(lm: HFLM) -> str:
    return str(lm.tokenizer.name_or_path or "the model")
