"""The judge with judges of known habits."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import kendalltau

from harness.text.judge import Pair, agreement, judge, load_rubric, parse, win_rate_at_equal_length
from va_extractor.errors import InputError

PAIRS = [Pair(0.5, 0.5, "good text", "bad text"), Pair(-0.5, 0.1, "bad one", "good one"), Pair(0, 0, "bad", "bad")]


def shown(prompt: str) -> tuple[str, str]:
    first, second = prompt.split("Description A:\n")[1].split("\n\nDescription B:\n")
    return first, second.split("\n\nAnswer")[0]


def fair(prompts: Sequence[str]) -> list[str]:
    """Prefer the text with the word good."""
    quality = [tuple("good" in text for text in shown(prompt)) for prompt in prompts]
    return ["T" if a == b else "A" if a else "B" for a, b in quality]


def test_a_fair_judge_is_believed() -> None:
    verdicts = judge(PAIRS, fair, load_rubric())
    np.testing.assert_array_equal(verdicts.wins, [1.0, 0.0, 0.5])
    np.testing.assert_array_equal(verdicts.first, [0.5, 0.5, np.nan])


def test_a_judge_that_likes_the_first_place_decides_nothing() -> None:
    verdicts = judge(PAIRS, lambda prompts: ["A"] * len(prompts), load_rubric())
    np.testing.assert_array_equal(verdicts.wins, [0.5, 0.5, 0.5])
    np.testing.assert_array_equal(verdicts.first, [1.0, 1.0, 1.0])


def test_an_unreadable_answer_is_no_verdict() -> None:
    verdicts = judge(PAIRS[:1], lambda prompts: ["A", "I cannot say."], load_rubric())
    assert np.isnan(verdicts.wins[0])
    assert verdicts.first[0] == 1.0


def test_no_pairs() -> None:
    assert judge([], lambda prompts: [], load_rubric()).wins.shape == (0,)


@pytest.mark.parametrize(
    ("answer", "value"),
    [("A", 1), (" b.\n", 0), ("**T**", 0.5), ("Answer: B", 0), ("The answer is A.", 1), ("Description B", 0)],
)
def test_answers_are_read(answer: str, value: float) -> None:
    assert parse(answer) == value


@pytest.mark.parametrize("answer", ["", "A or B", "Both", "a good one", "AB"])
def test_other_answers_are_not_guessed(answer: str) -> None:
    assert np.isnan(parse(answer))


def test_a_judge_of_length_is_found_out() -> None:
    rng = np.random.default_rng(0)
    pairs = [Pair(0, 0, "a " * int(n), "b " * int(m)) for n, m in rng.integers(1, 40, (3000, 2)) + np.array([12, 0])]

    def longest(prompts: Sequence[str]) -> list[str]:
        """Prefer the longer text, most of the time."""
        noise = np.random.default_rng(1).logistic(0, 4, len(prompts) // 2).repeat(2)
        sizes = [tuple(len(text) for text in shown(prompt)) for prompt in prompts]
        sign = np.tile([1, -1], len(prompts) // 2)
        return ["A" if a - b + s * e > 0 else "B" for (a, b), e, s in zip(sizes, noise, sign, strict=True)]

    verdicts = judge(pairs, longest, load_rubric())
    assert np.nanmean(verdicts.wins) > 0.7
    assert win_rate_at_equal_length(pairs, verdicts) == pytest.approx(0.5, abs=0.1)


def test_win_rate_at_its_ends() -> None:
    rubric = load_rubric()
    assert win_rate_at_equal_length(PAIRS[:1], judge(PAIRS[:1], fair, rubric)) == 1.0
    assert np.isnan(win_rate_at_equal_length(PAIRS[:1], judge(PAIRS[:1], lambda prompts: ["?"] * 2, rubric)))
    even = judge(PAIRS[2:], fair, rubric)
    assert win_rate_at_equal_length(PAIRS[2:], even) == pytest.approx(0.5)


def test_agreement_is_kendalls_tau_b_over_known_values() -> None:
    verdicts = judge(PAIRS, fair, load_rubric())
    mine, theirs = np.array([0.9, 0.2, 0.5]), np.array([0.1, 0.8, 0.4])
    assert agreement(verdicts, mine, theirs) == pytest.approx(kendalltau([1, 0, 0.5], mine - theirs).statistic)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("version: 1\nprompt: '{valence} {arousal} {first}'", "second"),
        ("version: 1\nprompt: '{valence} {arousal} {first} {second} {other}'", "other"),
        ("prompt: [", "YAML"),
        ("- 1", "version"),
    ],
)
def test_a_broken_rubric_is_named(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "rubric.yaml"
    path.write_text(content)
    with pytest.raises(InputError, match=message) as error:
        load_rubric(path)
    assert str(path) in str(error.value)
    with pytest.raises(InputError, match="no such file"):
        load_rubric(tmp_path / "none.yaml")
