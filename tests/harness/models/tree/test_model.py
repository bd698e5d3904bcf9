"""The tree against HFLM on random models: same log-likelihoods, same greedy flags."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lm_eval.api.registry import get_model
from lm_eval.models.huggingface import HFLM

from harness.models.tree.model import PrefixTreeLM
from harness.models.tree.plan import Budget
from tests.harness.models.tree.models import MAX_LENGTH, WORDS, likelihood_requests, random_model, tokenizer
from va_extractor.common.errors import InputError

if TYPE_CHECKING:
    from tests.harness.models.tree.conftest import Both

TREE = [
    "llama", "llama-eager", "qwen2", "qwen3", "gpt2", "neox", "mistral", "gemma", "gemma2", "gemma3", "phi", "phi3",
    "opt", "mixtral",
]  # fmt: skip
LABELS = [" anger", " angry", " ang", " joy of a face", " zqx!", " fear", "\nhappy", " sad calm"]
Texts = Sequence[tuple[str, str]]


def prompts() -> list[str]:
    """Return prompts that differ at the end, one too long for the model, one of a token, one empty."""
    draw = random.Random(1)
    shared = " ".join(draw.choice(WORDS) for _ in range(30))
    ends = [f" {draw.uniform(-1, 1):.2f} {draw.uniform(-1, 1):.1f} is" for _ in range(4)]
    return [shared + end for end in ends] + [shared * 4 + ends[0], "a", "", shared + " is  ", ends[1]]


def pairs() -> list[tuple[str, str]]:
    return [(prompt, label) for prompt in prompts() for label in LABELS]


def greedy_pairs(lm: HFLM) -> list[tuple[str, str]]:
    """Return prompts with the label that the model itself would write next, so that some greedy flags are true."""
    found = []
    for prompt in [*prompts()[:4], *WORDS]:
        ids = tokenizer()(prompt, return_tensors="pt").input_ids
        with torch.no_grad():
            label = tokenizer().decode(lm.model(ids).logits[0, -1].argmax())
        if label.strip() and tokenizer().decode(tokenizer()(prompt + label).input_ids[:-1]) == prompt:
            found.append((prompt, label))
    return found


def assert_equal(own: HFLM, ours: PrefixTreeLM, texts: Texts) -> list[bool]:
    """Check both on some texts and return the greedy flags."""
    requests = likelihood_requests(texts)
    expected = own.loglikelihood(requests, disable_tqdm=True)
    got = ours.loglikelihood(requests, disable_tqdm=True)
    assert [loglikelihood for loglikelihood, _ in got] == pytest.approx([x for x, _ in expected], abs=2e-5, rel=0)
    assert [flag for _, flag in got] == [flag for _, flag in expected]
    return [flag for _, flag in got]


@pytest.mark.parametrize("name", TREE)
def test_the_tree_gives_the_numbers_of_hflm(both: Both, name: str) -> None:
    own, ours = both(name)
    flags = assert_equal(own, ours, pairs() + greedy_pairs(own))
    assert any(flags)
    assert (ours.scoring_path, ours.scoring_note) == ("tree", None)


@pytest.mark.parametrize(
    ("name", "path"), [("bloom", "rows"), ("mpt", "rows"), ("mamba", "hflm"), ("falcon-h1", "hflm")]
)
def test_what_cannot_take_the_tree_falls_back(both: Both, name: str, path: str) -> None:
    own, ours = both(name)
    assert_equal(own, ours, pairs() + greedy_pairs(own))
    assert ours.scoring_path == path
    assert ours.scoring_note is not None
    assert "\n" not in ours.scoring_note


def test_truncation_is_told_in_one_line(both: Both, caplog: pytest.LogCaptureFixture) -> None:
    _, ours = both("llama")
    ours.loglikelihood(likelihood_requests([("the " * 200, " joy"), ("the", " joy")]), disable_tqdm=True)
    told = [record.getMessage() for record in caplog.records if record.name == "harness.models.tree.model"]
    assert told == ["1 of 2 requests are longer than 96 tokens: cut on the left"]


@pytest.mark.parametrize("name", ["llama", "gpt2", "gemma2", "mistral", "bloom"])
def test_random_contexts_and_labels(both: Both, name: str) -> None:
    own, ours = both(name)
    words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join)
    labels = st.lists(st.sampled_from(LABELS), min_size=1, max_size=4)

    @settings(deadline=None, max_examples=8, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(words, labels), min_size=1, max_size=4), st.sampled_from([1, 6, 64]))
    def check(groups: list[tuple[str, list[str]]], row_tokens: int) -> None:
        budget = Budget(tokens=2 * row_tokens, row_tokens=row_tokens, softmax_elements=1000)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("harness.models.tree.model.choose_budget", lambda *_: budget)
            assert_equal(own, ours, [(context, label) for context, several in groups for label in several])

    check()
    assert ours.scoring_path == ("rows" if name == "bloom" else "tree")


def test_bfloat16_is_no_further_from_float32_than_hflm(both: Both) -> None:
    requests = likelihood_requests(pairs())
    for name in ("llama", "gpt2"):
        exact, _ = both(name)
        own, ours = both(name, torch.bfloat16)
        truth = [x for x, _ in exact.loglikelihood(requests, disable_tqdm=True)]
        errors = {}
        for lm in (own, ours):
            got = lm.loglikelihood(requests, disable_tqdm=True)
            errors[lm] = sum(abs(x - y) for (x, _), y in zip(got, truth, strict=True)) / len(truth)
        assert ours.scoring_path == "tree"
        assert errors[ours] <= errors[own]


def test_float16_takes_the_tree(both: Both) -> None:
    own, ours = both("qwen2", torch.float16, softmax_dtype="float32")
    requests = likelihood_requests(pairs())
    expected, got = own.loglikelihood(requests, disable_tqdm=True), ours.loglikelihood(requests, disable_tqdm=True)
    assert ours.scoring_path == "tree"
    assert [x for x, _ in got] == pytest.approx([x for x, _ in expected], abs=0.2)


@pytest.mark.parametrize("side", ["left", "right"])
def test_padding_side_of_the_tokenizer_does_not_matter(both: Both, side: str) -> None:
    own, ours = both("llama")
    before = own.tokenizer.padding_side
    own.tokenizer.padding_side = side
    try:
        assert_equal(own, ours, pairs()[:32])
    finally:
        own.tokenizer.padding_side = before


def test_a_bos_token_is_added_as_hflm_adds_it(both: Both) -> None:
    own, ours = both("llama", add_bos_token=True)
    assert_equal(own, ours, [*pairs()[:16], ("<s>the face is", " joy"), ("", " joy")])


def test_chat_prompts_of_several_turns(both: Both) -> None:
    own, ours = both("llama")
    shots = [{"role": "user", "content": "the face is"}, {"role": "assistant", "content": "joy"}]
    chats = [own.apply_chat_template([*shots, {"role": "user", "content": f"valence {i}"}]) for i in range(3)]
    assert chats[0].endswith("assistant: ")
    assert_equal(own, ours, [(chat, label) for chat in chats for label in LABELS])


def test_identical_prompts_are_computed_once(both: Both) -> None:
    _, ours = both("llama")
    texts = pairs()[:16]
    ours.loglikelihood(likelihood_requests(texts), disable_tqdm=True)
    seen: list[int] = []
    hook = ours.model.register_forward_pre_hook(
        lambda _, __, kw: seen.append(kw["input_ids"].numel()), with_kwargs=True
    )
    once = ours.loglikelihood(likelihood_requests(texts), disable_tqdm=True)
    tokens = sum(seen)
    thrice = ours.loglikelihood(likelihood_requests(texts * 3), disable_tqdm=True)
    hook.remove()
    assert thrice == once * 3
    assert sum(seen) == 2 * tokens


def test_a_longer_prompt_is_compared_again(both: Both) -> None:
    own, ours = both("llama")
    compared: list[int] = []

    def counting(_: HFLM, some: Sequence[tuple[list[int], list[int]]]) -> list[tuple[float, bool]]:
        compared.append(len(some))
        answers: list[tuple[float, bool]] = own._loglikelihood_tokens([(None, *pair) for pair in some], True)
        return answers

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("harness.models.tree.model.reference_scores", counting)
        for words in (3, 2, 3, 9):
            ours.loglikelihood(likelihood_requests([("the " * words, label) for label in LABELS]), disable_tqdm=True)
    assert len(compared) == 2


@pytest.mark.parametrize("ignored", ["attention_mask", "position_ids"])
def test_a_model_that_ignores_an_argument_is_found_out(both: Both, ignored: str) -> None:
    own, ours = both("llama")
    forward = ours.model.model.forward
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ours.model.model, "forward", lambda **given: forward(**{**given, ignored: None}))
        assert_equal(own, ours, pairs())
    assert ours.scoring_path == "rows"
    assert "differs from HFLM's" in str(ours.scoring_note)


def test_a_model_that_ignores_the_cache_is_found_out(both: Both) -> None:
    own, ours = both("llama")
    forward = ours.model.model.forward
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ours.model.model, "forward", lambda **given: forward(**{**given, "past_key_values": None}))
        assert_equal(own, ours, pairs())
    assert ours.scoring_path == "hflm"


def test_a_model_without_logits_to_keep(both: Both) -> None:
    own, ours = both("llama")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("harness.models.tree.model.takes_logits_to_keep", lambda _: False)
        assert_equal(own, ours, pairs())
    assert ours.scoring_path == "tree"


def test_full_memory_halves_the_budget(both: Both) -> None:
    from harness.models.tree.scorer import score_trie

    own, ours = both("llama")
    budgets: list[int] = []

    def scarce(trie: object, forward: object, layout: object, budget: Budget, progress: object) -> object:
        budgets.append(budget.tokens)
        if budget.tokens > 64:
            raise torch.OutOfMemoryError
        return score_trie(trie, forward, layout, budget, progress)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("harness.models.tree.model.score_trie", scarce)
        assert_equal(own, ours, pairs())
    assert budgets == [4096, 2048, 1024, 512, 256, 128, 64, 32, 256, 128, 64]


def test_processes_take_the_slowest_path_of_all(both: Both) -> None:
    own, ours = both("llama")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ours, "all_gather", lambda tensor: torch.cat([tensor, torch.tensor([2])]))
        assert_equal(own, ours, pairs()[:16])
    assert ours.scoring_path == "hflm"
    assert "another process" in str(ours.scoring_note)


def test_answers_reach_the_request_cache(both: Both) -> None:
    own, ours = both("llama")
    stored: dict[str, list[object]] = {}
    for lm in (own, ours):
        calls = stored.setdefault(type(lm).__name__, [])
        hook = type("Hook", (), {"add_partial": staticmethod(lambda *call, calls=calls: calls.append(call[:2]))})
        lm.set_cache_hook(hook())
        lm.loglikelihood(likelihood_requests(pairs()[:8]), disable_tqdm=True)
    assert sorted(map(str, stored["HFLM"])) == sorted(map(str, stored["PrefixTreeLM"]))


def test_off_is_hflm(both: Both) -> None:
    own, _ = both("llama")
    ours = PrefixTreeLM(own.model, tokenizer=tokenizer(), batch_size=8, max_length=MAX_LENGTH, tree="off")
    assert_equal(own, ours, pairs()[:16])
    assert ours.scoring_path == "hflm"
    assert "tree=off" in str(ours.scoring_note)


def test_encoder_decoder_models_are_left_to_hflm() -> None:
    import transformers

    torch.manual_seed(0)
    model = transformers.T5ForConditionalGeneration(
        transformers.T5Config(
            vocab_size=300, d_model=16, d_kv=4, d_ff=32, num_layers=1, num_heads=4, decoder_start_token_id=0
        )
    ).eval()
    own = HFLM(model, backend="seq2seq", tokenizer=tokenizer(), batch_size=4)
    ours = PrefixTreeLM(model, backend="seq2seq", tokenizer=tokenizer(), batch_size=4)
    assert_equal(own, ours, [("the face is", label) for label in LABELS])
    assert ours.scoring_path == "hflm"


def test_lm_eval_finds_it_by_name() -> None:
    assert get_model("hf-tree") is PrefixTreeLM


def test_no_requests() -> None:
    ours = PrefixTreeLM(random_model("llama"), tokenizer=tokenizer())
    assert ours.loglikelihood([]) == []


def test_a_wrong_switch_is_one_line() -> None:
    with pytest.raises(InputError) as raised:
        PrefixTreeLM(random_model("llama"), tokenizer=tokenizer(), tree="maybe")
    assert (raised.value.problem.field, raised.value.problem.found) == ("--model_args tree", "maybe")


def test_without_a_device_a_folder_is_loaded_on_what_there_is(tmp_path: Path) -> None:
    random_model("llama").save_pretrained(tmp_path)
    tokenizer().save_pretrained(tmp_path)
    expected = "cuda" if torch.cuda.is_available() else "cpu"
    assert PrefixTreeLM(pretrained=str(tmp_path)).device.type == expected
