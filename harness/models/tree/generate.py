"""Generation without repeated work: equal greedy requests once, the KV of a shared prompt once."""

from __future__ import annotations

import copy
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from transformers.cache_utils import DynamicCache

from harness.models.tree._compat import inference, is_stateful
from harness.models.tree.layouts import narrowest_window
from harness.models.tree.scorer import tolerance

if TYPE_CHECKING:
    from lm_eval.api.instance import Instance
    from lm_eval.models.huggingface import HFLM
    from torch import Tensor

logger = logging.getLogger(__name__)

SHORTEST_PREFIX = 16  # tokens; a shorter one costs as much to copy as to compute
CHECKED_STEPS = 3
CHECKED_TOKENS = 20  # the likeliest; the tail's rounding decides nothing
CHECKED_PADDING = 8  # more columns of padding than the prompts have: it is what moves


def deduplicate(requests: Sequence[Instance]) -> tuple[list[Instance], list[int]]:
    """Keep one of each set of requests with equal prompt and arguments, where decoding is greedy.

    Returns:
        The requests to generate, and for each request given the index of its answer among them.
    """
    kept: list[Instance] = []
    index: dict[tuple[str, str], int] = {}
    answer_of: list[int] = []
    for request in requests:
        prompt, arguments = request.args
        key = (prompt, json.dumps(arguments, sort_keys=True, default=repr))
        if key not in index or not _is_greedy(arguments):
            index[key] = len(kept)
            kept.append(request)
        answer_of.append(index[key])
    return kept, answer_of


def _is_greedy(arguments: dict[str, Any]) -> bool:
    sampled = arguments.get("do_sample")
    return sampled is False or (sampled is None and float(arguments.get("temperature", 0.0)) == 0.0)


def shared_prefixes(prompts: Sequence[tuple[str, list[int]]]) -> list[list[int]]:
    """Return the token prefixes that prompts of one task share, and that all of them share, longest first.

    Args:
        prompts: (task, token ids) of each distinct prompt.

    Returns:
        Prefixes of at least `SHORTEST_PREFIX` tokens that leave every prompt a token of its own.
    """
    groups: dict[str | None, list[list[int]]] = {None: [tokens for _, tokens in prompts]}
    for task, tokens in prompts:
        groups.setdefault(task, []).append(tokens)
    prefixes = []
    for group in groups.values():
        common = _common_prefix(group)[: min(map(len, group)) - 1] if len(group) > 1 else []
        if len(common) >= SHORTEST_PREFIX and common not in prefixes:
            prefixes.append(common)
    return sorted(prefixes, key=len, reverse=True)


def _common_prefix(group: list[list[int]]) -> list[int]:
    lowest, highest = min(group), max(group)
    length = next((i for i, (a, b) in enumerate(zip(lowest, highest, strict=False)) if a != b), len(lowest))
    return lowest[:length]


@dataclass
class SharedPrompt:
    """A prefix of many prompts, as token ids and as the model's own KV cache after reading them."""

    tokens: Tensor
    cache: DynamicCache | None = None

    def move_first(self, context: Tensor, mask: Tensor) -> tuple[Tensor, Tensor] | None:
        """Move the padding of left-padded prompts behind the prefix, where the cache begins at the first column.

        Args:
            context: Token ids [rows, length].
            mask: 1 for tokens, 0 for padding, same shape.

        Returns:
            The two with every row as prefix, padding, rest; None where a row does not begin with the prefix or has
            nothing behind it.
        """
        prefix, length = len(self.tokens), context.shape[1]
        padding = length - mask.sum(dim=1)
        if bool((padding + prefix >= length).any()):
            return None
        column = torch.arange(length, device=context.device).expand_as(context)
        pad = padding.unsqueeze(1)
        source = torch.where(column < prefix, column + pad, torch.where(column < prefix + pad, column - prefix, column))
        moved, moved_mask = context.gather(1, source), mask.gather(1, source)
        return (moved, moved_mask) if bool((moved[:, :prefix] == self.tokens).all()) else None

    def read(self, lm: HFLM, rows: int) -> DynamicCache:
        """Return the model's cache after the prefix for `rows` sequences; the prefix is forwarded on first use only."""
        if self.cache is None:
            cache = DynamicCache(config=lm.model.config)
            with inference(lm):
                lm.model(input_ids=self.tokens.unsqueeze(0), past_key_values=cache, use_cache=True)
            self.cache = cache
        expanded = copy.deepcopy(self.cache)
        expanded.batch_repeat_interleave(rows)
        return expanded


class PromptReuse:
    """Gives every batch of a generation run the KV of the longest prefix that its prompts share.

    Attributes:
        note: Why it does not, in one line; None where it may.
    """

    def __init__(self, lm: HFLM) -> None:
        self._lm = lm
        self._prefixes: list[SharedPrompt] = []
        self._checked = False
        self.note: str | None = "shared prompts not reused: a model with a state" if is_stateful(lm) else None

    def begin(self, prompts: Sequence[tuple[str, list[int]]]) -> None:
        """Find what the (task, token ids) prompts of a run share."""
        device = self._lm.device
        self._prefixes = [SharedPrompt(torch.tensor(tokens, device=device)) for tokens in shared_prefixes(prompts)]

    def end(self) -> None:
        """Free the caches."""
        self._prefixes = []

    def apply(self, context: Tensor, max_length: int, arguments: dict[str, Any]) -> tuple[Tensor, dict[str, Any]]:
        """Arguments of `HFLM._model_generate` that generate the same and read the shared prefix from a cache.

        Args:
            context: Left-padded prompts [rows, length].
            max_length: Columns after the last step.
            arguments: The other arguments, `attention_mask` among them.
        """
        mask = arguments["attention_mask"]
        if not (
            self.note is None and _one_sequence_each(self._lm, arguments) and _windows_hold(self._lm, mask, max_length)
        ):
            return context, arguments
        for shared in self._prefixes:
            moved = shared.move_first(context, mask)
            if moved is None:
                continue
            if not self._checked:
                self._checked = True
                fault = find_generation_fault(self._lm, shared, context, mask)
                if fault is not None:
                    self.note = f"shared prompts not reused: {fault}"
                    logger.warning("%s", self.note)
                    break
            cache = shared.read(self._lm, len(context))
            return moved[0], {**arguments, "attention_mask": moved[1], "past_key_values": cache}
        return context, arguments


def _one_sequence_each(lm: HFLM, arguments: dict[str, Any]) -> bool:
    """Return whether each prompt stays one row: beams and several sequences would need more copies of the cache."""
    defaults = lm.model.generation_config
    names = ("num_beams", "num_return_sequences")
    return all((arguments.get(name) or getattr(defaults, name, None) or 1) == 1 for name in names)


def _windows_hold(lm: HFLM, mask: Tensor, max_length: int) -> bool:
    """Return whether moved padding cannot push tokens out of a sliding window, which counts padding as distance."""
    window = narrowest_window(lm.model.config)
    return window is None or max_length <= window or bool(mask.all())


def find_generation_fault(lm: HFLM, shared: SharedPrompt, context: Tensor, mask: Tensor) -> str | None:
    """Compare the first steps' logits with and without the shared cache, on the shortest and the longest prompt.

    Args:
        lm: The model.
        shared: A prefix of all prompts.
        context: Left-padded prompts [rows, length].
        mask: 1 for tokens, 0 for padding, same shape.

    Returns:
        None if they agree, else what went wrong, in a few words.

    Raises:
        ValueError: A prompt does not begin with the prefix.
    """
    lengths = mask.sum(dim=1)
    rows = torch.stack([lengths.argmin(), lengths.argmax()])
    padding = 0 if narrowest_window(lm.model.config) else CHECKED_PADDING
    context = torch.nn.functional.pad(context[rows], (padding, 0), value=lm.tokenizer.pad_token_id)
    mask = torch.nn.functional.pad(mask[rows], (padding, 0), value=0)
    moved = shared.move_first(context, mask)
    if moved is None:
        raise ValueError("the prompts do not begin with the shared prefix")
    options = {
        "max_new_tokens": CHECKED_STEPS, "do_sample": False, "return_dict_in_generate": True, "output_logits": True,
        "pad_token_id": lm.tokenizer.pad_token_id, "use_cache": True,
    }  # fmt: skip
    with inference(lm):
        plain = lm.model.generate(input_ids=context, attention_mask=mask, **options)
        try:
            ours = lm.model.generate(
                input_ids=moved[0], attention_mask=moved[1], past_key_values=shared.read(lm, len(rows)), **options
            )
        except torch.OutOfMemoryError:
            raise
        except Exception as error:
            return f"{type(error).__name__}: {str(error).splitlines()[0][:120] if str(error) else ''}"
    same = torch.ones(len(rows), dtype=torch.bool, device=context.device)  # so far; later steps compare only these
    for expected, got in zip(plain.logits, ours.logits, strict=False):
        likely = expected.log_softmax(-1).topk(CHECKED_TOKENS)
        difference = (likely.values - got.log_softmax(-1).gather(-1, likely.indices)).abs().amax(dim=-1)
        worst = float(difference[same].max()) if bool(same.any()) else 0.0
        if not worst <= tolerance(lm.model.dtype):
            return f"a log-probability differs from HFLM's by {worst:.2g}"
        same &= expected.argmax(-1) == got.argmax(-1)
    return None
