"""Item noise and sampling noise against simulated models whose components are known."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from sklearn.metrics import f1_score

from harness.kinds import get
from harness.metrics import Metric
from harness.metrics.outcome import Labelled
from harness.record import Answer, Sample
from harness.scoring.repeats import Repeated, components, sampling_sd
from harness.scoring.score import score
from harness.stats.arrays import Floats, Ints
from harness.stats.bootstrap import resample
from harness.stats.intervals import percentile
from tests.making import baselines, item, sample

LABELS = ("a", "b", "c")
METRICS: dict[str, Metric] = {metric.name: metric for metric in get("single_label").metrics}


def repeated(gold: Ints, said: Ints) -> Repeated:
    """Arrange (N, n) answers to n items."""
    sizes = np.full(gold.size, 3)
    each = tuple(Labelled(gold, row, sizes, LABELS) for row in said)
    times = len(said)
    return Repeated(each, Labelled(np.tile(gold, times), said.ravel(), np.tile(sizes, times), LABELS))


def answers(rng: np.random.Generator, gold: Ints, skill: Floats, times: int) -> Ints:
    """Answer each item right with its own probability, else by the next label."""
    return np.where(rng.random((times, gold.size)) < skill, gold, (gold + 1) % 3)


@pytest.mark.parametrize("times", [2, 5])
def test_components_of_accuracy_are_those_simulated(times: int) -> None:
    rng = np.random.default_rng(1)
    n = 4000
    skill = rng.beta(2, 2, n)
    gold = rng.integers(0, 3, n)
    model = repeated(gold, answers(rng, gold, skill, times))
    accuracy = METRICS["accuracy"]
    clusters = np.arange(n)
    spread = resample([partial(model.compute, accuracy)], clusters)[0]
    found = components(accuracy, model, clusters, spread)
    # a Beta(2, 2) has variance 1/20, and the mean of p (1 - p) is 1/4 - 1/20
    assert found.sampling_sd == pytest.approx(np.sqrt(0.2 / n), rel=0.08)
    assert found.item_sd == pytest.approx(np.sqrt(0.05 / n), rel=0.12)
    assert found.error == pytest.approx(np.sqrt((0.05 + 0.2 / times) / n), rel=0.06)
    assert found.share_sampling == pytest.approx(0.2 / times / (0.05 + 0.2 / times), rel=0.12)


def test_items_of_a_cluster_share_their_noise_but_not_their_sampling() -> None:
    rng = np.random.default_rng(2)
    clusters = np.repeat(np.arange(1000), 4)
    skill = rng.beta(2, 2, 1000)[clusters]
    gold = rng.integers(0, 3, clusters.size)
    model = repeated(gold, answers(rng, gold, skill, 3))
    accuracy = METRICS["accuracy"]
    spread = resample([partial(model.compute, accuracy)], clusters)[0]
    found = components(accuracy, model, clusters, spread)
    assert found.sampling_sd == pytest.approx(np.sqrt(0.2 / 4000), rel=0.08)
    assert found.item_sd == pytest.approx(np.sqrt(0.05 / 1000), rel=0.12)


def test_sampling_of_macro_f1_is_what_answering_the_same_items_again_shows() -> None:
    rng = np.random.default_rng(3)
    n = 400
    gold = rng.choice(3, n, p=[0.6, 0.3, 0.1])
    skill = rng.beta(2, 2, n)
    fresh = [f1_score(gold, row, average="macro") for row in answers(rng, gold, skill, 400)]
    found = sampling_sd(METRICS["macro_f1"], repeated(gold, answers(rng, gold, skill, 5)), np.arange(n))
    assert found == pytest.approx(np.std(fresh, ddof=1), rel=0.15)


def test_the_interval_of_the_mean_covers_over_other_items_and_other_answers() -> None:
    accuracy = METRICS["accuracy"]
    held = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        gold = rng.integers(0, 3, 100)
        model = repeated(gold, answers(rng, gold, rng.beta(2, 2, 100), 3))
        spread = resample([partial(model.compute, accuracy)], np.arange(100), draws=500)[0]
        found = percentile(spread)
        assert found is not None
        held.append(found.low <= 0.5 <= found.high)
    assert 0.91 <= np.mean(held) <= 0.99


def samples(texts: list[list[str]], clusters: int = 40) -> list[Sample]:
    """Return the samples of (N, n) texts; the truth is `a` for every second item, else `b`."""
    return [
        sample(
            get("single_label"),
            item(number, labels=["ab"[number % 2]], choices=LABELS, cluster_id=f"c{number % clusters}"),
            Answer(text=first),
            repeats=tuple(Answer(text=text) for text in more),
        )
        for number, (first, *more) in enumerate(zip(*texts, strict=True))
    ]


def test_a_value_is_the_mean_over_repeats_and_every_answer_is_counted() -> None:
    rng = np.random.default_rng(4)
    texts = [[str(text) for text in rng.choice([*LABELS, ""], 40)] for _ in range(3)]
    gold = ["ab"[number % 2] for number in range(40)]
    found = score(get("single_label"), LABELS, samples(texts), others=baselines(majority=[Answer(text="a")] * 40))
    shares = [np.mean([text == true for text, true in zip(row, gold, strict=True)]) for row in texts]
    accuracy = found.metrics["accuracy"]
    assert accuracy.value == pytest.approx(np.mean(shares))
    assert accuracy.sampling is not None
    assert accuracy.sampling.values == pytest.approx(shares)
    assert accuracy.sampling.repeats == 3
    assert accuracy.interval is not None
    assert "bootstrap" in accuracy.interval.method
    assert found.answers.ok + found.answers.empty == 120
    assert accuracy.baselines == {"majority": 0.5}


def test_a_model_that_repeats_itself_has_no_sampling_noise() -> None:
    rng = np.random.default_rng(5)
    texts = [str(text) for text in rng.choice(LABELS, 40)]
    once, thrice = (score(get("single_label"), LABELS, samples([texts] * times)).metrics for times in (1, 3))
    for name, metric in thrice.items():
        assert metric.value == pytest.approx(once[name].value), name
        assert once[name].sampling is None
        if metric.sampling is not None:
            assert (metric.sampling.sampling_sd, metric.sampling.share_sampling) == pytest.approx((0.0, 0.0), abs=1e-6)


def test_one_cluster_has_values_but_no_components() -> None:
    found = score(get("single_label"), LABELS, samples([["a"] * 6, ["b"] * 6], clusters=1)).metrics["accuracy"]
    assert found.value == 0.5
    assert found.sampling is not None
    assert (found.sampling.values, found.sampling.item_sd) == ((0.5, 0.5), None)
