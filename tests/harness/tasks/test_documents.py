"""From features to documents: who is asked, who is not and why, what the right answer is."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from harness.kinds import Kind, get
from harness.tasks.documents import Question, document, split
from tests.making import PROVENANCE, features
from va_extractor.common.errors import InputError
from va_extractor.dataset import write_split
from va_extractor.emotions.labels import BASIC, EMOTIC


def question(root: Path, kind: Kind, labels: tuple[str, ...] = (), options: Path | None = None) -> Question:
    return Question(kind, str(root), "emotic", labels, options)


def written(root: Path, table: pa.Table) -> Path:
    write_split(table, PROVENANCE, root, "test")
    return root


def options(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_the_emotic_lookalike_as_sets(lookalike: Path) -> None:
    found = split(question(lookalike, get("multi_label"), EMOTIC), "test")
    assert found.excluded == {"no_face": 2}
    assert [item.item_id for item in found.items] == [f"test{row}" for row in range(2, 60)]
    for doc in found.items:
        assert json.loads(str(get("multi_label").target(doc))) == list(doc.labels)
        assert doc.choices is found.items[0].choices
        assert doc.choices == EMOTIC
        assert doc.label_weights is not None
        assert len(doc.label_weights) == len(doc.labels)


def test_the_emotic_lookalike_as_ranking(lookalike: Path) -> None:
    for doc in split(question(lookalike, get("ranking"), EMOTIC), "test").items:
        assert get("ranking").target(doc) == list(doc.labels)


def test_the_emotic_lookalike_as_description(lookalike: Path) -> None:
    found = split(question(lookalike, get("description")), "test")
    assert found.excluded == {"no_face": 2}
    for doc in found.items:
        assert doc.choices == ()
        assert doc.references[:1] in {(), (get("description").target(doc),)}


def test_a_split_that_is_not_there_is_empty(lookalike: Path) -> None:
    assert split(question(lookalike, get("description")), "validation").items == []


def test_rows_of_low_confidence_are_not_asked(tmp_path: Path) -> None:
    written(tmp_path, features(3, va_status=["ok", "low_confidence", "low_confidence"]))
    found = split(question(tmp_path, get("multi_label"), EMOTIC), "test")
    assert (len(found.items), found.excluded) == (1, {"low_confidence": 2})


def test_an_item_keeps_what_was_given_and_true(lookalike: Path) -> None:
    item = split(question(lookalike, get("multi_label"), EMOTIC), "test").items[5]
    [row] = [row for row in pq.read_table(lookalike / "emotic").to_pylist() if row["item_id"] == item.item_id]
    assert (item.item_id, item.cluster_id) == ("test7", "test-image2")
    for name in ("valence", "arousal", "labels", "label_weights", "annotator_labels", "references"):
        assert json.dumps(getattr(item, name)) == json.dumps(row[name])


def test_a_single_label_is_a_word_or_an_index(tmp_path: Path) -> None:
    written(tmp_path, features(2, labels=[["anger"], ["fear"]]))
    for by_index, targets in ((False, ["anger", "fear"]), (True, [0, 2])):
        asked = Question(get("single_label"), str(tmp_path), "emotic", BASIC, by_index=by_index)
        assert [document(asked, item)["target"] for item in split(asked, "test").items] == targets


@pytest.mark.parametrize("labels", [[["anger"], ["anger", "fear"]], [["anger"], []]])
def test_not_exactly_one_label_is_refused(tmp_path: Path, labels: list[list[str]]) -> None:
    written(tmp_path, features(2, labels=labels))
    with pytest.raises(InputError) as raised:
        split(question(tmp_path, get("single_label"), BASIC), "test")
    assert (raised.value.problem.field, raised.value.problem.found) == ("labels", labels[1])


def test_a_label_outside_the_set_is_named_with_the_nearest(tmp_path: Path) -> None:
    written(tmp_path, features(2, labels=[["anger"], ["suprise"]]))
    with pytest.raises(InputError) as raised:
        split(question(tmp_path, get("single_label"), BASIC), "test")
    found = raised.value.problem
    assert (found.field, found.found, found.code) == ("labels", "suprise", "unknown")
    assert "'surprise'" in (found.hint or "")


def test_options_come_from_the_file_in_its_order(tmp_path: Path) -> None:
    written(tmp_path, features(2, labels=[["calm"], ["glad"]]))
    path = options(tmp_path / "o.csv", "term,option_1,option_2,note\nglad,glad,sad,x\ncalm,tense,calm,y\n")
    docs = split(question(tmp_path, get("choice"), options=path), "test").items
    assert [doc.choices for doc in docs] == [("tense", "calm"), ("glad", "sad")]
    assert [get("choice").target(doc) for doc in docs] == ["calm", "glad"]


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
        split(question(tmp_path, get("choice"), options=path), "test")
    assert (raised.value.problem.file, raised.value.problem.code) == (path, code)


def test_options_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    written(tmp_path, features(1, labels=[["calm"]]))
    (tmp_path / "latin.csv").write_bytes("term,option_1\nblasé,blasé\n".encode("latin-1"))
    for name, code in (("none.csv", "missing"), ("latin.csv", "unreadable")):
        with pytest.raises(InputError) as raised:
            split(question(tmp_path, get("choice"), options=tmp_path / name), "test")
        assert (raised.value.problem.file, raised.value.problem.code) == (tmp_path / name, code)
