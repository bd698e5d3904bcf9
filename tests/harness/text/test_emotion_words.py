"""Emotion words against the published wheels and hand-counted F1."""

from __future__ import annotations

import csv
from importlib.resources import files

import numpy as np
import pytest
from sklearn.metrics import f1_score

from harness.text.emotion_words import categories, category_f1, find_terms, label_term, set_f1, wheel_f1

BASIC = ["anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise"]
EMOTIC = [
    *("Affection", "Anger", "Annoyance", "Anticipation", "Aversion", "Confidence", "Disapproval", "Disconnection"),
    *("Disquietment", "Doubt/Confusion", "Embarrassment", "Engagement", "Esteem", "Excitement", "Fatigue", "Fear"),
    *("Happiness", "Pain", "Peace", "Pleasure", "Sadness", "Sensitivity", "Suffering", "Surprise", "Sympathy"),
    "Yearning",
]
# Shaver et al. (1987): six families with 25 subordinate clusters; Willcox (1982): six core feelings.
SHAVER = {"love": 3, "joy": 7, "surprise": 1, "anger": 6, "sadness": 6, "fear": 2}
WILLCOX = {"mad", "scared", "joyful", "powerful", "peaceful", "sad"}


def rows() -> list[dict[str, str]]:
    with files("harness.text").joinpath("emotion_terms.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_table_has_the_published_families() -> None:
    nodes = {row["shaver"] for row in rows() if row["shaver"]}
    assert {family: sum(node.startswith(f"{family}/") for node in nodes) for family in SHAVER} == SHAVER
    assert sum(SHAVER.values()) == len(nodes) == 25
    assert {row["willcox"].split("/")[0] for row in rows() if row["willcox"]} == WILLCOX


def test_no_word_form_belongs_to_two_terms() -> None:
    forms = [form for row in rows() for form in (row["term"], *row["forms"].split())]
    assert len(forms) == len(set(forms))


def test_the_table_names_only_known_labels_and_reaches_them_all() -> None:
    assert {label for row in rows() for label in row["basic"].split()} == set(BASIC)
    assert {label for row in rows() for label in row["emotic"].split()} == {label.lower() for label in EMOTIC}


@pytest.mark.parametrize("label", [*BASIC, *EMOTIC])
def test_every_label_has_a_term(label: str) -> None:
    assert label_term(label) is not None


def test_an_unknown_label_has_none() -> None:
    assert label_term("hunger") is None


def test_word_forms_two_word_forms_and_denial() -> None:
    assert {term.name for term in find_terms("Joyfully she smiles, let down by no one.")} == {"joy", "disappointment"}
    assert not find_terms("She is not let down.")
    assert categories("He isn't afraid but irritated and tired.", "emotic") == {"annoyance", "fatigue"}
    assert categories("A neutral face.", "basic") == {"neutral"}
    assert categories("A chair.", "basic") == frozenset()


@pytest.mark.parametrize(
    ("found", "true"),
    [({"a", "b"}, {"b", "c"}), ({"a"}, {"a"}), (set(), {"a"}), ({"a", "b", "c"}, {"c"}), ({"a"}, {"b"})],
)
def test_set_f1_is_scikit_learns(found: set[str], true: set[str]) -> None:
    universe = "abc"
    oracle = f1_score([u in true for u in universe], [u in found for u in universe])
    assert set_f1(frozenset(found), frozenset(true)) == pytest.approx(oracle)


def test_nothing_true_has_no_f1() -> None:
    assert np.isnan(set_f1(frozenset("a"), frozenset()))


def test_wheel_f1_by_hand() -> None:
    # "furious" is anger/rage and mad/angry; Annoyance is anger/irritation and mad/hateful: same family, other branch.
    assert wheel_f1(["furious"], [["Annoyance"]], 1) == pytest.approx([1.0])
    assert wheel_f1(["furious"], [["Annoyance"]], 2) == pytest.approx([0.0])
    # "weary and furious" against Fatigue: no place on Shaver's tree; on Willcox's {sad/tired, mad/angry}, F1 = 2/3.
    assert wheel_f1(["weary and furious"], [["Fatigue"]], 2) == pytest.approx([2 / 3])
    assert np.isnan(wheel_f1(["weary"], [["Neutral"]], 1)[0])
    assert np.isnan(wheel_f1(["weary"], [[]], 1)[0])


def test_category_f1_by_hand() -> None:
    scores = category_f1(["weary and happy", "", "happy"], [["Fatigue"], ["Fear"], []], "emotic")
    np.testing.assert_allclose(scores, [2 / 3, 0.0, np.nan])
