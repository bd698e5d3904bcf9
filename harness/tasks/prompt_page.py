"""The page of prompts: each task's, rendered on one item.

`python -m harness.tasks.prompt_page docs` writes it; a test compares the committed page with the tasks.
"""

from __future__ import annotations

import sys
from pathlib import Path

from harness.tasks import catalogue, engine
from harness.tasks.features import SHIPPED
from harness.tasks.load import Task, load_tasks

_HEAD = """\
# Prompts

Each task's prompt, rendered on the first item that ships (for IIMI and EMOTIC a SYNTHETIC one). The part that all items
share is first and the numbers are last, so that a back end can cache the shared part. Made by `make docs`.
"""


def page() -> str:
    """Return the page as Markdown: per task its form, its prompt, and what is scored."""
    engine.quiet()
    names = sorted(info.name for info in catalogue.find().values() if not info.members)
    return "\n".join([_HEAD, *(_section(task) for task in load_tasks(names, [], SHIPPED))])


def _section(task: Task) -> str:
    doc = task.engine.eval_docs[0]
    form = "log-likelihood of each choice" if task.by_likelihood else "generated text"
    answer = " | ".join(doc["choices"]) if task.by_likelihood else str(doc["target"])
    return (
        f"## {task.name} (version {task.version})\n\nAnswer: {form}. Headline metric: `{task.main_score}`.\n\n"
        f"```text\n{task.engine.doc_to_text(doc)}\n```\n\n"
        f"{'Scored after it' if task.by_likelihood else 'A right answer'}: `{answer}`\n"
    )


if __name__ == "__main__":
    (Path(sys.argv[1]) / "prompts.md").write_text(page(), encoding="utf-8")
