"""Ways to describe without understanding: the main score ranks them by what they know, and none beats the ceiling."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import pytest

from harness.kinds import Answered, get
from harness.kinds.description import nearest_terms, sentence, vocabulary
from harness.kinds.measures import instruments
from harness.record import Answer, Item
from harness.scoring.ceilings.answers import ceiling_answers
from harness.scoring.samples import judge
from harness.stats import bootstrap
from harness.stats.clusters import cluster_index
from harness.tasks.documents import EVALUATED, Question, split
from harness.tasks.features import SHIPPED
from tests.making import item
from va_extractor.emotions.prototypes import norms

Interval = tuple[float, float]
TASK = Question(get("description"), SHIPPED, "emotic")
CANNED = (
    ("The person is furious and terrified.", "The person is ecstatic and thrilled."),
    ("The person is hopeless and drained.", "The person is utterly serene and blissful."),
)
PROMPT = "Valence says how pleasant the state is.\nArousal: how activated, or calm, the person is."
COARSE = ("happy", "sad", "angry", "bored")


def canned(one: Item) -> str:
    return CANNED[one.arousal <= 0][one.valence > 0]


def nearest(one: Item, terms: Sequence[str]) -> str:
    places = np.array([(norms()[term].valence, norms()[term].arousal) for term in terms])
    return terms[int(np.linalg.norm(places - (one.valence, one.arousal), axis=1).argmin())]


STRATEGIES: dict[str, Callable[[Item], str]] = {
    "prototype": lambda one: sentence(nearest(one, vocabulary())),
    "four canned": canned,
    "sign of valence": lambda one: CANNED[one.valence <= 0][one.valence > 0],
    "prompt's own words": lambda one: (
        f"{'' if one.valence > 0 else 'un'}pleasant and {'activated' if one.arousal > 0 else 'calm'}"
    ),
    "constant": lambda _: "The person is very happy.",
    "constant of both signs": lambda _: "The person is ecstatic and hopeless.",
    "numbers": lambda one: f"Valence {one.valence:.2f}, arousal {one.arousal:.2f}.",
    "good or bad": lambda one: f"The person feels {'good' if one.valence > 0 else 'bad'}.",
    "sign of arousal": lambda one: f"The person is {'excited' if one.arousal > 0 else 'sleepy'}.",
    "wrong way round": lambda one: canned(one.model_copy(update={"valence": -one.valence, "arousal": -one.arousal})),
    "two nearest terms": lambda one: sentence(*nearest_terms([one], 2)[0]),
    "three nearest terms": lambda one: sentence(*nearest_terms([one], 3)[0]),
    "four words": lambda one: sentence(nearest(one, COARSE)),
    "exaggerated": lambda one: canned(one).replace("is", "is extremely, unbelievably"),
    "every quadrant": lambda _: "The person is thrilled, furious, serene and drained.",
    "refusal": lambda _: "I cannot answer that.",
    "exaggerated prototype": lambda one: sentence(
        nearest(one.model_copy(update={"valence": 2 * one.valence, "arousal": 2 * one.arousal}), vocabulary())
    ),
}
"""The first six are ranked; the prompt's own words count as no answer."""


def near_neutral(count: int) -> list[Item]:
    """Return points with the spread of people in everyday scenes: most are within a reading error of neutral."""
    drawn = np.random.default_rng(1).normal((0.1, 0.05), (0.22, 0.3), (count, 2)).clip(-1, 1).round(2).tolist()
    return [item(number, labels=[], valence=point[0], arousal=point[1]) for number, point in enumerate(drawn)]


def interval(items: list[Item], texts: list[str]) -> Interval:
    """Return the 95 % interval of the main score."""
    answers, kind = [Answer(text=text) for text in texts], TASK.kind
    parsed, scores = judge(kind, items, answers, instruments(), frozenset({"read"}), prompts=[PROMPT] * len(items))
    outcome = kind.outcome((), [Answered(*row) for row in zip(items, answers, parsed, scores, strict=True)])
    [spread] = bootstrap.resample(
        [lambda w: kind.metric("va_ccc").compute(outcome, w)], cluster_index(items), draws=300
    )
    low, high = np.quantile(spread.draws, [0.025, 0.975])
    return float(low), float(high)


@pytest.fixture(scope="module", params=["shipped", "near neutral"])
def found(request: pytest.FixtureRequest) -> dict[str, Interval]:
    """Return the interval of each strategy, of other items' texts, and of the ceiling."""
    if request.param == "shipped":
        items = split(TASK, EVALUATED).items[:150]
        best = [answer.text or "" for answer in ceiling_answers(TASK, items, by_likelihood=False)["terms"]]
    else:
        items = near_neutral(150)
        best = [sentence(*words) for words in nearest_terms(items, 4)]
    texts = {name: [say(one) for one in items] for name, say in STRATEGIES.items()}
    order = np.random.default_rng(0).permutation(len(items))
    texts["others' texts"] = [texts["prototype"][place] for place in order]
    return {name: interval(items, given) for name, given in (texts | {"ceiling": best}).items()}


def test_who_knows_more_scores_higher(found: dict[str, Interval]) -> None:
    ranked = ("prototype", "four canned", "sign of valence", "constant")
    for more, less in pairwise(ranked):
        assert found[more][0] > found[less][1], (more, less)


@pytest.mark.parametrize(
    "name",
    [
        "constant",
        "constant of both signs",
        "every quadrant",
        "prompt's own words",
        "numbers",
        "refusal",
        "others' texts",
    ],
)
def test_knowing_nothing_gets_nothing(found: dict[str, Interval], name: str) -> None:
    low, high = found[name]
    assert low <= 1e-9
    assert high >= -1e-9


def test_saying_the_opposite_is_below_nothing(found: dict[str, Interval]) -> None:
    assert found["wrong way round"][1] < 0


def test_no_strategy_is_above_the_ceiling(found: dict[str, Interval]) -> None:
    assert {name for name, (low, _) in found.items() if low > found["ceiling"][1]} == set()
