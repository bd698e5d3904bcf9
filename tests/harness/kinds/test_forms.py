"""What every form promises: right answers are read as right, silence as silence, and a distribution keeps its sum."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.special import softmax

from harness.kinds import form
from harness.kinds.arrays import Answered, outcome
from harness.kinds.derive import quadrant
from harness.kinds.reading import read
from harness.metrics.outcome import Confident, Distributed, Outcome
from harness.record import Answer, Item
from harness.record.kinds import MEASURED, Kind
from harness.scoring.baselines.answers import answer_texts, label_shares
from harness.scoring.ceilings.answers import ceiling_answers
from harness.tasks.documents import Doc, Question, item_of, split
from harness.tasks.features import SHIPPED
from tests.making import PROVENANCE, features, item
from va_extractor.common.errors import InputError
from va_extractor.dataset import write_split
from va_extractor.emotions.labels import BASIC, EMOTIC
from va_extractor.emotions.norms import norms
from va_extractor.emotions.prototypes import prototypes

FORMS = [kind for kind in Kind if form(kind)]


def question(root: Path | str, kind: Kind, labels: tuple[str, ...] = (), derive: str | None = None) -> Question:
    return Question(kind, str(root), "emotic", labels, derive=derive)


def distributions(root: Path, labels: list[list[str]], weights: list[list[float]] | None) -> list[Doc]:
    columns = {"labels": labels} | ({"label_weights": weights} if weights else {})
    write_split(features(len(labels), **columns), PROVENANCE, root, "test")
    return list(split(question(root, Kind.DISTRIBUTION, EMOTIC), "test").docs)


def test_votes_are_divided_by_their_sum_and_labels_without_votes_share_alike(tmp_path: Path) -> None:
    voted = distributions(tmp_path / "voted", [["Anger", "Fear"], ["Peace"]], [[1.0, 0.25], [0.5]])
    shares = item_of(voted[0]).shares
    assert shares is not None
    assert dict(zip(EMOTIC, shares, strict=True)) == dict.fromkeys(EMOTIC, 0.0) | {"Anger": 0.8, "Fear": 0.2}
    assert json.loads(voted[1]["target"])["Peace"] == 1.0
    plain = item_of(distributions(tmp_path / "plain", [["Anger", "Fear"], []], None)[0]).shares
    assert plain is not None
    assert sorted(plain)[-3:] == [0.0, 0.5, 0.5]


def test_an_item_without_labels_is_not_asked_for_shares_or_words(tmp_path: Path) -> None:
    write_split(features(3, labels=[["Anger"], [], ["Fear"]]), PROVENANCE, tmp_path, "test")
    for kind, labels in ((Kind.DISTRIBUTION, EMOTIC), (Kind.WORDS, ())):
        found = split(question(tmp_path, kind, labels), "test")
        assert len(found.docs) == 2
        assert found.excluded == {"no_label": 1}


@pytest.mark.parametrize("kind", FORMS)
def test_silence_and_refusal_are_told_apart_and_never_read(kind: Kind) -> None:
    derive = {Kind.CONFLICT: "conflict", Kind.COORDINATES: "word", Kind.CHANGE: "trajectory"}.get(kind)
    labels = {Kind.CONFIDENCE: BASIC, Kind.DISTRIBUTION: BASIC, Kind.CONFLICT: quadrant.LABELS}.get(kind, ())
    source = "norms" if derive else "iimi"
    doc = split(Question(kind, SHIPPED, source, labels, derive=derive), "test").docs[0]
    asked = item_of(doc)
    statuses = [read(kind, asked, Answer(text=text)).status for text in ("", " \n", "I'm sorry, I can't help.", "hm")]
    assert statuses[:3] == ["empty", "empty", "refused"]
    assert statuses[3] == "unparsed"
    made = form(kind)
    assert made is not None
    if kind in MEASURED:
        assert read(kind, asked, Answer(text=made.oracle(doc))).status == "ok"
        return
    right = made.scores(asked, read(kind, asked, Answer(text=made.oracle(doc))))
    first = next(iter(right))
    assert right[first] == pytest.approx(1.0)
    assert (made.scores(asked, read(kind, asked, Answer(text="hm")))[first] or 0.0) < 0.6


def test_a_confidence_without_a_label_and_a_label_without_a_confidence_are_no_answer() -> None:
    doc = split(Question(Kind.CONFIDENCE, SHIPPED, "iimi", BASIC), "test").docs[0]
    asked = item_of(doc)
    for text in ("anger", "anger, confidence: high", "80%", "anger or fear, 80"):
        assert read(Kind.CONFIDENCE, asked, Answer(text=text)).status == "unparsed", text
    found = read(Kind.CONFIDENCE, asked, Answer(text="**Anger** (80%)"))
    assert (found.labels, found.numbers) == (("anger",), (0.8,))


def outcome_of(kind: Kind, labels: tuple[str, ...], items: list[Item], texts: list[str]) -> Outcome:
    rows = [(one, Answer(text=text)) for one, text in zip(items, texts, strict=True)]
    return outcome(kind, labels, [Answered(one, answer, read(kind, one, answer), {}) for one, answer in rows])


def test_silence_is_wrong_with_full_confidence() -> None:
    items = [item(number, labels=["anger"], choices=BASIC) for number in range(3)]
    found = outcome_of(Kind.CONFIDENCE, BASIC, items, ["anger, 20", "anger", "I would rather not say"])
    assert isinstance(found, Confident)
    assert found.confidence.tolist() == [0.2, 1.0, 1.0]
    assert (found.predicted == found.gold).tolist() == [True, False, False]


def test_numbers_that_sum_to_neither_one_nor_a_hundred_are_divided_by_their_sum_and_counted() -> None:
    items = [item(number, labels=["anger"], choices=BASIC, shares=(1.0,) + (0.0,) * 6) for number in range(5)]
    said = [
        {"anger": 0.5, "fear": 0.5},
        {"anger": 50, "fear": 50},
        {"anger": 3, "fear": 3},
        {"anger": 0.51, "fear": 0.5},
    ]
    found = outcome_of(Kind.DISTRIBUTION, BASIC, items, [*map(json.dumps, said), "equal"])
    assert isinstance(found, Distributed)
    assert found.unnormalised[:4].tolist() == [0.0, 0.0, 1.0, 0.0]
    assert np.isnan(found.unnormalised[4])
    assert found.answered[:3, [0, 2]] == pytest.approx(np.full((3, 2), 0.5))
    assert np.isnan(found.answered[4]).all()


def test_shares_of_every_baseline_sum_to_one_and_are_what_it_says() -> None:
    docs = list(split(Question(Kind.DISTRIBUTION, SHIPPED, "iimi", BASIC), "test").docs)[::20]
    for name in ("uniform", "majority", "prototype", "gaussian", "knn", "logistic"):
        shares = label_shares(name, docs)
        assert shares.sum(axis=1) == pytest.approx(np.ones(len(docs))), name
        said = [list(json.loads(text).values()) for text in answer_texts(name, docs)]
        assert np.array(said) == pytest.approx(shares, abs=0.0006), name


def test_prototype_gives_odds_by_distance_at_the_mean_published_spread() -> None:
    docs = list(split(Question(Kind.DISTRIBUTION, SHIPPED, "iimi", BASIC), "test").docs)[::60]
    points = np.array([(doc["valence"], doc["arousal"]) for doc in docs])
    spread = np.mean([norm.valence_sd for norm in norms().values() if norm.valence_sd]
                     + [norm.arousal_sd for norm in norms().values() if norm.arousal_sd])  # fmt: skip
    expected = softmax(-(cdist(points, prototypes(BASIC)) ** 2) / (2 * spread**2), axis=1)
    assert label_shares("prototype", docs) == pytest.approx(expected, abs=1e-6)


def test_uniform_shares_are_uniform_on_the_simplex() -> None:
    docs = list(split(Question(Kind.DISTRIBUTION, SHIPPED, "iimi", BASIC), "test").docs)
    shares = label_shares("uniform", docs)
    assert shares.mean(axis=0) == pytest.approx(np.full(7, 1 / 7), abs=0.02)
    assert shares.var(axis=0).mean() == pytest.approx(6 / (49 * 8), rel=0.15)  # of Dirichlet(1, ..., 1)


def test_ceilings_answer_shares_confidences_and_statements_but_nothing_that_a_rule_reads() -> None:
    judged = Question(Kind.CONFIDENCE, SHIPPED, "emotic", ("true", "false"), derive="judge")
    for asked in (*(Question(kind, SHIPPED, "iimi", BASIC) for kind in (Kind.DISTRIBUTION, Kind.CONFIDENCE)), judged):
        kind, docs = asked.kind, list(split(asked, "test").docs)[:5]
        answers = ceiling_answers(docs, by_likelihood=False)
        assert {"gaussian", "knn", "logistic", "boosting", "lookup"} <= set(answers)
        for given in answers.values():
            assert all(read(kind, item_of(doc), one).status == "ok" for doc, one in zip(docs, given, strict=True))
    read_off = Question(Kind.SINGLE_LABEL, SHIPPED, "norms", quadrant.LABELS, derive="quadrant")
    assert ceiling_answers(list(split(read_off, "test").docs)[:5], by_likelihood=False) == {}


def test_constant_words_are_the_commonest_labels(tmp_path: Path) -> None:
    labels = [["Fear"]] * 4 + [["Anger"]] * 3 + [["Peace", "Pain"]] * 2 + [["Fatigue"], ["Esteem"]]
    write_split(features(11, labels=labels), PROVENANCE, tmp_path, "test")
    docs = list(split(question(tmp_path, Kind.WORDS), "test").docs)
    said = {name: set(answer_texts(name, docs)) for name in ("majority", "top5", "all")}
    assert said == {
        "majority": {"fear"},
        "top5": {"fear, anger, pain, peace, esteem"},
        "all": {"fear, anger, pain, peace, esteem, fatigue"},
    }


def test_prototype_looks_words_up_and_majority_says_their_mean() -> None:
    docs = list(split(Question(Kind.COORDINATES, SHIPPED, "norms", derive="word"), "test").docs)
    for doc, text in zip(docs, answer_texts("prototype", docs), strict=True):
        found = norms()[str(doc["statement"])]
        assert read(Kind.COORDINATES, item_of(doc), Answer(text=text)).numbers == (found.valence, found.arousal)
    [constant] = set(answer_texts("majority", docs))
    said = read(Kind.COORDINATES, item_of(docs[0]), Answer(text=constant)).numbers
    assert said == pytest.approx(
        (np.mean([d["valence"] for d in docs]), np.mean([d["arousal"] for d in docs])), abs=1e-3
    )


def test_a_change_is_told_by_the_published_terms_nearest_to_its_ends() -> None:
    docs = list(split(Question(Kind.CHANGE, SHIPPED, "norms", derive="trajectory"), "test").docs)
    terms = list(norms())
    places = np.array([(norms()[term].valence, norms()[term].arousal) for term in terms])

    def named(points: list[tuple[float, float]]) -> list[str]:
        return [
            f"The person's emotional state can be called {terms[at]}." for at in cdist(points, places).argmin(axis=1)
        ]

    for doc, text in zip(docs, answer_texts("prototype", docs), strict=True):
        said = read(Kind.CHANGE, item_of(doc), Answer(text=text)).text
        assert said == "\n".join(named([doc["points"][0], doc["points"][-1]]))
        assert doc["target"] == text
    [constant] = set(answer_texts("majority", docs))
    means = np.mean([(doc["points"][0], doc["points"][-1]) for doc in docs], axis=0)
    assert read(Kind.CHANGE, item_of(docs[0]), Answer(text=constant)).text == "\n".join(named(means))


def test_a_change_that_is_not_told_in_two_sentences_is_unparsed_with_the_reason() -> None:
    doc = split(Question(Kind.CHANGE, SHIPPED, "norms", derive="trajectory"), "test").docs[0]
    parsed = read(Kind.CHANGE, item_of(doc), Answer(text="<think>At first x.</think>At first, they are sad."))
    assert parsed.model_dump(exclude_defaults=True) == {
        "status": "unparsed",
        "reason": 'no sentence begins with "In the end"',
    }
    assert "reason" not in read(Kind.CHANGE, item_of(doc), Answer(text=str(doc["target"]))).model_dump()


def test_a_change_without_a_sequence_is_refused() -> None:
    with pytest.raises(InputError, match=r"write metadata\.derive: trajectory"):
        split(Question(Kind.CHANGE, SHIPPED, "norms"), "test")


def test_free_words_of_the_oracle_stand_for_every_label_there_is() -> None:
    made = form(Kind.WORDS)
    assert made is not None
    for vocabulary in (BASIC, EMOTIC):
        for label in vocabulary:
            doc = split(Question(Kind.WORDS, SHIPPED, "emotic"), "test").docs[0]
            text = made.target(Doc(**{**doc, "labels": [label]}))
            assert made.read(item_of(doc), text).status == "ok", label
