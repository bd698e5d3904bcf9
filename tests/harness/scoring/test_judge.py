"""The judge with judges of known habits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import rankdata, spearmanr

from harness.scoring.judge import (
    Pair,
    Verdicts,
    agreement,
    agreement_at_equal_length,
    load_rubric,
    parse,
    prompts,
    read,
    win_rate_at_equal_length,
)
from va_extractor.common.errors import InputError

PAIRS = [Pair(0.5, 0.5, "good text", "bad text"), Pair(-0.5, 0.1, "bad one", "good one"), Pair(0, 0, "bad", "bad")]


def judge(pairs: Sequence[Pair], generate: Callable[[Sequence[str]], Sequence[str]]) -> Verdicts:
    return read(generate(prompts(pairs, load_rubric())))


def shown(prompt: str) -> tuple[str, str]:
    first, second = prompt.split("Description A:\n")[1].split("\n\nDescription B:\n")
    return first, second.split("\n\nAnswer")[0]


def fair(prompts: Sequence[str]) -> list[str]:
    """Prefer the text with the word good."""
    quality = [tuple("good" in text for text in shown(prompt)) for prompt in prompts]
    return ["T" if a == b else "A" if a else "B" for a, b in quality]


def test_a_fair_judge_is_believed() -> None:
    verdicts = judge(PAIRS, fair)
    np.testing.assert_array_equal(verdicts.wins, [1.0, 0.0, 0.5])
    np.testing.assert_array_equal(verdicts.first, [0.5, 0.5, np.nan])


def test_a_judge_that_likes_the_first_place_decides_nothing() -> None:
    verdicts = judge(PAIRS, lambda prompts: ["A"] * len(prompts))
    np.testing.assert_array_equal(verdicts.wins, [0.5, 0.5, 0.5])
    np.testing.assert_array_equal(verdicts.first, [1.0, 1.0, 1.0])


def test_an_unreadable_answer_is_no_verdict() -> None:
    verdicts = judge(PAIRS[:1], lambda prompts: ["A", "I cannot say."])
    assert np.isnan(verdicts.wins[0])
    assert verdicts.first[0] == 1.0


def test_no_pairs() -> None:
    assert judge([], lambda prompts: []).wins.shape == (0,)


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ("A", 1),
        (" b.\n", 0),
        ("**T**", 0.5),
        ("Answer: B", 0),
        ("The answer is A.", 1),
        ("Description B", 0),
        ("<think>A?</think>B", 0),
    ],
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

    verdicts = judge(pairs, longest)
    assert np.nanmean(verdicts.wins) > 0.7
    assert win_rate_at_equal_length(pairs, verdicts) == pytest.approx(0.5, abs=0.1)


def test_win_rate_at_its_ends() -> None:
    assert win_rate_at_equal_length(PAIRS[:1], judge(PAIRS[:1], fair)) == 1.0
    assert np.isnan(win_rate_at_equal_length(PAIRS[:1], judge(PAIRS[:1], lambda prompts: ["?"] * 2)))
    even = judge(PAIRS[2:], fair)
    assert win_rate_at_equal_length(PAIRS[2:], even) == pytest.approx(0.5)


def test_agreement_is_spearmans_over_known_values() -> None:
    rng = np.random.default_rng(5)
    wins = rng.choice([0.0, 0.5, 1.0, np.nan], size=40)
    difference = np.where(rng.random(40) < 0.1, np.nan, np.round(rng.normal(size=40), 1))
    expected = spearmanr(wins, difference, nan_policy="omit").statistic
    assert agreement(Verdicts(wins, wins), difference, np.ones((2, 40))) == pytest.approx([expected] * 2)
    assert np.isnan(agreement(Verdicts(np.ones(4), np.ones(4)), np.arange(4.0), np.ones((1, 4)))).all()


def test_agreement_that_is_all_length_vanishes_at_equal_length() -> None:
    rng = np.random.default_rng(6)
    gap = rng.normal(size=2000)
    wins = (gap + rng.normal(size=2000) > 0).astype(float)
    measure = gap + rng.normal(size=2000)
    verdicts, ones = Verdicts(wins, wins), np.ones((1, 2000))
    ranks = [rankdata(one) for one in (wins, measure, gap)]
    line = np.stack([np.ones(2000), ranks[2]], axis=1)
    rests = [one - line @ np.linalg.lstsq(line, one, rcond=None)[0] for one in ranks[:2]]
    fixed = agreement_at_equal_length(verdicts, measure, gap, ones)[0]
    assert fixed == pytest.approx(np.corrcoef(rests)[0, 1])
    assert agreement(verdicts, measure, ones)[0] > 0.3
    assert abs(fixed) < 0.08
    alike = agreement_at_equal_length(verdicts, measure, np.zeros(2000), ones)
    assert alike == pytest.approx(agreement(verdicts, measure, ones))


def test_win_rate_at_equal_length_counts_a_pair_as_often_as_it_stands_there() -> None:
    rng = np.random.default_rng(7)
    pairs = [Pair(0, 0, "a " * int(n), "b " * int(m)) for n, m in rng.integers(1, 40, (60, 2))]
    wins = rng.choice([0.0, 0.5, 1.0], size=60)
    often = rng.integers(0, 3, size=60)
    rows = np.repeat(np.arange(60), often)
    whole = win_rate_at_equal_length([pairs[row] for row in rows], Verdicts(wins[rows], wins[rows]))
    assert win_rate_at_equal_length(pairs, Verdicts(wins, wins), often.astype(float)) == pytest.approx(whole, abs=0.01)


@pytest.mark.parametrize(
    ("content", "code", "field"),
    [
        (b"version: 1\nprompt: '{valence} {arousal} {first}'", "range", "prompt"),
        (b"version: 1\nprompt: '{valence} {arousal} {first} {second} {other}'", "range", "prompt"),
        (b"version: 1\nprompt: '{valence[0]} {arousal} {first} {second}'", "range", "prompt"),
        (b"prompt: [", "unreadable", None),
        (b"- 1", "type", None),
        (b"prompt: '{valence} {arousal} {first} {second}'", "missing", "version"),
        (b"version: '1'\nprompt: '{valence} {arousal} {first} {second}'", "type", "version"),
        (b"version: 1\nprompt: a\nprompt: '{valence} {arousal} {first} {second}'", "duplicate", "prompt"),
        (b"\xff\xfe", "unreadable", None),
    ],
)
def test_a_broken_rubric_is_reported(tmp_path: Path, content: bytes, code: str, field: str | None) -> None:
    path = tmp_path / "rubric.yaml"
    path.write_bytes(content)
    with pytest.raises(InputError) as error:
        load_rubric(path)
    problem = error.value.problem
    assert (problem.code, problem.field, problem.file) == (code, field, path)


def test_a_missing_rubric_is_reported(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        load_rubric(tmp_path / "none.yaml")
    assert error.value.problem.code == "missing"
