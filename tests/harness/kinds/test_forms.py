"""What every form promises: right answers are read as right, silence as silence, and a distribution keeps its sum."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.special import softmax

from harness.kinds import Answered, Kind, all_kinds, get
from harness.kinds.base import TEXT
from harness.kinds.derive import quadrant
from harness.kinds.reading import read
from harness.metrics.outcome import Confident, Distributed, Outcome
from harness.record import Answer, Item
from harness.scoring.baselines.answers import Baseline
from harness.scoring.ceilings.answers import ceiling_answers
from harness.tasks.catalogue import TASKS
from harness.tasks.documents import Question, split
from harness.tasks.features import SHIPPED
from harness.text.emotion_words import wheel_f1
from tests.making import PROVENANCE, features, item
from va_extractor.dataset import write_split
from va_extractor.emotions.labels import BASIC, EMOTIC
from va_extractor.emotions.prototypes import norms

OPTIONS = TASKS / "norms" / "options.csv"
SHARES = Question(get("distribution"), SHIPPED, "iimi", BASIC)


def question(root: Path | str, kind: Kind, labels: tuple[str, ...] = (), derive: str | None = None) -> Question:
    return Question(kind, str(root), "emotic", labels, derive=derive)


def distributions(root: Path, labels: list[list[str]], weights: list[list[float]] | None) -> list[Item]:
    columns = {"labels": labels} | ({"label_weights": weights} if weights else {})
    write_split(features(len(labels), **columns), PROVENANCE, root, "test")
    return list(split(question(root, get("distribution"), EMOTIC), "test").items)


def test_votes_are_divided_by_their_sum_and_labels_without_votes_share_alike(tmp_path: Path) -> None:
    voted = distributions(tmp_path / "voted", [["Anger", "Fear"], ["Peace"]], [[1.0, 0.25], [0.5]])
    shares = voted[0].shares
    assert shares is not None
    assert dict(zip(EMOTIC, shares, strict=True)) == dict.fromkeys(EMOTIC, 0.0) | {"Anger": 0.8, "Fear": 0.2}
    assert json.loads(str(get("distribution").target(voted[1])))["Peace"] == 1.0
    plain = distributions(tmp_path / "plain", [["Anger", "Fear"], []], None)[0].shares
    assert plain is not None
    assert sorted(plain)[-3:] == [0.0, 0.5, 0.5]


def test_an_item_without_labels_is_not_asked_for_shares_or_words(tmp_path: Path) -> None:
    write_split(features(3, labels=[["Anger"], [], ["Fear"]]), PROVENANCE, tmp_path, "test")
    for kind, labels in ((get("distribution"), EMOTIC), (get("words"), ())):
        found = split(question(tmp_path, kind, labels), "test")
        assert len(found.items) == 2
        assert found.excluded == {"no_label": 1}


@pytest.mark.parametrize("kind", [kind for kind in all_kinds() if TEXT in kind.output_types])
def test_silence_and_refusal_are_told_apart_and_never_read(kind: Kind) -> None:
    labels = quadrant.LABELS if kind.derived_by else BASIC
    asked = Question(
        kind,
        SHIPPED,
        "norms" if kind.derived_by or kind.offers == "options" else "emotic" if kind.references else "iimi",
        labels if kind.offers == "labels" else (),
        OPTIONS if kind.offers == "options" else None,
        derive=kind.derived_by,
    )
    first = split(asked, "test").items[0]
    statuses = [read(kind, first, Answer(text=text)).status for text in ("", " \n", "I'm sorry, I can't help.")]
    assert statuses == ["empty", "empty", "refused"]
    right = read(kind, first, Answer(text=kind.oracle(first)))
    assert right.status == "ok"
    if not kind.measured:
        wrong = read(kind, first, Answer(text="hm"))
        assert wrong.status == "unparsed"
        name = next(iter(kind.scores(first, right)))
        assert kind.scores(first, right)[name] == pytest.approx(1.0)
        assert (kind.scores(first, wrong)[name] or 0.0) < 0.6


def test_a_confidence_without_a_label_and_a_label_without_a_confidence_are_no_answer() -> None:
    asked = split(Question(get("confidence"), SHIPPED, "iimi", BASIC), "test").items[0]
    for text in ("anger", "anger, confidence: high", "80%", "anger or fear, 80"):
        assert read(get("confidence"), asked, Answer(text=text)).status == "unparsed", text
    found = read(get("confidence"), asked, Answer(text="**Anger** (80%)"))
    assert (found.labels, found.numbers) == (("anger",), (0.8,))


def outcome_of(kind: Kind, labels: tuple[str, ...], items: list[Item], texts: list[str]) -> Outcome:
    rows = [(one, Answer(text=text)) for one, text in zip(items, texts, strict=True)]
    return kind.outcome(labels, [Answered(one, answer, read(kind, one, answer), {}) for one, answer in rows])


def test_silence_is_wrong_with_full_confidence() -> None:
    items = [item(number, labels=["anger"], choices=BASIC) for number in range(3)]
    found = outcome_of(get("confidence"), BASIC, items, ["anger, 20", "anger", "I would rather not say"])
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
    found = outcome_of(get("distribution"), BASIC, items, [*map(json.dumps, said), "equal"])
    assert isinstance(found, Distributed)
    assert found.unnormalised[:4].tolist() == [0.0, 0.0, 1.0, 0.0]
    assert np.isnan(found.unnormalised[4])
    assert found.answered[:3, [0, 2]] == pytest.approx(np.full((3, 2), 0.5))
    assert np.isnan(found.answered[4]).all()


def test_shares_of_every_baseline_sum_to_one_and_are_what_it_says() -> None:
    docs = list(split(SHARES, "test").items)[::20]
    for name in ("uniform", "majority", "prototype", "gaussian", "knn", "logistic"):
        by = Baseline(name, SHARES, docs)
        shares = by.shares()
        assert shares.sum(axis=1) == pytest.approx(np.ones(len(docs))), name
        said = [list(json.loads(text).values()) for text in by.texts()]
        assert np.array(said) == pytest.approx(shares, abs=0.0006), name


def centers(question: Question) -> np.ndarray:
    train = split(question, "train").items
    return np.array([
        np.mean([(one.valence, one.arousal) for one in train if label in one.labels], axis=0)
        for label in question.labels
    ])  # fmt: skip


def test_prototype_gives_odds_by_distance_at_the_mean_published_spread() -> None:
    docs = list(split(SHARES, "test").items)[::60]
    points = np.array([(doc.valence, doc.arousal) for doc in docs])
    spread = np.mean([norm.valence_sd for norm in norms().values() if norm.valence_sd]
                     + [norm.arousal_sd for norm in norms().values() if norm.arousal_sd])  # fmt: skip
    expected = softmax(-(cdist(points, centers(SHARES)) ** 2) / (2 * spread**2), axis=1)
    assert Baseline("prototype", SHARES, docs).shares() == pytest.approx(expected, abs=1e-6)


def test_uniform_shares_are_uniform_on_the_simplex() -> None:
    docs = list(split(SHARES, "test").items)
    shares = Baseline("uniform", SHARES, docs).shares()
    assert shares.mean(axis=0) == pytest.approx(np.full(7, 1 / 7), abs=0.02)
    assert shares.var(axis=0).mean() == pytest.approx(6 / (49 * 8), rel=0.15)  # of Dirichlet(1, ..., 1)


def test_ceilings_answer_shares_confidences_and_statements_but_nothing_that_a_rule_reads() -> None:
    judged = Question(get("confidence"), SHIPPED, "emotic", ("true", "false"), derive="judge")
    for asked in (
        *(Question(kind, SHIPPED, "iimi", BASIC) for kind in (get("distribution"), get("confidence"))),
        judged,
    ):
        kind, docs = asked.kind, list(split(asked, "test").items)[:5]
        answers = ceiling_answers(asked, docs, by_likelihood=False)
        assert {"gaussian", "knn", "logistic", "boosting", "lookup"} <= set(answers)
        for given in answers.values():
            assert all(read(kind, doc, one).status == "ok" for doc, one in zip(docs, given, strict=True))
    read_off = Question(get("single_label"), SHIPPED, "norms", quadrant.LABELS, derive="quadrant")
    assert ceiling_answers(read_off, split(read_off, "test").items[:5], by_likelihood=False) == {}


def test_constant_words_are_the_commonest_labels_or_no_worse_than_any(tmp_path: Path) -> None:
    labels = [["Fear"]] * 4 + [["Anger"]] * 3 + [["Peace", "Pain"]] * 2 + [["Fatigue"], ["Esteem"]]
    write_split(features(11, labels=labels), PROVENANCE, tmp_path, "test")
    asked = question(tmp_path, get("words"))
    docs = split(asked, "test").items
    said = {name: set(Baseline(name, asked, docs).texts()) for name in ("majority", "top5", "all")}
    [best], names = said.pop("majority"), [doc.labels for doc in docs]
    rivals = [*norms(), "fear", "fear, anger", "fear, anger, peace", *said["top5"], *said["all"]]
    scores = [wheel_f1([text] * len(docs), names, 1).mean() for text in (best, *rivals)]
    assert scores[0] >= max(scores[1:])
    assert said == {
        "top5": {"fear, anger, pain, peace, esteem"},
        "all": {"fear, anger, pain, peace, esteem, fatigue"},
    }


def test_prototype_looks_words_up_and_majority_says_their_mean() -> None:
    asked = Question(get("coordinates"), SHIPPED, "norms", derive="word")
    docs = split(asked, "test").items
    for doc, text in zip(docs, Baseline("prototype", asked, docs).texts(), strict=True):
        found = norms()[str(doc.statement)]
        assert read(get("coordinates"), doc, Answer(text=text)).numbers == (found.valence, found.arousal)
    [constant] = set(Baseline("majority", asked, docs).texts())
    said = read(get("coordinates"), docs[0], Answer(text=constant)).numbers
    assert said == pytest.approx(
        (np.mean([one.valence for one in docs]), np.mean([one.arousal for one in docs])), abs=1e-3
    )


def test_a_change_is_told_by_the_published_terms_nearest_to_its_ends() -> None:
    asked = Question(get("change"), SHIPPED, "norms", derive="trajectory")
    docs = split(asked, "test").items
    terms = list(norms())
    places = np.array([(norms()[term].valence, norms()[term].arousal) for term in terms])

    def named(points: list[tuple[float, float]]) -> list[str]:
        return [
            f"The person's emotional state can be called {terms[at]}." for at in cdist(points, places).argmin(axis=1)
        ]

    for doc, text in zip(docs, Baseline("prototype", asked, docs).texts(), strict=True):
        said = read(get("change"), doc, Answer(text=text)).text
        assert said == "\n".join(named([doc.points[0], doc.points[-1]]))
        assert get("change").target(doc) == text
    [constant] = set(Baseline("majority", asked, docs).texts())
    means = np.mean([(doc.points[0], doc.points[-1]) for doc in docs], axis=0)
    assert read(get("change"), docs[0], Answer(text=constant)).text == "\n".join(named(means))


def test_a_change_that_is_not_told_in_two_sentences_is_unparsed_with_the_reason() -> None:
    doc = split(Question(get("change"), SHIPPED, "norms", derive="trajectory"), "test").items[0]
    parsed = read(get("change"), doc, Answer(text="<think>At first x.</think>At first, they are sad."))
    assert parsed.model_dump(exclude_defaults=True) == {
        "status": "unparsed",
        "reason": 'no sentence begins with "In the end"',
    }
    assert read(get("change"), doc, Answer(text=get("change").oracle(doc))).reason is None


def test_free_words_of_the_oracle_stand_for_every_label_there_is() -> None:
    made = get("words")
    for label in (*BASIC, *EMOTIC):
        one = item(0, labels=[label])
        assert made.read(one, made.oracle(one)).status == "ok", label
