"""Raw answers as models write them, from thought to score: kinds of text that were misread once."""

from __future__ import annotations

import pytest

from harness.kinds import get
from harness.kinds.reading import read
from harness.record import Answer
from tests.making import item
from va_extractor.emotions.labels import BASIC, EMOTIC

LABEL = [
    ("Once more the two values:\nValence: 0.71\nArousal: 0.33\nTogether they mean **happiness**.", "happiness"),
    ("<think>Given:\nValence: 0.58\nArousal: 0.12\npleasant.\n\n\nSo happiness.</think>\nhappiness", "happiness"),
    ("Both are low, so sadness, or neutral?\n</think>\n\nsadness", "sadness"),
    ("analysisCould be sadness, could be fear.assistantfinalhappiness", "happiness"),
    ("<|channel|>analysis<|message|>Anger?<|end|><|start|>assistant<|channel|>final<|message|>fear<|return|>", "fear"),
    ("[THINK]disgust or anger[/THINK]anger", "anger"),
    ("Neither sadness nor fear.\n\nFinal answer: happiness", "happiness"),
    ("Sadness needs less pleasure.\nANSWER: happiness", "happiness"),
    ("happiness, since sadness needs a negative valence.", "happiness"),
]
SETS = [
    ("- **Happiness**: a high valence\n- **Peace**: a low arousal", ("Happiness", "Peace")),
    ("1. Happiness (pleasant)\n2. Excitement (activated)", ("Excitement", "Happiness")),
    ('{"Happiness": true, "Anger": false, "Peace": true}', ("Happiness", "Peace")),
    ('["Happiness"] but not ["Anger"]', ("Happiness",)),
    ('analysis["Anger"]?assistantfinal["Happiness"]', ("Happiness",)),
]
DESCRIPTIONS = [
    ("<|channel>thought\nOne sentence is wanted.\n<channel|>They feel at ease.", "They feel at ease."),
    ("analysisOne sentence is wanted.assistantfinalThey feel at ease.", "They feel at ease."),
    ("**Description:** They feel at ease.", "They feel at ease."),
    ("Sure! Here is a sentence:\n\nThey feel at ease.\n\nLet me know if you need more.", "They feel at ease."),
    ("- Relaxed\n- Rested", "Relaxed. Rested."),
]


@pytest.mark.parametrize(("text", "label"), LABEL)
def test_one_label(text: str, label: str) -> None:
    parsed = read(get("single_label"), item(labels=BASIC[:1], choices=BASIC), Answer(text=text))
    assert (parsed.status, parsed.labels) == ("ok", (label,))


@pytest.mark.parametrize(("text", "labels"), SETS)
def test_several_labels(text: str, labels: tuple[str, ...]) -> None:
    parsed = read(get("multi_label"), item(labels=EMOTIC[:1], choices=EMOTIC), Answer(text=text))
    assert (parsed.status, parsed.labels) == ("ok", labels)


@pytest.mark.parametrize(("text", "said"), DESCRIPTIONS)
def test_a_description(text: str, said: str) -> None:
    parsed = read(get("description"), item(labels=(), references=["calm"]), Answer(text=text))
    assert (parsed.status, parsed.text) == ("ok", said)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("<think>A negative valence and a high arousal suggest", "truncated"),
        ("It may be fear or surprise.", "unparsed"),
        ("<think>fear</think>", "empty"),
        ("analysis\nIt may be fear.", "unparsed"),
    ],
)
def test_thought_is_never_read_and_nothing_is_guessed(text: str, status: str) -> None:
    for kind in ("single_label", "multi_label"):
        assert read(get(kind), item(labels=BASIC[:1], choices=BASIC), Answer(text=text)).status == status


def test_an_unknown_format_is_named() -> None:
    parsed = read(
        get("description"),
        item(labels=(), references=["calm"]),
        Answer(text="<musing>one sentence</musing>\nThey are calm."),
    )
    assert (parsed.status, parsed.reason) == (
        "unparsed", "looks like a thought in an unknown format: the tag '<musing>'",
    )  # fmt: skip
