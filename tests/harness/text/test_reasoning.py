"""Thought and answer, in the formats of model families and in unknown ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.text.reasoning import formats, opened, separate

KNOWN = formats()
EXAMPLES = [one.example for one in (*KNOWN.tags, *KNOWN.markers, *KNOWN.phrases)]
AROUND = [example.replace("anger?", "{thought}").replace("fear", "{answer}") for example in EXAMPLES]

thoughts = st.lists(
    st.sampled_from(
        [
            "Maybe anger.",
            "\n\n\n",
            "\nValence: 0.52\nArousal: 0.10\n",
            "Final answer: anger",
            '["anger"]',
            "<b>",
            "[x]",
            "so ",
            "**sadness**",
            "Answer: anger\n",
            "</s>",
            "<answer>anger</answer>",
        ]
    ),
    min_size=1,
    max_size=8,
).map("".join)
answers = st.sampled_from(
    ["fear", "**fear**", "The emotion is fear.", '["fear"]', "The person feels calm.\n\nAt ease.", "Valence: 0.5\nfear"]
)


@pytest.mark.parametrize("text", EXAMPLES)
def test_each_formats_example_is_read(text: str) -> None:
    reply = separate(text)
    assert (reply.answer, reply.cut_off, reply.unknown) == ("fear", False, None)
    assert "anger" in reply.thought or "thinking budget" in text


@given(around=st.sampled_from(AROUND), thought=thoughts, answer=answers)
def test_any_thought_around_any_answer_leaves_the_answer(around: str, thought: str, answer: str) -> None:
    reply = separate(around.format(thought=thought, answer=answer))
    assert reply.answer == separate(answer).answer
    assert not reply.cut_off


@given(
    first=st.sampled_from(AROUND), second=st.sampled_from(["<think>{}</think>", "[THINK]{}[/THINK]"]), thought=thoughts
)
def test_several_thoughts_and_one_after_the_answer(first: str, second: str, thought: str) -> None:
    answer = "fear" + second.format(thought)
    assert separate("<think>a</think>" + answer).answer == "fear"
    assert separate(first.format(thought="anger", answer=answer)).answer == "fear"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("< THINK >\nanger\n</ Think >\nfear", "fear"),
        ("<think type='long'>anger</think>fear", "fear"),
        ("<think>a <think>b</think> anger</think> fear", "fear"),
        ("<think>I open <reasoning> again</think>fear", "fear"),
        ("anger? sadness?</think>\n\nfear", "fear"),
        ("anger?[/THINK]fear", "fear"),
        ("anger?\n<channel|>fear", "fear"),
        ("anger<|END_THINKING|><|START_RESPONSE|>fear<|END_RESPONSE|>", "fear"),
        (
            "<|channel|>commentary<|message|>Let me see.<|end|><|start|>assistant<|channel|>analysis<|message|>anger<|end|>"  # noqa: E501
            "<|start|>assistant<|channel|>final <|constrain|>json<|message|>fear<|return|>",
            "fear",
        ),
        ("analysisA.assistantcommentaryB.assistantanalysisC.assistantfinalfear", "fear"),
        ("<think></think>fear<|im_end|>\n<|im_start|>user\nanger", "fear"),
        ("fear</s></s>", "fear"),
        ("Anger is out.\n<answer>\nfear\n</answer>", "fear"),
        ("<think>anger</think><response>fear</response>", "fear"),
        ("<output>fear", "fear"),
        ("analysis\nanger is out\n\nFinal answer: fear", "fear"),
        ("<plan>anger</plan>\n**Answer:** fear", "fear"),
        ("1 < 2 and [x]", "1 < 2 and [x]"),
        ("Analysis of both values points to fear", "Analysis of both values points to fear"),
        ("<b>fear</b>", "<b>fear</b>"),
        ("<mood>fear</mood>", "<mood>fear</mood>"),
        ('["fear"]', '["fear"]'),
        ("", ""),
        ("<think>fear</think><|begin_of_box|>anger<|end_of_box|>", "anger"),
    ],
)
def test_answers_as_models_write_them(text: str, answer: str) -> None:
    reply = separate(text)
    assert (reply.answer, reply.cut_off, reply.unknown) == (answer, False, None)


@pytest.mark.parametrize(
    "text",
    [
        "<think>The arousal is high, which suggests",
        "[THINK]fear",
        "<|channel|>analysis<|message|>fear",
        "analysisIt is fear",
        "<|channel>thought\nfear",
        "<seed:think>fear",
        "◁think▷fear",
        "Here is my thought process: fear",
        "<think>a</think><think>fear",
    ],
)
def test_a_thought_without_an_end_is_cut_off_and_no_answer(text: str) -> None:
    reply = separate(text)
    assert (reply.answer, reply.cut_off) == ("", True)


@pytest.mark.parametrize(
    "text",
    [
        "analysis\nIt might be sadness or fear.",
        "**Thinking:**\nfear",
        "thought\nThe user wants one sentence.\nThe person is calm.",
        "<deliberate>sadness?</deliberate>\nfear",
        "<rationale>fear",
        "<mood>fear",
        "<|pondering|>fear",
        "[REASONS]fear",
    ],
)
def test_what_looks_like_an_unknown_format_is_named(text: str) -> None:
    assert separate(text).unknown


@pytest.mark.parametrize(
    ("prompt", "marker"),
    [
        ("<|im_start|>assistant\n<think>\n", "<think>"),
        ("<|im_start|>assistant\n<think>\n\n</think>\n\n", ""),
        ("[THINK]", "[THINK]"),
        ("Say what you <think> of it", ""),
        ("Emotion:", ""),
    ],
)
def test_a_prompt_may_begin_the_thought(prompt: str, marker: str) -> None:
    assert opened(prompt) == marker


@pytest.mark.parametrize(
    "piece",
    [
        "<think>",
        "</think>",
        "<",
        "< ",
        "[",
        "<|channel|>",
        "analysis",
        "assistantfinal",
        "<|im_end|>",
        "<answer>",
        "\n",
        "◁think",
    ],
)
def test_a_hundred_thousand_characters_come_to_an_end(piece: str) -> None:
    separate(piece * (100_000 // len(piece)))
