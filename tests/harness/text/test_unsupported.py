"""Unsupported claims against hand labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

from harness.text.unsupported import KINDS, claim_rates, claims

LABELLED = Path(__file__).parents[3] / "benchmarks" / "unsupported_labelled.yaml"


def labelled() -> list[tuple[str, set[str]]]:
    return [(row["text"], set(row["kinds"])) for row in yaml.safe_load(LABELLED.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("kind", KINDS)
def test_hand_labels_are_met(kind: str) -> None:
    rows = labelled()
    true = np.array([kind in kinds for _, kinds in rows])
    found = claim_rates([text for text, _ in rows])[kind].astype(bool)
    assert true.sum() >= 3
    assert (found & true).sum() / true.sum() >= 0.8, "recall"
    assert (found & true).sum() / found.sum() >= 0.8, "precision"


def test_a_plain_description_of_a_mood_claims_nothing() -> None:
    assert claims("Strong displeasure with high activation: fear, or perhaps rage.") == frozenset()


def test_denial_and_comparison_claim_nothing() -> None:
    assert claims("It tells us no age: not a child, not an adult.") == frozenset()
    assert claims("Calm like a lake at dawn, as if sitting in a garden.") == frozenset()
    assert claims("This looks like a man.") == {"sex"}


@pytest.mark.parametrize(
    "text",
    [
        "The man waves in the park.",
        "Someone waved goodbye.",
        "The person nodded and sat down.",
        "Salutes, then applauds.",
    ],
)
def test_plain_gestures_are_claims(text: str) -> None:
    assert "gesture" in claims(text)


@pytest.mark.parametrize(
    "text", ["Waves of sadness.", "Joy comes in waves.", "Fear, waves rolling in.", "A wave of calm."]
)
def test_a_feeling_that_comes_in_waves_waves_at_nobody(text: str) -> None:
    assert claims(text) == frozenset()


def test_names_inside_and_at_the_start_of_a_sentence() -> None:
    assert claims("We see that Clara is glad.") == {"named"}
    assert claims("Clara seems glad.") == {"named"}
    assert claims("Joy is near. This Monday feels long.") == frozenset()


def test_rates_agree_with_claims() -> None:
    texts = ["A man waves his hands.", "Glad.", ""]
    rates = claim_rates(texts)
    np.testing.assert_array_equal(rates["sex"], [1, 0, 0])
    np.testing.assert_array_equal(rates["any"], [1, 0, 0])
    assert set(rates) == {"any", *KINDS}
