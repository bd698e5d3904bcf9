"""Sets of labels in the forms that models write."""

from __future__ import annotations

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from harness.text.label_sets import parse_labels
from va_extractor.emotions.labels import EMOTIC

CASES = (str.lower, str.upper, str.title, str.capitalize, str.swapcase)
SETS = st.lists(st.sampled_from(EMOTIC), max_size=26)


def many(answer: str) -> set[str] | None:
    parsed = parse_labels(answer, EMOTIC)
    return set(parsed.labels) if parsed.status == "ok" else None


@given(
    chosen=SETS,
    wrapping=st.sampled_from(
        [
            "{}",
            "```json\n{}\n```",
            "```\n{}```",
            "{}\n\nThese fit low arousal.",
            "Here is the list: {}.",
            '{{"emotions": {}}}',
            "**{}**",
            '["Anger"]? On second thought: {}',
            "Emotions: {}",
            "[{}]",
            "{} [1]",
        ]
    ),
    indent=st.sampled_from([None, 2]),
)
def test_json_lists_round_trip_whatever_stands_around(chosen: list[str], wrapping: str, indent: int | None) -> None:
    assume(chosen or (not wrapping.startswith('["') and "[1]" not in wrapping))
    parsed = parse_labels(wrapping.format(json.dumps(chosen, indent=indent)), EMOTIC)
    assert parsed.status == "ok"
    assert parsed.labels == tuple(label for label in EMOTIC if label in chosen)


@given(
    chosen=st.lists(st.sampled_from(EMOTIC), min_size=1, unique=True),
    quote=st.sampled_from(['"{}"', "'{}'", "{}", "“{}”", "‘{}’", "`{}`", "*{}*"]),
    case=st.sampled_from(CASES),
    comma=st.sampled_from([",", ", ", " ,\n  "]),
)
def test_lists_are_read_whatever_the_quotes(chosen: list[str], quote: str, case: object, comma: str) -> None:
    assert callable(case)
    body = comma.join(quote.format(case(label)) for label in chosen)
    for answer in (f"[{body}]", f"[ {body}, ]", body):
        assert many(answer) == set(chosen), answer


@given(
    chosen=st.lists(st.sampled_from(EMOTIC), min_size=1, unique=True),
    form=st.sampled_from([("", ", "), ("- ", "\n- "), ("* ", "\n* "), ("• ", "\n• "), ("1. ", "\n2) "), ("", "; ")]),
    lead=st.sampled_from(["", "Emotions: ", "**Emotions:** ", "Answer: ", "The emotions are ", "Emotions:\n"]),
)
def test_plain_lists_are_read_where_they_hold_nothing_else(chosen: list[str], form: tuple[str, str], lead: str) -> None:
    first, between = form
    assume(not first or not lead or lead.endswith("\n"))
    body = first + between.join(chosen)
    assert many(lead + body) == set(chosen)
    assert many(lead + body + between + "Contentment") is None


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ('["Anger", "Anger", "anger"]', {"Anger"}),
        ('["Contentment", "Peace"]', {"Peace"}),
        ('["Contentment, calm", "Peace"]', {"Peace"}),
        ('["Peace", "Contentment, Anger"]', {"Peace"}),
        ("[]", set()),
        ("```json\n[]\n```", set()),
        ('{"emotions": []}', set()),
        ('[["Anger"], ["Fear"]]', {"Anger", "Fear"}),
        ('["Anger"], ["Fear"]', {"Anger", "Fear"}),
        ('["Anger"]\nOn reflection:\n["Fear"]', {"Fear"}),
        ("Happiness And Peace", {"Happiness", "Peace"}),
        ("Happiness, Peace, and Pleasure.", {"Happiness", "Peace", "Pleasure"}),
        ('["Anger", "Fear', {"Anger", "Fear"}),
        ('["Doubt"]', {"Doubt/Confusion"}),
        ("Doubt, Confusion", {"Doubt/Confusion"}),
        ('["Doubt\\/Confusion"]', {"Doubt/Confusion"}),
        ('["Doubt / Confusion", "doubt_confusion", "Doubt-Confusion"]', {"Doubt/Confusion"}),
        ('["Joy", "sad"]', {"Happiness", "Sadness"}),
        ('["Contentment"]', None),
        ("[1, 2]", None),
        ("- [ ] Anger\n- [x] Peace", {"Peace"}),
        ("The person shows Anger.", None),
        ("not Anger", None),
        ('{"Anger": 0.2, "Peace": 0.9}', None),
        ("None of them", None),
        ("- **Anger**: low valence\n- **Fear**: high arousal", {"Anger", "Fear"}),
        ("1. Anger (low valence)\n2) Fear (high arousal)", {"Anger", "Fear"}),
        (
            "Here they are:\n\n1. **Anger** - low valence\n   - very low\n2. **Fear** - high arousal\n\nMore?",
            {"Anger", "Fear"},
        ),
        ("a) Anger\nb) Fear", {"Anger", "Fear"}),
        ("emotions:\n  - Anger\n  - Fear", {"Anger", "Fear"}),
        ('{"Anger": true, "Peace": false, "Fear": true}', {"Anger", "Fear"}),
        ("{'Anger': True, 'Peace': False}", {"Anger"}),
        ('{"emotions": {"Anger": "yes", "Peace": "no"}}', {"Anger"}),
        ('{"Anger": 1, "Peace": 0}', {"Anger"}),
        ('{"Anger": false, "Peace": false}', set()),
        ("Anger: yes\nPeace: no", {"Anger"}),
        ("- Anger (not Fear)\n- Pain (not likely)", {"Anger"}),
        ("✅ Anger\n❌ Peace\n✅ Fear", {"Anger", "Fear"}),
        ("- Anger ✔️\n- Peace ✗", {"Anger"}),
        ("| Anger | ✓ |\n| Peace | ✗ |", {"Anger"}),
        ("| Emotion | Fits |\n|---|---|\n| Anger | Yes |\n| Peace | No |\n| **Fear** | yes |", {"Anger", "Fear"}),
        ('["Anger"] but not ["Peace"]', {"Anger"}),
        ('["Anger"] rather than ["Peace"]', {"Anger"}),
        ('{"rejected": ["Peace"], "emotions": ["Anger"]}', {"Anger"}),
        ('{"emotions": ["Anger"], "candidates": ["Peace", "Fear"]}', {"Anger"}),
        ('[{"emotion": "Anger", "reason": "low, no Peace"}, {"emotion": "Fear", "reason": "high"}]', {"Anger", "Fear"}),
        ("Present:\n- Anger\n\nNot present:\n- Peace", {"Anger"}),
        ("- Anger: yes\n- Peace: not likely", {"Anger"}),
        ("Peace would need less arousal.\nFinal answer: Anger, Fear", {"Anger", "Fear"}),
        ("\\boxed{\\text{Anger, Fear}}", {"Anger", "Fear"}),
        ("Anger, Fear\n\nBoth fit the low valence.", {"Anger", "Fear"}),
        ("Anger (low valence), Fear (high arousal)", {"Anger", "Fear"}),
        ("Anger, Fear, but not Peace", {"Anger", "Fear"}),
        ("The emotions that fit are Anger and Fear.", {"Anger", "Fear"}),
        ("Ärger, Freude", None),
    ],
)
def test_lists_as_models_write_them(answer: str, expected: set[str] | None) -> None:
    assert many(answer) == expected
