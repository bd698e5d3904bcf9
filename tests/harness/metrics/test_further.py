"""Metrics of conflict, of stated coordinates and of free words, by hand and against scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import pearsonr

from harness.kinds import Answered, Kind, get
from harness.metrics.outcome import Contrasted, Outcome
from harness.record import Answer, Item
from tests.making import item

QUADRANTS = ("pleasant and activated", "pleasant and calm", "unpleasant and activated", "unpleasant and calm")
RACE, FAREWELL = "The person has just won a race.", "The person has given up after failing once again."


def answered(kind: Kind, items: list[Item], texts: list[str]) -> Outcome:
    return kind.outcome(
        items[0].choices,
        [Answered(one, Answer(text=text), kind.read(one, text), {}) for one, text in zip(items, texts, strict=True)],
    )


def value(name: str, kind: Kind, outcome: Outcome, n: int) -> float:
    return kind.metric(name).value(outcome, n)


def point(number: int, condition: str, statement: str | None) -> Item:
    """Return a pleasant and activated point, alone or beside a sentence."""
    shown = {"statement": statement, "condition": condition, "valence": 0.5, "arousal": 0.5}
    return item(number, labels=[QUADRANTS[0]], choices=QUADRANTS, **shown)


def test_words_are_told_from_values_by_condition() -> None:
    items = [
        *(point(number, "alone", None) for number in range(2)),
        *(point(number, "agrees", RACE) for number in range(2, 4)),
        *(point(number, "disagrees", FAREWELL) for number in range(4, 8)),
    ]
    said = [QUADRANTS[0], QUADRANTS[1], QUADRANTS[0], QUADRANTS[0], QUADRANTS[3], QUADRANTS[3], QUADRANTS[0], "no idea"]
    outcome = answered(get("conflict"), items, said)
    assert isinstance(outcome, Contrasted)
    found = {name: value(name, get("conflict"), outcome, 8) for name in [m.name for m in get("conflict").metrics]}
    assert found == pytest.approx(
        {
            "accuracy": 4 / 8,
            "accuracy_alone": 1 / 2,
            "accuracy_agreeing": 1.0,
            "accuracy_conflicting": 1 / 4,
            "follows_words": 2 / 4,
            "word_pull": 3 / 4,
        }
    )


def test_a_condition_that_no_item_stands_in_has_no_value() -> None:
    outcome = answered(get("conflict"), [point(0, "alone", None)], [QUADRANTS[0]])
    assert np.isnan(value("word_pull", get("conflict"), outcome, 1))
    assert value("accuracy_alone", get("conflict"), outcome, 1) == 1.0


def words(points: np.ndarray) -> list[Item]:
    return [
        item(number, labels=["w"], valence=valence, arousal=arousal, statement="w")
        for number, (valence, arousal) in enumerate(points.tolist())
    ]


def concordance(x: np.ndarray, y: np.ndarray) -> float:
    """Lin (1989), equation 2, with moments over n."""
    covariance = np.mean((x - x.mean()) * (y - y.mean()))
    return float(2 * covariance / (x.var() + y.var() + (x.mean() - y.mean()) ** 2))


def test_stated_points_are_correlated_and_set_apart_as_lin_and_scipy_do() -> None:
    rng = np.random.default_rng(6)
    true = rng.uniform(-1, 1, (40, 2)).round(3)
    said = np.clip(0.6 * true + rng.normal(0.1, 0.2, true.shape), -1, 1).round(3)
    outcome = answered(get("coordinates"), words(true), [f"valence {v}, arousal {a}" for v, a in said.tolist()])
    ccc = [concordance(true[:, axis], said[:, axis]) for axis in (0, 1)]
    assert value("valence_ccc", get("coordinates"), outcome, 40) == pytest.approx(ccc[0])
    assert value("arousal_ccc", get("coordinates"), outcome, 40) == pytest.approx(ccc[1])
    assert value("va_ccc", get("coordinates"), outcome, 40) == pytest.approx(np.mean(ccc))
    assert value("valence_r", get("coordinates"), outcome, 40) == pytest.approx(pearsonr(true[:, 0], said[:, 0])[0])
    rmse = np.sqrt(np.mean((true - said) ** 2, axis=0))
    assert value("arousal_rmse", get("coordinates"), outcome, 40) == pytest.approx(rmse[1])


def test_silence_is_put_at_the_far_ends_of_both_scales() -> None:
    outcome = answered(
        get("coordinates"), words(np.array([[0.4, -0.2], [-0.4, 0.6]])), ["?", "valence -0.4, arousal 0.6"]
    )
    assert value("valence_rmse", get("coordinates"), outcome, 2) == pytest.approx(np.sqrt(1.4**2 / 2))
    assert value("arousal_rmse", get("coordinates"), outcome, 2) == pytest.approx(np.sqrt(1.2**2 / 2))


def test_silence_adds_nothing_to_a_correlation_and_has_no_sign_of_its_own() -> None:
    rng = np.random.default_rng(8)
    true = rng.uniform(-1, 1, (60, 2)).round(3)
    said = np.clip(0.5 * true + rng.normal(0.2, 0.2, true.shape), -1, 1).round(3)
    texts = [f"valence {v}, arousal {a}" for v, a in said.tolist()]
    silent = rng.random(60) < 0.5
    outcome = answered(
        get("coordinates"), words(true), ["?" if lost else text for lost, text in zip(silent, texts, strict=True)]
    )
    here, x, y = ~silent, said[:, 0], true[:, 0]
    # by hand: silent items stand at the mean of the answers, so both moments of the answers are sums over these alone
    covariance = np.sum((x[here] - x[here].mean()) * y[here]) / 60
    spread = np.sum((x[here] - x[here].mean()) ** 2) / 60
    assert value("valence_r", get("coordinates"), outcome, 60) == pytest.approx(covariance / np.sqrt(spread * y.var()))
    expected = 2 * covariance / (spread + y.var() + (x[here].mean() - y.mean()) ** 2)
    assert value("valence_ccc", get("coordinates"), outcome, 60) == pytest.approx(expected)
    assert 0 < expected < concordance(x[here], y[here])

    mute = answered(get("coordinates"), words(true), ["qwerty zzz"] * 60)
    assert [value(name, get("coordinates"), mute, 60) for name in ("va_ccc", "valence_ccc", "arousal_ccc")] == [0, 0, 0]
    assert np.isnan([value(name, get("coordinates"), mute, 60) for name in ("valence_r", "arousal_r")]).all()


def test_who_is_silent_about_one_side_of_the_scale_has_not_ordered_it() -> None:
    true = np.column_stack([np.linspace(-1, 1, 40)] * 2)
    texts = [
        "I can't say." if v < 0 else f"valence {0.5 + 0.01 * (n % 2)}, arousal 0.5" for n, (v, _) in enumerate(true)
    ]
    outcome = answered(get("coordinates"), words(true), texts)
    assert abs(value("valence_r", get("coordinates"), outcome, 40)) < 0.1  # 0.87, were silence put in the middle


def test_free_words_are_placed_at_three_levels_by_hand() -> None:
    # Shaver et al. (1987): happiness and joy stand in joy/cheerfulness, delight too; anger in anger/rage
    joyful = item(0, labels=["Happiness"])
    outcome = answered(get("words"), [joyful, joyful, joyful], ["happy", "anger", "delight and anger"])
    family, term = (value(name, get("words"), outcome, 3) for name in ("family_f1", "term_f1"))
    assert family == pytest.approx((1 + 0 + 2 / 3) / 3)
    assert term == pytest.approx((1 + 0 + 0) / 3)
    assert value("word_pole_f1", get("words"), outcome, 3) == pytest.approx((1 + 0 + 2 / 3) / 3)
    assert value("words_named", get("words"), outcome, 3) == pytest.approx(4 / 3)


def test_a_denied_word_is_not_said_and_an_answer_without_words_is_unparsed() -> None:
    made = get("words")
    assert made is not None
    joyful = item(0, labels=["Happiness"])
    assert made.read(joyful, "not happy").status == "unparsed"
    assert made.read(joyful, "blorp, zing").status == "unparsed"
    assert made.read(joyful, "").status == "empty"
    assert made.scores(joyful, made.read(joyful, "blorp"))["family_f1"] == 0.0
