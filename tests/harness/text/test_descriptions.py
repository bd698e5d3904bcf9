"""Descriptions without what frames them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.text.descriptions import clean, parse_description
from harness.text.style import length
from harness.text.unsupported import claims

SAID = st.sampled_from(
    [
        "The person feels calm and content.",
        "At ease, but a little tired; nothing presses.",
        "They are furious!",
        "The person is calm. Nothing worries them.",
        "I feel low.",
    ]
)
AROUND = (
    "{}",
    "**{}**",
    "*{}*",
    "***{}***",
    "__{}__",
    "_{}_",
    "`{}`",
    "~~{}~~",
    "> {}",
    "# {}",
    "- {}",
    "* {}",
    "• {}",
    "1. {}",
    "1) {}",
    '"{}"',
    "“{}”",
    "```\n{}\n```",
    "```text\n{}\n```",
    "**Description:** {}",
    "**Description**: {}",
    "Description: {}",
    "### Description\n\n{}",
    "**Answer**\n{}",
    "## Response\n**{}**",
    "<p>{}</p>",
    "<description>{}</description>",
    "{}\n\n---",
    "Sure! Here is a one-sentence description:\n\n{}\n\nLet me know if you want another one.",
    "Of course! {}",
    "Sure, {}",
    "Okay.\n\n{}",
    "Certainly, here's a description: {}",
    "{} I hope this helps!",
    "{}\nFeel free to ask.",
    "{}\n\n(Note: I avoided numbers.)",
    "{}\n\n**Explanation:** the valence is high.",
    "{}\n\nThis description avoids numbers.",
    "Based on the given values, here is a description:\n> *{}*",
    'Here is the sentence you asked for: "{}"',
    "Here you go: {}",
    "Given these values: {}",
    "\\boxed{{{}}}",
    "$\\boxed{{\\text{{{}}}}}$",
    '{{"description": "{}"}}',
    '```json\n{{"description": "{}"}}\n```',
    "Final answer: {}",
)


INLINE = ("{}", "**{}**", "*{}*", "__{}__", "`{}`", '"{}"', "“{}”")


@given(said=SAID, around=st.sampled_from(AROUND), more=st.sampled_from(INLINE))
def test_markup_and_frames_leave_the_description(said: str, around: str, more: str) -> None:
    assert clean(around.format(said)).text == said
    if "```" not in around and "{{" not in around and not ({*more} & {*around} & {*'"“'}):
        assert clean(around.format(more.format(said))).text == said


@given(said=SAID, around=st.sampled_from(AROUND))
def test_they_leave_its_measures(said: str, around: str) -> None:
    parsed = parse_description(around.format(said))
    assert parsed.text is not None
    assert claims(parsed.text) == claims(said)
    assert length([parsed.text]) == length([said])


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("- Calm\n- Settled", "Calm. Settled."),
        ("1. Calm;\n2. Settled.", "Calm. Settled."),
        ("• Calm • Settled", "Calm. Settled."),
        ("The person is\ncalm", "The person is calm"),
        ("Calm\nThe person rests.", "Calm. The person rests."),
        ("The person feels **Calm** and *Settled*.", "The person feels calm and settled."),
        ("A [calm](http://x.org) mood.", "A calm mood."),
        ("Great calm fills the person.", "Great calm fills the person."),
        ("They hope for one thing: rest.", "They hope for one thing: rest."),
        ("He says: I'm fine.", "He says: I'm fine."),
        ("For once, the person rests: nothing troubles them.", "For once, the person rests: nothing troubles them."),
        ("With a heavy heart: empty, lost.", "With a heavy heart: empty, lost."),
    ],
)
def test_lines_and_items_become_sentences(answer: str, text: str) -> None:
    assert clean(answer).text == text
    assert "named" not in claims(text)


def test_what_was_removed_is_kept() -> None:
    removed = clean("Sure! Here is it:\n\n**The person is calm.**\n\nLet me know if it fits.").removed
    assert {"Sure!", "Here is it:", "**", "Let me know if it fits."} <= set(removed)
    assert parse_description("The person is calm.").removed == ()


def test_a_frame_alone_is_no_description() -> None:
    assert parse_description("Sure! Here is a one-sentence description:").status == "unparsed"


@pytest.mark.parametrize(
    "piece",
    [
        "*",
        "_",
        "<",
        "[",
        "> ",
        "- ",
        "# ",
        " ",
        "\n",
        "---",
        "Sure! ",
        "here is ",
        "Note: ",
        '"',
        "{",
        "[a](b)",
        "x *A",
        "a: ",
    ],
)
def test_a_hundred_thousand_characters_come_to_an_end(piece: str) -> None:
    parse_description("x" + piece * (100_000 // len(piece)))
