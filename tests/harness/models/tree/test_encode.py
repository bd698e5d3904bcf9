"""Tokens against HFLM's own rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.models.tree.encode import encode_pairs
from harness.models.tree.model import PrefixTreeLM
from tests.harness.models.tree.models import WORDS, likelihood_requests, random_model, tokenizer
from va_extractor.common.errors import InputError

if TYPE_CHECKING:
    from tests.harness.models.tree.conftest import Both

texts = st.lists(st.sampled_from([*WORDS, " ", "  ", "\n", "<s>", "ang", "é"]), max_size=6).map("".join)


@pytest.mark.parametrize("options", [{}, {"add_bos_token": True}, {"add_bos_token": False}])
def test_tokens_are_those_of_hflm(both: Both, options: dict[str, bool]) -> None:
    own, _ = both("llama", **options)

    @settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
    @given(texts.filter(str.strip), texts.filter(str.strip))
    def check(context: str, continuation: str) -> None:
        expected = own._encode_pair(context, continuation)
        if expected[0] and expected[1]:
            assert encode_pairs(own, [(context, continuation)]) == [expected]
        else:
            with pytest.raises(InputError):
                encode_pairs(own, [(context, continuation)])

    check()


@pytest.mark.parametrize(("context", "label"), [("the face is", ""), ("", ""), ("  ", " joy"), ("", "<s>")])
def test_nothing_to_score_is_one_line(both: Both, context: str, label: str) -> None:
    _, ours = both("llama")
    with pytest.raises(InputError) as raised:
        ours.loglikelihood(likelihood_requests([(context, label)]), disable_tqdm=True)
    assert raised.value.problem.code == "unsupported"


def test_a_label_longer_than_the_model_is_one_line(both: Both) -> None:
    _, ours = both("llama")
    with pytest.raises(InputError) as raised:
        ours.loglikelihood(likelihood_requests([("the", " zq" * 80)]), disable_tqdm=True)
    assert raised.value.problem.code == "limit"


def test_a_tokenizer_with_more_tokens_than_the_model_is_one_line() -> None:
    model = random_model("llama")
    model.resize_token_embeddings(260)
    ours = PrefixTreeLM(model, tokenizer=tokenizer())
    with pytest.raises(InputError) as raised:
        ours.loglikelihood(likelihood_requests([("the valence is", " arousal")]), disable_tqdm=True)
    assert raised.value.problem.code == "conflict"


def test_a_tokenizer_without_bos_uses_eos_as_hflm_does(both: Both) -> None:
    import copy

    bare = copy.deepcopy(tokenizer())
    bare.bos_token = None
    own, ours = both("llama", tokenizer=bare)
    requests = likelihood_requests([("", " joy"), ("the", " fear")])
    assert ours.loglikelihood(requests)[0][0] == pytest.approx(own.loglikelihood(requests)[0][0], abs=2e-5)


def test_a_tokenizer_without_bos_and_eos_is_one_line(both: Both) -> None:
    import copy

    bare = copy.deepcopy(tokenizer())
    bare.pad_token = "<s>"  # noqa: S105
    bare.bos_token = bare.eos_token = None
    _, ours = both("llama", tokenizer=bare)
    with pytest.raises(InputError) as raised:
        ours.loglikelihood(likelihood_requests([("the", " joy")]), disable_tqdm=True)
    assert raised.value.problem.code == "unsupported"
    assert "prefix_token_id" in str(raised.value.problem.hint)
