"""Numbers in texts: every way in which models write them, and those that must not be parsed."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.text.numbers import confidence, coordinates, shares
from va_extractor.emotions.labels import BASIC, EMOTIC

SHORT = ("anger", "fear", "happiness")


@pytest.mark.parametrize(
    "text",
    [
        '{"anger": 0.2, "fear": 0.3, "happiness": 0.5}',
        '```json\n{"anger": 0.2, "fear": 0.3, "happiness": 0.5}\n```',
        "Here it is:\n{'anger': 0.2, 'fear': 0.3, 'happiness': .5,}\nI hope this helps.",
        '{"Anger": "0.2", "FEAR": "0.3", "Happiness": "0.5"}',
        "{anger: 0.2, fear: 0.3, happiness: 0.5}",
        '{"probabilities": {"anger": 0.2, "fear": 3e-1, "happiness": 0.5}}',
        '{"anger": 20%, "fear": 30%, "happiness": 50%}',
        "- **Anger**: 20%\n- **Fear**: 30 %\n- **Happiness**: 50%",
        "anger = 0.2; fear = 0.3; happiness = 0.5",
        '{"anger": 0.2, "fear": 0.3, "happiness": 0.5, "boredom": 0.4}',
        'At first {"anger": 1.0}. Corrected: {"anger": 0.2, "fear": 0.3, "happiness": 0.5}. {}',
        "{“anger”: 0.2, “fear”: 0.3, “happiness”: 0.5}",
        '{"angry": 0.2, "fearful": 0.3, "joy": 0.5}',
    ],
)
def test_shares_are_read_however_they_are_written(text: str) -> None:
    assert shares(text, SHORT) == pytest.approx((0.2, 0.3, 0.5))


def test_shares_are_kept_as_stated_and_missing_labels_have_none() -> None:
    assert shares('{"fear": 30, "anger": 20}', SHORT) == (20.0, 30.0, 0.0)
    assert shares('{"Doubt/Confusion": 1}', EMOTIC) == tuple(float(name == "Doubt/Confusion") for name in EMOTIC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I am sorry, I cannot do that.",
        "anger, fear and happiness alike",
        '{"anger": "high", "fear": "low"}',
        '{"boredom": 1.0}',
        '{"anger": -0.2, "fear": 1.2}',
        '{"anger": 0, "fear": 0, "happiness": 0}',
        "[0.2, 0.3, 0.5]",
    ],
)
def test_what_states_no_shares_is_not_read(text: str) -> None:
    assert shares(text, SHORT) is None


@given(
    st.lists(st.floats(0, 1, width=32), min_size=26, max_size=26).filter(any),
    st.sampled_from([None, 2]),
    st.sampled_from(["{}", "```json\n{}\n```", "Sure!\n\n{}\nDone."]),
)
def test_what_json_writes_is_read_back(values: list[float], indent: int | None, frame: str) -> None:
    text = frame.replace("{}", json.dumps(dict(zip(EMOTIC, values, strict=True)), indent=indent))
    assert shares(text, EMOTIC) == pytest.approx(tuple(values))


@given(st.text(max_size=200))
def test_any_text_is_read_or_not_but_never_breaks(text: str) -> None:
    found = shares(text, BASIC)
    assert found is None or (len(found) == 7 and min(found) >= 0 and sum(found) > 0)
    sure = confidence(text)
    assert sure is None or 0 <= sure <= 1
    point = coordinates(text)
    assert point is None or max(map(abs, point)) <= 1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("happiness, 70", 0.7),
        ("happiness, 70%", 0.7),
        ("happiness (70 %)", 0.7),
        ("happiness\nConfidence: 70", 0.7),
        ("**happiness**, confidence: **70**", 0.7),
        ('{"emotion": "happiness", "confidence": 70}', 0.7),
        ('{"emotion": "happiness", "confidence": 0.7}', 0.7),
        ("happiness 0.7", 0.7),
        ("happiness, 70/100", 0.7),
        ("happiness, 7 out of 10", 0.7),
        ("happiness, 7/10", 0.7),
        ("I am 70 percent sure that it is happiness.", 0.7),
        ("happiness. Confidence (0 to 100): 70", 0.7),
        ("Valence 0.81 and arousal 0.51 speak for happiness. Confidence: 70", 0.7),
        ("Happiness, since 0.81 is high; 70% confident", 0.7),
        ("happiness, 1", 0.01),
        ("happiness, 1.0", 1.0),
        ("happiness, 0.5%", 0.005),
        ("happiness, 100", 1.0),
        ("happiness, 0", 0.0),
        ("happiness, 70 (that is, 70%)", 0.7),
    ],
)
def test_a_confidence_is_read_however_it_is_written(text: str, value: float) -> None:
    assert confidence(text) == pytest.approx(value)


@pytest.mark.parametrize(
    "text",
    [
        "happiness",
        "happiness, confidence: high",
        "happiness, 150",
        "happiness, -5",
        "happiness, 120%",
        "happiness 70, sadness 30",
        "happiness, 7e1x",
        "",
    ],
)
def test_what_states_no_one_confidence_is_not_read(text: str) -> None:
    assert confidence(text) is None


@given(st.integers(0, 100), st.sampled_from(["{}", "{}%", "Confidence: {}", "{}/100", "{} out of 100", "({})"]))
def test_every_whole_percentage_is_read_back(percent: int, form: str) -> None:
    assert confidence("sadness, " + form.format(percent)) == pytest.approx(percent / 100)


@pytest.mark.parametrize(
    "text",
    [
        "valence 0.5, arousal -0.3",
        "Valence: 0.5\nArousal: -0.3",
        "**Valence:** 0.50, **Arousal:** -0.30",
        "Arousal: -0.3, Valence: +0.5",
        "V = 0.5, A = -0.3",
        "0.5, -0.3",
        "(0.5, -.3)",
        "[0.50, −0.30]",
        '{"valence": 0.5, "arousal": -0.3}',
        "The valence is 0.5 and the arousal is -0.3.",
        "valence (-1 to 1): 0.5, arousal (-1 to 1): -0.3",
        "valence 0.5, arousal -0.3. So valence 0.5.",
    ],
)
def test_coordinates_are_read_however_they_are_written(text: str) -> None:
    assert coordinates(text) == pytest.approx((0.5, -0.3))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "valence 0.5",
        "0.5",
        "valence 5, arousal 3",
        "valence 0.5, arousal 1.2",
        "valence 0.5 or 0.6; arousal 0.1; valence 0.7",
        "0.5, -0.3, 0.2",
        "valence high, arousal low",
        "valence 50%, arousal 30%",
    ],
)
def test_what_states_no_point_is_not_read(text: str) -> None:
    assert coordinates(text) is None


@given(
    st.floats(-1, 1).map(lambda value: round(value, 3)),
    st.floats(-1, 1).map(lambda value: round(value, 3)),
    st.sampled_from(["valence {:.3f}, arousal {:.3f}", "{:.3f}, {:.3f}", "Valence={:.3f}; Arousal={:.3f}"]),
)
def test_every_point_of_the_plane_is_read_back(valence: float, arousal: float, form: str) -> None:
    found = coordinates(form.format(valence, arousal))
    assert found is not None
    assert math.hypot(found[0] - valence, found[1] - arousal) < 1e-9
