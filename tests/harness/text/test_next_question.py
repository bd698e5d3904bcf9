"""An answer ends where the model goes on to a question of its own."""

from __future__ import annotations

import pytest

from harness.text.next_question import before_next

PROMPT = "Which emotion?\n\nValence: 0.50\nArousal: 0.10\nEmotion:"


@pytest.mark.parametrize(
    ("answer", "prompt", "first"),
    [
        (" fear\n\nValence: 0.20\nArousal: 0.30\nEmotion: anger", PROMPT, "fear"),
        ("fear\n**Valence:** 0.20", PROMPT, "fear"),
        (
            "calmer\n\nMoment 1: valence 0.1",
            "Tell.\n\nMoment 1: valence 0.2\nMoment 2: valence 0.3\nThe state:",
            "calmer",
        ),
        ("miedo\n\nValencia: 0.20", "¿Cuál?\n\nValencia: 0.50\nActivación: 0.10\nEmoción:", "miedo"),
        ("快乐\n\n效价：0.20", "哪一种？\n\n效价：0.50\n情绪：", "快乐"),
        ("fear", PROMPT, None),
        ("Valence: 0.50 points to fear", PROMPT, None),
        ("fear\n\nValence: 0.20", '[{"role": "user", "content": "Valence: 0.50"}]', None),
    ],
)
def test_the_answer_before_the_next_question(answer: str, prompt: str, first: str | None) -> None:
    assert before_next(answer, prompt) == first
