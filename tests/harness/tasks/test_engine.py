"""What decides a task's prompts and answers."""

from __future__ import annotations

from harness.tasks.features import SHIPPED
from harness.tasks.load import load_tasks, template_text


def test_whatever_changes_a_prompt_or_an_answer_changes_the_canonical_text() -> None:
    texts = set()
    changes = {"doc_to_text": "?", "target_delimiter": "\n", "generation_kwargs": {"until": ["x"]}, "metadata": {}}
    for key, value in changes.items():
        task = load_tasks(["iimi_basic"], [], SHIPPED)[0].engine
        plain = template_text(task)
        task.set_config(key=key, value=value)
        texts |= {plain, template_text(task)}
    assert len(texts) == 4  # the metadata decide nothing of it
