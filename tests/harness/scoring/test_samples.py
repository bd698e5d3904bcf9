"""From what lm-eval hands over to samples."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.kinds import Kind, get
from harness.kinds.reading import to_answer
from harness.models.lm_eval import Asked
from harness.record import Answer, Sample
from harness.scoring.anchors import anchors
from harness.scoring.samples import answered_by, judge, make_samples
from harness.tasks.documents import Question, document, split
from tests.making import item, toy_instruments
from va_extractor.common.errors import InputError
from va_extractor.emotions.labels import EMOTIC

LABELS = ("a", "b", "c")


def asked(root: Path, kind: Kind, results: list[object]) -> list[Asked]:
    question = Question(kind, str(root), "emotic", () if kind is get("description") else EMOTIC)
    items = split(question, "test").items[:5]
    return [Asked(document(question, item), "prompt", "0" * 64, results) for item in items]


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        (["Joy."], Answer(text="Joy.")),
        ([""], Answer(text="")),
        ([None], Answer(text="")),
        ([(-1.5, True), (-2.0, False)], Answer(loglikelihoods=(-1.5, -2.0))),
        ([(0, True), (-1e300, False)], Answer(loglikelihoods=(0.0, -1e300))),
    ],
)
def test_results_become_answers(results: list[str | tuple[float, bool] | None], expected: Answer) -> None:
    assert to_answer(results) == expected


@given(text=st.text(alphabet=st.characters()))
def test_any_text_can_be_written_and_read_again(text: str) -> None:
    answer = to_answer([text])
    assert Answer.model_validate_json(answer.model_dump_json()) == answer
    assert answer.text is not None
    assert len(answer.text) == len(text)


@pytest.mark.parametrize("score", [math.nan, math.inf, -math.inf])
def test_a_loglikelihood_that_cannot_be_ranked_is_one_line(score: float) -> None:
    with pytest.raises(InputError) as raised:
        to_answer([(-1.0, True), (score, False)])
    assert raised.value.problem.code == "range"
    assert str(raised.value.problem.found) == str(score)


@pytest.mark.parametrize(
    ("kind", "results"),
    [
        (get("multi_label"), ["[]"]),
        (get("ranking"), [(-float(number), False) for number in range(26)]),
        (get("description"), ["The person is at ease."]),
    ],
)
def test_samples_hold_question_and_answer(kind: Kind, results: list[object], lookalike: Path) -> None:
    given_docs = asked(lookalike, kind, results)
    samples = make_samples(kind, given_docs, toy_instruments())
    assert [one.item.item_id for one in samples] == [one.doc["item"].item_id for one in given_docs]
    for one in samples:
        assert one.answer == to_answer(results)  # type: ignore[arg-type]
        assert Sample.model_validate_json(one.model_dump_json()) == one


@pytest.mark.parametrize(
    ("text", "correct"), [("a", 1.0), ("B", 0.0), ("a or b", 0.0), ("", 0.0), ("I can't.", 0.0), ("not a", 0.0)]
)
def test_single_answers_are_right_or_wrong(text: str, correct: float) -> None:
    _, scores = judge(get("single_label"), [item(labels=["a"], choices=LABELS)], [Answer(text=text)], None)
    assert scores == [{"correct": correct}]


@pytest.mark.parametrize(
    ("gold", "text", "f1", "jaccard"),
    [
        (["a", "b"], '["b", "c"]', 0.5, 1 / 3),
        (["a", "b"], '["a", "b"]', 1.0, 1.0),
        (["a"], "[]", 0.0, 0.0),
        ([], "[]", 1.0, 1.0),
        (["a"], "nothing to say", 0.0, 0.0),
    ],
)
def test_sets_agree_by_f1_and_jaccard(gold: list[str], text: str, f1: float, jaccard: float) -> None:
    _, (scores,) = judge(get("multi_label"), [item(labels=gold, choices=LABELS)], [Answer(text=text)], None)
    assert scores["f1"] == pytest.approx(f1)
    assert scores["jaccard"] == pytest.approx(jaccard)


@pytest.mark.parametrize("text", ["", "I'm sorry, but I can't tell.", "<think>hm"])
def test_a_description_that_is_none_scores_nothing_and_is_not_left_out(text: str) -> None:
    items = [item(number, labels=[], references=(f"r{number}",)) for number in range(3)]
    parsed, scores = judge(get("description"), items, [Answer(text=text)] * 3, toy_instruments())
    assert all(one.status != "ok" for one in parsed)
    assert all(set(row.values()) <= {0.0, None} for row in scores)


def test_baselines_are_read_like_the_model(lookalike: Path) -> None:
    samples = make_samples(get("multi_label"), asked(lookalike, get("multi_label"), ["[]"]), None)
    docs = [one.doc for one in asked(lookalike, get("multi_label"), ["[]"])]
    found = anchors(docs[0]["question"], [doc["item"] for doc in docs], by_likelihood=False, by=None).baselines
    for name, size in (("all", 26), ("top5", 5), ("majority", 1), ("prototype", 5)):
        rows = answered_by(name, found[name], get("multi_label"), samples)
        assert [len(row.parsed.labels) for row in rows] == [size] * len(samples)
