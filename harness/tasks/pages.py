"""Pages made from the tasks: statistics beside each YAML, the table of `tasks/README.md`, and the page of prompts.

`python -m harness.tasks.pages docs` writes them again; a test compares the committed files with the tasks.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from harness.tasks import catalogue
from harness.tasks.checks.data import facts
from harness.tasks.documents import FITTED, split
from harness.tasks.features import SHIPPED
from harness.tasks.load import Task, load_tasks

BEGIN, END = "<!-- tasks -->\n", "<!-- /tasks -->\n"
_DIGITS = 3
_HEAD = """\
# Prompts

Each task's prompt, rendered on the first item that ships (for IIMI and EMOTIC a SYNTHETIC one). The part that all items
share is first and the numbers are last, so that a back end can cache the shared part. With a chat template, the last
two sentences before the numbers, which ask, come after them, and the cue ("Emotion:") is left out. Made by `make docs`.

## How answers are read

Thought is separated from the answer first, by the formats of `harness/text/thoughts.yaml`, for every back end alike.
A thought without an end is `truncated`; what looks like a thought of an unknown format is `unparsed`, with the reason.
Of `<answer>...</answer>` the inside counts. Then the first rule that finds an answer decides:

| | one label: the first rule that finds exactly one | a set of labels |
| --- | --- | --- |
| 1 | after the last "Final answer:", or in `\\boxed{}` | the same, read by rules 3 to 7 |
| 2 | a JSON key such as `answer`, or the one label that is `true` | after the last "Answer:", by rules 3 to 7 |
| 3 | after the last "Answer:" or "The answer is" | a JSON list: the last under such a key, else the last not denied |
| 4 | a first or last line that is a label alone | pairs `label: true` (yes, 1), or objects that name a label each |
| 5 | a label that begins the text, before a reason | a list with bullets or numbers, with or without reasons or ticks |
| 6 | after "The emotion is", "I choose", "points to" | words: the whole text, its first or its last line |
| 7 | bold in the last sentence | after "The emotions are" |
| 8 | in a last sentence with "therefore" | |
| 9 | the only label of the text that is not denied | |

Two labels without a decision are `unparsed`. From a description, markup, headings, labels ("Description:") and
sentences to the reader ("Sure! Here is ...", "Let me know ...") are removed before anything is measured; a sample
keeps them.
"""


def statistics(task: Task) -> dict[str, Any]:
    """Describe a task's documents, on the features that ship.

    Returns:
        Among others `clusters` (independent groups of items), `train_items` (from which few-shot examples and fitted
        baselines come), `excluded` (rows not asked, by reason), `min_detectable_difference` (of two models: 80 % power,
        5 % level, unpaired) and `labels` (items that carry each; empty where options differ by item). Of a number over
        the items: mean, standard deviation, least and greatest; None where there is none.
    """
    docs = list(task.engine.eval_docs)
    items = [doc["item"] for doc in docs]
    counts = Counter(label for item in items for label in item.labels)
    words = [len(text.split()) for item in items for text in item.references] if task.kind.references else []
    found = facts(items)
    return {
        "task": task.name,
        "version": task.version,
        "synthetic": task.features().synthetic,
        "items": found.items,
        "clusters": found.clusters,
        "train_items": len(split(task.question, FITTED).items),
        "excluded": task.excluded(),
        "min_detectable_difference": round(found.min_detectable_difference, _DIGITS),
        "prompt_characters": _spread([len(task.engine.doc_to_text(doc)) for doc in docs]),
        "valence": _spread([item.valence for item in items]),
        "arousal": _spread([item.arousal for item in items]),
        "choices": _spread([len(item.choices) for item in items if item.choices]),
        "labels": {label: counts[label] for label in task.question.labels},
        "labels_an_item": _spread([len(item.labels) for item in items if item.choices]),
        "reference_words": _spread(words),
    }


def text(found: dict[str, Any]) -> str:
    """Return statistics as indented JSON."""
    return json.dumps(found, indent=2) + "\n"


def path_of(yaml: Path) -> Path:
    """Return the path of a task's statistics."""
    return yaml.with_name(f"{yaml.stem}.statistics.json")


def table(tasks: dict[str, Task], infos: dict[str, catalogue.TaskInfo]) -> str:
    """Return the table of tasks, and a line for each group, as Markdown."""
    rows = [
        "| task | asks for | answered by | main score | items | difference it shows | source |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, task in tasks.items():
        found, folder = statistics(task), infos[name].path.parent.relative_to(catalogue.TASKS).as_posix()
        rows.append(
            f"| `{name}` | {task.kind.asks} | {'log-likelihood' if task.by_likelihood else 'text'} | "
            f"`{task.main_score}` | {found['items']} in {found['clusters']} clusters"
            f"{' (SYNTHETIC)' if found['synthetic'] else ''} | {found['min_detectable_difference']} | "
            f"[{folder}]({folder}/README.md) |"
        )
    groups = [
        f"- `{info.name}`: {info.title} {', '.join(f'`{member}`' for member in info.members)}"
        for info in infos.values()
        if info.members
    ]
    return "\n".join([*rows, "", "Groups:", "", *groups]) + "\n"


def page(committed: str, made: str) -> str:
    """Return a page with the part between the marks replaced."""
    before, _, rest = committed.partition(BEGIN)
    return f"{before}{BEGIN}\n{made}\n{END}{rest.partition(END)[2]}"


def ours() -> tuple[dict[str, Task], dict[str, catalogue.TaskInfo]]:
    """Return every task that ships, on the features that ship, by name."""
    infos = dict(sorted(catalogue.find().items()))
    names = [name for name, info in infos.items() if not info.members]
    return {task.name: task for task in load_tasks(names, [], SHIPPED)}, infos


def write(docs: Path) -> None:
    """Write the statistics, the table, and the page of prompts in `docs`."""
    tasks, infos = ours()
    for name, task in tasks.items():
        path_of(infos[name].path).write_text(text(statistics(task)), encoding="utf-8")
    readme = catalogue.TASKS / "README.md"
    readme.write_text(page(readme.read_text(encoding="utf-8"), table(tasks, infos)), encoding="utf-8")
    (docs / "prompts.md").write_text(prompts(tasks.values()), encoding="utf-8")


def _spread(values: list[int] | list[float]) -> dict[str, float] | None:
    if not values:
        return None
    numbers = np.array(values, dtype=np.float64)
    found = {"mean": numbers.mean(), "sd": numbers.std(), "least": numbers.min(), "greatest": numbers.max()}
    return {name: round(float(value), _DIGITS) for name, value in found.items()}


def prompts(tasks: Iterable[Task]) -> str:
    """Return the page of prompts as Markdown: per task its form, its prompt, and what is scored."""
    return "\n".join([_HEAD, *map(_section, tasks)])


def _section(task: Task) -> str:
    doc = task.engine.eval_docs[0]
    form = "log-likelihood of each choice" if task.by_likelihood else "generated text"
    answer = " | ".join(doc["choices"]) if task.by_likelihood else str(doc["target"])
    return (
        f"## {task.name} (version {task.version})\n\nAnswer: {form}. Main score: `{task.main_score}`.\n\n"
        f"```text\n{task.engine.doc_to_text(doc)}\n```\n\n"
        f"{'Scored after it' if task.by_likelihood else 'A right answer'}: `{answer}`\n"
    )


if __name__ == "__main__":
    write(Path(sys.argv[1]))
