"""Agreement with annotators: against statsmodels and scikit-learn, by hand, and with a model that is an annotator."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from sklearn import metrics as peer
from statsmodels.stats.inter_rater import fleiss_kappa

from harness.kinds import get
from harness.metrics import annotators
from harness.metrics.outcome import LabelSets
from harness.record import Answer
from harness.scoring.score import score
from harness.stats.bootstrap import resample
from harness.stats.intervals import percentile
from tests.making import item, sample

LABELS = tuple("abcd")
K = len(LABELS)


def drawn(n: int, several: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return (n, a, k) sets of annotators, none empty, who agree in part, and (n, k) answers like theirs."""
    rng = np.random.default_rng(seed)
    leaning = rng.random((n, 1, K))
    given = rng.random((n, several + 1, K)) < leaning
    given[~given.any(axis=2), 0] = True
    return given[:, :-1], given[:, -1]


def outcome(annotated: np.ndarray, said: np.ndarray) -> LabelSets:
    gold = np.asarray(annotated.any(axis=1))
    return LabelSets(gold, said, LABELS, annotated=annotated)


def value(name: str, of: LabelSets, weights: np.ndarray | None = None) -> float:
    return float(getattr(annotators, name)(of, np.ones((1, len(of.gold))) if weights is None else weights)[0])


def test_kappa_of_annotators_is_that_of_fleiss() -> None:
    given, said = drawn(200, 4)
    votes = given.sum(axis=1)
    by_label = [fleiss_kappa(np.stack([votes[:, k], 4 - votes[:, k]], axis=1)) for k in range(K)]
    assert value("annotator_kappa_human", outcome(given, said)) == pytest.approx(np.mean(by_label))


def test_kappa_of_the_model_is_cohens_with_all_annotators_pooled() -> None:
    given, said = drawn(200, 3)
    repeated = np.repeat(said, 3, axis=0)
    pooled = given.reshape(-1, K)
    by_label = [peer.cohen_kappa_score(repeated[:, k], pooled[:, k]) for k in range(K)]
    assert value("annotator_kappa", outcome(given, said)) == pytest.approx(np.mean(by_label))


@pytest.mark.parametrize(("name", "of_sets"), [("f1", peer.f1_score), ("jaccard", peer.jaccard_score)])
def test_set_agreement_is_sklearns_over_annotators_and_their_pairs(name: str, of_sets: peer.f1_score) -> None:
    given, said = drawn(50, 3)
    with_model = [of_sets(given[:, one], said, average="samples") for one in range(3)]
    pairs = [of_sets(given[:, one], given[:, other], average="samples") for one, other in combinations(range(3), 2)]
    assert value(f"annotator_{name}", outcome(given, said)) == pytest.approx(np.mean(with_model))
    assert value(f"annotator_{name}_human", outcome(given, said)) == pytest.approx(np.mean(pairs))


def test_unequal_numbers_of_annotators_by_hand() -> None:
    given = np.zeros((3, 3, K), dtype=bool)
    given[0, 0, [0, 1]] = given[0, 1, 1] = True  # {a, b}, {b}
    given[1, 0, 0] = given[1, 1, 0] = given[1, 2, 2] = True  # {a}, {a}, {c}
    given[2, 0, 3] = True  # one annotator: no part
    said = np.array([[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1]], dtype=bool)
    one = outcome(given, said)
    assert value("annotator_f1_human", one) == pytest.approx((2 / 3 + 1 / 3) / 2)
    assert value("annotator_f1", one) == pytest.approx(((2 / 3 + 1) / 2 + (1 + 1 + 0) / 3) / 2)
    assert value("annotator_jaccard", one) == pytest.approx(((1 / 2 + 1) / 2 + 2 / 3) / 2)
    assert value("annotator_gap", one) == pytest.approx((5 / 6 + 2 / 3) / 2 - 1 / 2)
    agreed, rates = np.array([[0, 1, 1], [1 / 3, 1, 1 / 3]]).mean(axis=0), np.array([7 / 12, 1 / 2, 1 / 6])
    chance = rates**2 + (1 - rates) ** 2
    assert value("annotator_kappa_human", one) == pytest.approx(np.mean((agreed - chance) / (1 - chance)))


def test_a_model_that_is_another_annotator_agrees_as_they_do_and_a_constant_one_less() -> None:
    given, said = drawn(4000, 3, seed=1)
    for name in ("f1", "jaccard", "kappa"):
        human = value(f"annotator_{name}_human", outcome(given, said))
        assert value(f"annotator_{name}", outcome(given, said)) == pytest.approx(human, abs=0.02)
    clusters = np.arange(4000)
    [spread] = resample([lambda weights: annotators.annotator_gap(outcome(given, said), weights)], clusters, draws=500)
    found = percentile(spread)
    assert found is not None
    assert found.low < 0 < found.high
    constant = np.tile([True, False, False, False], (4000, 1))
    assert value("annotator_kappa", outcome(given, constant)) == pytest.approx(0, abs=1e-5)
    assert value("annotator_gap", outcome(given, constant)) < -0.1


def test_an_item_that_counts_twice_is_there_twice() -> None:
    given, said = drawn(12, 3, seed=2)
    weights = np.random.default_rng(3).integers(0, 3, size=12)
    rows = np.repeat(np.arange(12), weights)
    for name in ("f1", "f1_human", "jaccard", "jaccard_human", "kappa", "kappa_human", "gap"):
        whole = value(f"annotator_{name}", outcome(given[rows], said[rows]))
        assert value(f"annotator_{name}", outcome(given, said), weights[None].astype(float)) == pytest.approx(whole)


def test_no_value_where_one_annotator_labelled() -> None:
    samples = [
        sample(
            get("multi_label"), item(row, labels=["a"], choices=LABELS, annotator_labels=given), Answer(text='["a"]')
        )
        for row, given in enumerate([None, (("a",),)])
    ]
    found = score(get("multi_label"), LABELS, samples).metrics["annotator_kappa_human"]
    assert found.value is None
    assert found.reason is not None
    assert found.reason == "no item has labels of two annotators"


def test_no_kappa_of_labels_that_all_annotators_give_to_every_item_and_the_reason_says_so() -> None:
    samples = [
        sample(
            get("multi_label"),
            item(row, labels=["a"], choices=LABELS, annotator_labels=[("a",)] * 2),
            Answer(text='["a"]'),
        )
        for row in range(4)
    ]
    found = score(get("multi_label"), LABELS, samples).metrics
    assert found["annotator_f1"].value == 1
    assert found["annotator_kappa"].value is None
    assert found["annotator_kappa"].reason == "annotators give each label to all items or to none"


def test_samples_carry_annotators_into_the_numbers() -> None:
    sets = [(("a",), ("a", "b")), (("c",), ("d",))]
    samples = [
        sample(
            get("multi_label"), item(row, labels=LABELS, choices=LABELS, annotator_labels=given), Answer(text='["a"]')
        )
        for row, given in enumerate(sets)
    ]
    found = score(get("multi_label"), LABELS, samples).metrics
    assert found["annotator_f1"].value == pytest.approx((1 + 2 / 3) / 2 / 2)
    assert found["annotator_f1_human"].value == pytest.approx(2 / 3 / 2)
    assert found["annotator_f1_human"].interval is not None
