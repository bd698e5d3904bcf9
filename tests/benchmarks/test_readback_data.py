"""What the reader is trained and tested on."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import yaml

from benchmarks.readback_data import (
    FRAMES,
    framed_examples,
    learned_terms,
    placed_terms,
    read_emobank,
    read_rated_words,
)
from benchmarks.registers import register_texts, registers
from va_extractor.common.errors import InputError
from va_extractor.emotions.prototypes import norms

EMOBANK = 'id,split,V,A,D,text\na,train,5,1,3,"Good, fine."\nb,dev,2,4,3,Bad.\nc,train,3,3,3," "\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "data.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_emobank_is_scaled_and_blank_texts_left_out(tmp_path: Path) -> None:
    train = read_emobank(written(tmp_path, EMOBANK), "train")
    assert train.texts == ["Good, fine."]
    np.testing.assert_allclose(train.va, [[1.0, -1.0]])


def test_rated_words_are_scaled_and_filtered(tmp_path: Path) -> None:
    words = read_rated_words(written(tmp_path, "word,V,A\nJoy,9,5\nhappy,8,8\n"), without=frozenset({"happy"}))
    assert words.texts == ["Joy"]
    np.testing.assert_allclose(words.va, [[1.0, 0.0]])


@pytest.mark.parametrize(
    ("content", "code"),
    [("a,b\n1,2\n", "missing"), (EMOBANK.replace("train,5", "train,x"), "type")],
)
def test_a_bad_file_is_named(tmp_path: Path, content: str, code: str) -> None:
    path = written(tmp_path, content)
    with pytest.raises(InputError) as error:
        read_emobank(path, "train")
    assert (error.value.problem.code, error.value.problem.file) == (code, path)


def test_a_missing_file_and_a_missing_split_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError) as file:
        read_emobank(tmp_path / "none.csv", "train")
    with pytest.raises(InputError) as split:
        read_emobank(written(tmp_path, EMOBANK), "test")
    assert (file.value.problem.code, split.value.problem.code) == ("missing", "missing")
    assert split.value.problem.found == "test"


def test_framed_terms_carry_the_published_figures() -> None:
    examples = framed_examples(0)
    points = dict(zip(examples.texts, examples.va, strict=True))
    frames = yaml.safe_load(FRAMES.read_text(encoding="utf-8"))
    terms = placed_terms()
    angry = norms()["angry"]
    np.testing.assert_array_equal(terms["angry"], [angry.valence, angry.arousal])
    np.testing.assert_allclose(np.hypot(*terms["calm"]), 0.8)
    assert np.rad2deg(np.arctan2(*terms["calm"][::-1])) % 360 == pytest.approx(316.2)
    for kind, factor in (("plain", 1.0), ("negations", -0.5)):
        drawn = [text for frame in frames[kind] if (text := frame.format("angry")) in points]
        assert len(drawn) >= frames["draws"][kind]
        for text in drawn:
            np.testing.assert_allclose(points[text], factor * np.array(terms["angry"]))
    assert np.abs(examples.va).max() <= 1.0


def test_who_prevails_counts_for_most_and_what_is_denied_for_nothing() -> None:
    examples = framed_examples(0)
    pairs = list(zip(examples.texts, examples.va, strict=True))
    terms = {term: np.array(point) for term, point in placed_terms().items()}
    mixed, chosen = (
        [(*match.groups(), va) for text, va in pairs if (match := frame.fullmatch(text))]
        for frame in (re.compile(r"mainly (.+), with a bit of (.+) mixed in"), re.compile(r"(.+) rather than (.+)"))
    )
    assert len(mixed) > 20
    assert len(chosen) > 20
    for first, second, va in mixed:
        np.testing.assert_allclose(va, 0.8 * terms[first] + 0.2 * terms[second])
    for affirmed, _, va in chosen:
        np.testing.assert_allclose(va, terms[affirmed])


def test_neutral_texts_lie_at_neutral() -> None:
    examples = framed_examples(0)
    rows = [row for row, text in enumerate(examples.texts) if text == "The person has feelings."]
    assert (examples.va[rows] == 0).all()
    assert len(rows) > 1


def test_no_validity_text_is_trained_on() -> None:
    def texts(node: object) -> set[str]:
        if isinstance(node, dict):
            return set().union(*(texts(value) for value in node.values()))
        if isinstance(node, list):
            return set().union(*(texts(value) for value in node))
        return {str(node)}

    validity = yaml.safe_load(FRAMES.with_name("validity_texts.yaml").read_text(encoding="utf-8"))
    raw = register_texts()
    tested = {text for half in ("development", "held back") for each in registers(half).values() for text in each.texts}
    tested |= {*raw["neutral"], *raw["other_languages"]}
    tested |= {
        text
        for part in ("items", "negations", "paraphrases", "held_back", "contrasts")
        for text in texts(validity[part])
    }
    assert not tested & set(framed_examples(0).texts)
    assert not set(validity["templates"]["frames"]) & set(yaml.safe_load(FRAMES.read_text(encoding="utf-8"))["plain"])
    assert not texts(validity["templates"]["words"]) & learned_terms()
