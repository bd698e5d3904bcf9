"""Reading answers: what chat models really write, and what no answer may do to the reader."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.text.descriptions import parse_description
from harness.text.label_sets import parse_labels
from harness.text.labels import parse_label
from harness.text.synonyms import SYNONYMS
from va_extractor.emotions.labels import BASIC, EMOTIC

CASES = (str.lower, str.upper, str.title, str.capitalize, str.swapcase)
WRAPPINGS = (
    "{}",
    " {} ",
    "{}.",
    "{}!",
    "**{}**",
    "*{}*",
    "__{}__",
    "`{}`",
    '"{}"',
    "'{}'",
    "“{}”",
    "‘{}’",
    "({})",
    "[{}]",
    "# {}",
    "- {}",
    "1. {}",
    "Emotion: {}.",
    "**Emotion:** {}",
    "Answer: {}",
    'Answer: ["{}"]',
    '{{"emotion": "{}"}}',
    "```\n{}\n```",
    "The emotion is {}.",
    "The emotion is likely *{}*",
    "I would say {}, given the two values.",
    "{}\n\nHigh arousal points that way.",
    "Sure! The best fit is **{}**.",
    "\\boxed{{{}}}",
    "<answer>{}</answer>",
    "{}, because it is what fits.",
    "{} – high arousal",
    "**Answer**: {}",
    "ANSWER: {}",
    "Answer - {}",
    "### Answer\n{}",
    "Final answer:\n\n{}",
    "My final answer is **{}**.",
    "\\boxed{{\\text{{{}}}}}",
    "<b>{}</b>",
    "C) {}",
    "(b) {}",
    "{} 😀",
    "→ {}",
    '```json\n{{"label": "{}", "confidence": 0.9}}\n```',
    "{{'{}': true}}",
    "I choose {}.",
    "Therefore, {}.",
    "None of the others fits, so it is **{}**.",
)

text = st.text(alphabet=st.characters(), max_size=300)
"""Any text at all, lone surrogates among it."""

noise = st.lists(
    st.one_of(
        st.sampled_from(
            [*BASIC, *EMOTIC, "Answer: ", "- ", ": true", "{", "[", "]", '"', "'", ",", "\\", "not", "\n", "```", "’"]
        ),
        st.text(max_size=8),
    ),
    max_size=40,
).map("".join)
"""Text made of what the reader looks for, in any order."""


def one(answer: str) -> str | None:
    parsed = parse_label(answer, BASIC)
    return parsed.labels[0] if parsed.status == "ok" else None


def many(answer: str) -> set[str] | None:
    parsed = parse_labels(answer, EMOTIC)
    return set(parsed.labels) if parsed.status == "ok" else None


# One label


@given(label=st.sampled_from(BASIC), case=st.sampled_from(CASES), wrapping=st.sampled_from(WRAPPINGS))
def test_a_label_is_read_in_any_case_and_wrapping(label: str, case: object, wrapping: str) -> None:
    assert callable(case)
    assert one(wrapping.format(case(label))) == label


@given(label=st.sampled_from(EMOTIC), case=st.sampled_from(CASES), wrapping=st.sampled_from(WRAPPINGS))
def test_labels_of_two_words_are_read_in_any_case_and_wrapping(label: str, case: object, wrapping: str) -> None:
    assert callable(case)
    assert parse_label(wrapping.format(case(label)), EMOTIC).labels == (label,)


@given(
    pair=st.lists(st.sampled_from(BASIC), min_size=2, max_size=2, unique=True),
    between=st.sampled_from([" or ", ", ", "/", "\n", " and ", "\n2. ", "; perhaps ", " (or ", ". It could also be "]),
    lead=st.sampled_from(["", "The emotion is ", "1. ", "**Answer:** "]),
)
def test_two_labels_are_unparsed_and_not_guessed(pair: list[str], between: str, lead: str) -> None:
    parsed = parse_label(lead + between.join(pair), BASIC)
    assert (parsed.status, parsed.labels) == ("unparsed", ())


@pytest.mark.parametrize("label", BASIC)
def test_the_same_label_twice_is_one(label: str) -> None:
    assert one(f"{label.title()}! It looks like {label} to me.") == label


@pytest.mark.parametrize("label", BASIC)
@pytest.mark.parametrize(
    "denial", ["not {}", "It is not {}.", "It isn't {}", "It isn’t quite {}.", "No sign of {}", "This can't be {}"]
)
def test_a_label_that_is_denied_is_not_the_answer(denial: str, label: str) -> None:
    assert parse_label(denial.format(label), BASIC).status == "unparsed"


def test_a_first_line_that_is_a_label_stands_against_prose_after_it() -> None:
    assert one("Sadness\n\nNot anger: arousal is too low for anger or fear.") == "sadness"


@pytest.mark.parametrize(
    ("answer", "label"),
    [
        ("Here are the measured values again:\nValence: -0.62\nArousal: 0.41\nThey point to **anger**.", "anger"),
        ("It is not sadness and not fear.\n\nFinal answer: anger", "anger"),
        ("Sadness would need less arousal.\nANSWER: anger", "anger"),
        ("anger, because sadness would need less arousal.", "anger"),
        ("Anger is closest; fear would be less dominant.", "anger"),
        ("anger (not fear)", "anger"),
        ("anger, but not fear", "anger"),
        ("Anger rather than fear.", "anger"),
        ("It is neither fear nor sadness but anger.", "anger"),
        ("The arousal excludes sadness; anger remains.", "anger"),
        ("Emotion: anger\nReason: fear would be less dominant, and sadness calmer", "anger"),
        ("Possible: fear, anger, disgust\n\nBest match: anger", "anger"),
        ("Fear, sadness and anger are near; **anger** is nearest.", "anger"),
        ("It may be fear or anger. Therefore, anger.", "anger"),
        ("Answer: fear\nNo, wait.\nAnswer: anger", "anger"),
        ('{"reasoning": "not fear, not sadness", "answer": "anger"}', "anger"),
        ('{"primary_emotion": "anger", "secondary_emotion": "fear"}', "anger"),
        ('{"result": {"emotion": "anger"}, "rejected": "fear"}', "anger"),
        ('{"anger": true, "fear": false}', "anger"),
        ("Fear: no\nAnger: yes\nSadness: no", "anger"),
        ("❌ Fear\n✅ Anger", "anger"),
        ("Neutral: no\nFear is out.", None),
        ("| Emotion | Fits |\n|---|---|\n| Anger | Yes |\n| Fear | No |", "anger"),
        ("| Anger | yes | low valence |\n| Fear | yes | high arousal |", None),
        ("Final answer: anger or fear", None),
        ("It could be fear or surprise.", None),
        ("Anger. It could also be fear.", None),
        ("Anger: 0.6\nFear: 0.4", None),
        ("Low valence suggests sadness, but high arousal suggests fear.", None),
        ("not fear or anger", None),
        ("The answer is not fear.", None),
    ],
)
def test_a_decision_counts_and_two_labels_without_one_do_not(answer: str, label: str | None) -> None:
    assert one(answer) == label


@pytest.mark.parametrize(("label", "words"), SYNONYMS.items())
def test_synonyms_name_their_label(label: str, words: tuple[str, ...]) -> None:
    for word in words:
        assert one(f"The person is {word}.") == label


def test_an_offered_word_is_itself_before_it_is_a_synonym() -> None:
    assert parse_label("happy", ("happiness", "happy")).labels == ("happy",)
    assert parse_label("happy", ("happy", "happiness")).labels == ("happy",)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("angry", "angry"),
        ("Cold anger.", "cold anger"),
        ("angry but detached", "angry but detached"),
        ("The word is angry but detached, I think.", "angry but detached"),
        ("I would choose cold anger here.", "cold anger"),
        ("uninterested", "uninterested"),
        ("It is *alone with responsibility*", "alone with responsibility"),
    ],
)
def test_a_term_within_a_longer_term_is_not_taken_for_it(answer: str, expected: str) -> None:
    terms = ("angry", "angry but detached", "cold anger", "interested", "uninterested", "alone with responsibility")
    assert parse_label(answer, terms).labels == (expected,)


@pytest.mark.parametrize(
    "answer", ["unhappy", "fearless", "angrily", "Freude", "怒り", "0.53", "...", "😀", "yes", "labels"]
)
def test_words_that_only_resemble_labels_are_unparsed(answer: str) -> None:
    assert parse_label(answer, BASIC).status == "unparsed"


@pytest.mark.parametrize("answer", ["", " ", "\n\t\n", "\u2028"])
def test_no_text_is_empty(answer: str) -> None:
    assert parse_label(answer, BASIC).status == "empty"
    assert parse_labels(answer, EMOTIC).status == "empty"
    assert parse_description(answer).status == "empty"


# Refusals

REFUSALS = (
    "I'm sorry, but I can't determine that.",
    "I’m sorry, but I can’t help with that.",
    "Sorry, I cannot answer this.",
    "I cannot reliably infer feelings from two numbers.",
    "As an AI language model, I do not read feelings.",
    "I am unable to say.",
    "I'm not able to provide this.",
    "I won't do that.",
    "I can't.",
    "Unfortunately, I don't have enough information.",
    "I must decline.",
    "Without a picture it's impossible to say.",
    "Without more context, it is not possible for me to tell.",
    "I'm afraid I can't help.",
)


@pytest.mark.parametrize("answer", REFUSALS)
def test_refusals_are_told_from_other_unread_answers(answer: str) -> None:
    assert parse_label(answer, BASIC).status == "refused"
    assert parse_labels(answer, EMOTIC).status == "refused"
    assert parse_description(answer).status == "refused"


@pytest.mark.parametrize(
    "answer",
    [
        "The person feels as if it is impossible to go on.",
        "The person is uneasy, and unable to identify why.",
        "They cannot sit still, thrilled by what is to come.",
        "The person is afraid and cannot describe it.",
        "Sorry for what was done, the person hangs back.",
        "I am afraid of everything around me.",
        "I can't help but smile.",
        "The person thinks: I can't do this anymore!",
        "As an AI, I would say that the person is calm.",
    ],
)
def test_a_description_of_someone_unable_is_no_refusal(answer: str) -> None:
    parsed = parse_description(answer)
    assert (parsed.status, parsed.text) == ("ok", answer)


def test_a_label_counts_though_an_apology_comes_with_it() -> None:
    assert one("I'm sorry, I can't be sure, but: surprise") == "surprise"
    assert many('As an AI I can only guess: ["Peace"]') == {"Peace"}


# Whatever comes


@given(answer=text | noise)
@settings(max_examples=150)
def test_no_text_is_too_odd_to_be_read(answer: str) -> None:
    single, several, described = (
        parse_label(answer, BASIC),
        parse_labels(answer, EMOTIC),
        parse_description(answer),
    )
    assert (single.status == "ok") == (len(single.labels) == 1)
    assert set(single.labels) <= set(BASIC)
    assert set(several.labels) <= set(EMOTIC)
    assert several.status == "ok" or not several.labels
    assert (described.status == "ok") == bool(described.text)
    assert {single.status, several.status, described.status} & {"empty"} == ({"empty"} if not answer.strip() else set())


@pytest.mark.parametrize(
    "piece",
    [
        "emotion: ",
        "answer: ",
        "could be fear ",
        "yes: ",
        "**a** ",
        "- fear\n",
        "not fear ",
        "[",
        "]",
        "],",
        '["',
        "',",
        '"',
        "\\",
        '"\\',
        "[ ",
        "'' ",
        "an t ",
        "anger ",
        "anger\n",
        "- ",
        "1. ",
        "**",
        "the ",
        " ",
        "\n",
        "I can't ",
        "n",
        "x",
    ],
)
def test_a_hundred_thousand_characters_come_to_an_end(piece: str) -> None:
    answer = piece * (100_000 // len(piece))
    for closed in (f"{answer}x", f"['{answer}]"):
        parse_label(closed, BASIC)
        parse_labels(closed, EMOTIC)
        parse_description(closed)
