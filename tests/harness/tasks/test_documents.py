"""From features to documents: who is asked, who is not and why, what the right answer is."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest

from harness.record.kinds import Kind
from harness.tasks.documents import Question, item_of, nearest, split
from tests.making import PROVENANCE, features
from va_extractor.common.errors import InputError
from va_extractor.dataset import write_split
from va_extractor.emotions.labels import BASIC, EMOTIC


def question(root: Path, kind: Kind, labels: tuple[str, ...] = (), options: Path | None = None) -> Question:
    return Question(kind, str(root), "emotic", labels, options, by_index=kind is Kind.RANKING)


def written(root: Path, table: pa.Table) -> Path:
    write_split(table, PROVENANCE, root, "test")
    return root


def options(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_the_emotic_lookalike_as_sets(lookalike: Path) -> None:
    found = split(question(lookalike, Kind.MULTI_LABEL, EMOTIC), "test")
    assert found.excluded == {"no_face": 2}
    assert [doc["item_id"] for doc in found.docs] == [f"test{row}" for row in range(2, 60)]
    for doc in found.docs:
        assert json.loads(doc["target"]) == doc["labels"]
        assert doc["choices"] == list(EMOTIC)
        assert doc["label_weights"] is not None
        assert len(doc["label_weights"]) == len(doc["labels"])


def test_the_emotic_lookalike_as_ranking(lookalike: Path) -> None:
    for doc in split(question(lookalike, Kind.RANKING, EMOTIC), "test").docs:
        assert doc["target"] == doc["labels"]


def test_the_emotic_lookalike_as_description(lookalike: Path) -> None:
    found = split(question(lookalike, Kind.DESCRIPTION), "test")
    assert found.excluded == {"no_face": 2, "no_reference": 1}
    for doc in found.docs:
        assert doc["choices"] == []
        assert doc["target"] == doc["references"][0]
        assert doc["reference_kind"] == "human"


def test_a_split_that_is_not_there_is_empty(lookalike: Path) -> None:
    assert split(question(lookalike, Kind.DESCRIPTION), "validation").docs == []


def test_rows_of_low_confidence_are_not_asked(tmp_path: Path) -> None:
    written(tmp_path, features(3, va_status=["ok", "low_confidence", "low_confidence"]))
    found = split(question(tmp_path, Kind.MULTI_LABEL, EMOTIC), "test")
    assert (len(found.docs), found.excluded) == (1, {"low_confidence": 2})


def test_an_item_keeps_what_was_given_and_true(lookalike: Path) -> None:
    doc = split(question(lookalike, Kind.MULTI_LABEL, EMOTIC), "test").docs[5]
    item = item_of(doc)
    assert (item.item_id, item.cluster_id, item.valence, item.arousal) == (
        "test7", "test-image2", doc["valence"], doc["arousal"],
    )  # fmt: skip
    assert list(item.labels) == doc["labels"]
    assert list(item.label_weights or ()) == doc["label_weights"]


def test_a_single_label_is_a_word_or_an_index(tmp_path: Path) -> None:
    written(tmp_path, features(2, labels=[["anger"], ["fear"]]))
    words = split(Question(Kind.SINGLE_LABEL, str(tmp_path), "emotic", BASIC), "test")
    indices = split(Question(Kind.SINGLE_LABEL, str(tmp_path), "emotic", BASIC, by_index=True), "test")
    assert [doc["target"] for doc in words.docs] == ["anger", "fear"]
    assert [doc["target"] for doc in indices.docs] == [0, 2]


@pytest.mark.parametrize("labels", [[["anger"], ["anger", "fear"]], [["anger"], []]])
def test_not_exactly_one_label_is_refused(tmp_path: Path, labels: list[list[str]]) -> None:
    written(tmp_path, features(2, labels=labels))
    with pytest.raises(InputError) as raised:
        split(question(tmp_path, Kind.SINGLE_LABEL, BASIC), "test")
    assert (raised.value.problem.field, raised.value.problem.found) == ("labels", labels[1])


def test_a_label_outside_the_set_is_named_with_the_nearest(tmp_path: Path) -> None:
    written(tmp_path, features(2, labels=[["anger"], ["suprise"]]))
    with pytest.raises(InputError) as raised:
        split(question(tmp_path, Kind.SINGLE_LABEL, BASIC), "test")
    found = raised.value.problem
    assert (found.field, found.found, found.code) == ("labels", "suprise", "unknown")
    assert "surprise" in found.what


def test_options_come_from_the_file_in_its_order(tmp_path: Path) -> None:
    written(tmp_path, features(2, labels=[["calm"], ["glad"]]))
    path = options(tmp_path / "o.csv", "term,option_1,option_2,note\nglad,glad,sad,x\ncalm,tense,calm,y\n")
    docs = split(question(tmp_path, Kind.CHOICE, options=path), "test").docs
    assert [doc["choices"] for doc in docs] == [["tense", "calm"], ["glad", "sad"]]
    assert [doc["target"] for doc in docs] == ["calm", "glad"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("term,option_1,option_2\nglad,glad,sad\n", "missing"),
        ("term,option_1,option_2\ncalm,tense,sad\n", "conflict"),
        ("term,option_1,option_2\ncalm,calm,calm\n", "conflict"),
        ("term,option_1,option_2\ncalm,calm\n", "conflict"),
        ("word,option_1\ncalm,calm\n", "missing"),
        ("term,first\ncalm,calm\n", "missing"),
        ("", "missing"),
    ],
)
def test_options_that_do_not_fit_are_named(tmp_path: Path, text: str, code: str) -> None:
    written(tmp_path, features(1, labels=[["calm"]]))
    path = options(tmp_path / "o.csv", text)
    with pytest.raises(InputError) as raised:
        split(question(tmp_path, Kind.CHOICE, options=path), "test")
    assert (raised.value.problem.file, raised.value.problem.code) == (path, code)


def test_options_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    written(tmp_path, features(1, labels=[["calm"]]))
    (tmp_path / "latin.csv").write_bytes("term,option_1\nblasé,blasé\n".encode("latin-1"))
    for name in ("none.csv", "latin.csv"):
        with pytest.raises(InputError) as raised:
            split(question(tmp_path, Kind.CHOICE, options=tmp_path / name), "test")
        assert (raised.value.problem.file, raised.value.problem.code) == (tmp_path / name, "unreadable")


def test_nearest_names_or_nothing() -> None:
    assert nearest("iimi_basik", ["iimi_basic", "norms_term"]) == " (did you mean iimi_basic?)"
    assert nearest("xyz", ["iimi_basic"]) == ""
