"""Which descriptions only hand their prompt back."""

from __future__ import annotations

import pytest

from harness.kinds import get
from harness.kinds.reading import read
from harness.record import Answer
from harness.tasks.features import SHIPPED
from harness.tasks.load import load_tasks
from harness.text.echo import is_echo
from tests.making import item


@pytest.fixture(scope="module")
def prompt() -> str:
    [task] = load_tasks(["emotic_describe"], [], SHIPPED)
    return str(task.engine.doc_to_text(next(iter(task.engine.eval_docs))))


@pytest.mark.parametrize(
    "text",
    [
        "pleasant and activated",
        "Unpleasant, calm.",
        "pleasant and calm",
        "The person feels pleasant.",
        "The person's state is moderately pleasant and highly activated.",
        "Valence 0.42, arousal -0.10",
        "High arousal, low valence.",
        "A state of unpleasantness with low activation",
        "0.4",
    ],
)
def test_an_answer_in_the_prompts_own_words_is_no_answer(text: str, prompt: str) -> None:
    assert is_echo(text, prompt)
    assert read(get("description"), item(labels=[]), Answer(text=text), prompt).status == "echo"


@pytest.mark.parametrize(
    "text",
    [
        "The person feels calm and content.",
        "The person is happy.",
        "The person feels calm.",
        "Neutral.",
        "The person feels low.",
        "A pleasant, activated state: delight.",
        "She beams.",
    ],
)
def test_a_word_of_the_prompt_among_others_is_no_echo(text: str, prompt: str) -> None:
    assert not is_echo(text, prompt)
    assert read(get("description"), item(labels=[]), Answer(text=text), prompt).text == text


def test_the_words_are_those_of_the_prompt_that_was_shown() -> None:
    assert is_echo("The person feels sunny.", "Valence says how sunny the person is.\nValence: 0.3")
    assert not is_echo("The person feels sunny.", "Valence says how pleasant the state is.\nAnswer: sunny")
