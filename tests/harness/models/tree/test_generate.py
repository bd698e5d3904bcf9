"""Generations against HFLM's, and how often the model is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch

from harness.models.tree.generate import SharedPrompt, deduplicate, shared_prefixes
from tests.harness.models.tree.models import WORDS, generation_requests

if TYPE_CHECKING:
    from lm_eval.models.huggingface import HFLM

    from tests.harness.models.tree.conftest import Both

SHARED = " ".join(WORDS * 2)
PROMPTS = [f"{SHARED} {end}" for end in ("joy", "anger fear", "a face of joy", "calm is", "sad")]


def tokens_of(lm: HFLM, requests: list[Any]) -> tuple[list[str], int]:
    """Return the generations and how many tokens the model was given."""
    seen: list[int] = []
    hook = lm.model.register_forward_pre_hook(
        lambda _, args, kw: seen.append((args[0] if args else kw["input_ids"]).numel()), with_kwargs=True
    )
    answers = lm.generate_until(requests, disable_tqdm=True)
    hook.remove()
    return answers, sum(seen)


@pytest.mark.parametrize("name", ["llama", "qwen3", "gpt2", "gemma3", "mistral", "bloom", "mpt", "falcon-h1"])
def test_generations_are_those_of_hflm(both: Both, name: str) -> None:
    own, ours = both(name, batch_size=2)
    requests = generation_requests([*PROMPTS, PROMPTS[0], "a", SHARED])
    assert ours.generate_until(requests, disable_tqdm=True) == own.generate_until(requests, disable_tqdm=True)


def test_a_shared_prompt_is_read_once(both: Both) -> None:
    own, ours = both("llama", batch_size=1)
    requests = generation_requests(PROMPTS, max_gen_toks=1)
    ours.generate_until(requests, disable_tqdm=True)
    (expected, theirs), (got, ours_read) = tokens_of(own, requests), tokens_of(ours, requests)
    prefix = len(own.tok_encode(SHARED))
    assert got == expected
    assert ours_read <= theirs - (len(PROMPTS) - 1) * (prefix - 1)
    assert ours.generation_note is None


def test_padding_that_changes_the_numbers_is_found_out(both: Both) -> None:
    _, ours = both("mpt", batch_size=2)  # its ALiBi bias counts the padding between prefix and rest
    ours.generate_until(generation_requests(PROMPTS), disable_tqdm=True)
    assert "differs from HFLM's" in str(ours.generation_note)


def test_equal_greedy_requests_are_generated_once(both: Both) -> None:
    _, ours = both("llama")
    once, tokens = tokens_of(ours, generation_requests(PROMPTS[:1]))
    thrice, as_many = tokens_of(ours, generation_requests(PROMPTS[:1] * 3))
    assert thrice == once * 3
    assert as_many == tokens


@pytest.mark.parametrize(
    ("arguments", "generated"),
    [({}, 1), ({"do_sample": True, "temperature": 1.0}, 3), ({"do_sample": None, "temperature": 0.7}, 3)],
)
def test_only_greedy_requests_are_equal(arguments: dict[str, Any], generated: int) -> None:
    kept, answer_of = deduplicate(generation_requests(["a", "a", "a"], **arguments))
    assert len(kept) == generated
    assert answer_of == ([0, 1, 2] if generated == 3 else [0, 0, 0])


def test_beams_are_left_to_hflm(both: Both) -> None:
    own, ours = both("llama", batch_size=2)
    requests = generation_requests(PROMPTS, num_beams=2)
    assert ours.generate_until(requests, disable_tqdm=True) == own.generate_until(requests, disable_tqdm=True)


def test_prefixes_are_those_of_a_task_and_of_all() -> None:
    first, second = list(range(40)), [*range(20), *range(100, 120)]
    prompts = [("a", [*first, 1]), ("a", [*first, 2]), ("b", [*second, 1]), ("b", [*second, 1, 2])]
    assert shared_prefixes(prompts) == [first, second, list(range(20))]
    assert shared_prefixes([("a", first)]) == []


def test_padding_moves_behind_the_prefix() -> None:
    shared = SharedPrompt(torch.tensor([7, 8]))
    context = torch.tensor([[0, 0, 7, 8, 1], [7, 8, 2, 3, 4]])
    mask = torch.tensor([[0, 0, 1, 1, 1], [1, 1, 1, 1, 1]])
    moved = shared.move_first(context, mask)
    assert moved is not None
    assert moved[0].tolist() == [[7, 8, 0, 0, 1], [7, 8, 2, 3, 4]]
    assert moved[1].tolist() == [[1, 1, 0, 0, 1], [1, 1, 1, 1, 1]]
    assert shared.move_first(torch.tensor([[7, 9, 1]]), torch.ones(1, 3, dtype=torch.long)) is None
    assert shared.move_first(torch.tensor([[0, 7, 8]]), torch.tensor([[0, 1, 1]])) is None
