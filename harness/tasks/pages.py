"""Pages made from the tasks: statistics beside each YAML, and the table of `tasks/README.md`.

`python -m harness.tasks.pages` writes them again; a test compares the committed files with the tasks.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from harness.tasks import catalogue, engine
from harness.tasks.checks.data import facts
from harness.tasks.documents import EVALUATED, FITTED, split
from harness.tasks.features import SHIPPED
from harness.tasks.load import Task, load_tasks

BEGIN, END = "<!-- tasks -->\n", "<!-- /tasks -->\n"
_DIGITS = 3


class Spread(BaseModel):
    """Mean, standard deviation, least and greatest of a number over the items."""

    model_config = ConfigDict(frozen=True)

    mean: float
    sd: float
    least: float
    greatest: float


class Statistics(BaseModel):
    """Statistics of a task's documents, on the features that ship.

    Attributes:
        task: its name.
        version: its version.
        synthetic: whether valence and arousal were drawn, not measured.
        items: how many are asked.
        clusters: how many independent groups they form.
        train_items: how many items few-shot examples and fitted baselines come from.
        excluded: rows that are not asked, by reason.
        min_detectable_difference: of two models (80 % power, 5 % level, unpaired).
        prompt_characters: length of the prompts.
        valence: in [-1, 1].
        arousal: in [-1, 1].
        choices: how many an item offers; None for descriptions.
        labels: how many items carry each label; empty where options differ by item.
        labels_an_item: how many labels an item carries; None for descriptions.
        reference_words: length of the references; None where there are none.
    """

    model_config = ConfigDict(frozen=True)

    task: str
    version: str
    synthetic: bool
    items: int
    clusters: int
    train_items: int
    excluded: dict[str, int]
    min_detectable_difference: float
    prompt_characters: Spread
    valence: Spread
    arousal: Spread
    choices: Spread | None
    labels: dict[str, int]
    labels_an_item: Spread | None
    reference_words: Spread | None


def statistics(task: Task) -> Statistics:
    """Describe a task's documents."""
    docs = list(task.engine.eval_docs)
    items = [doc["item"] for doc in docs]
    counts = Counter(label for item in items for label in item.labels)
    words = [len(text.split()) for item in items for text in item.references] if task.kind.references else []
    found = facts(items)
    return Statistics(
        task=task.name,
        version=task.version,
        synthetic=task.features().synthetic,
        items=found.items,
        clusters=found.clusters,
        train_items=len(split(task.question, FITTED).items),
        excluded=split(task.question, EVALUATED).excluded,
        min_detectable_difference=round(found.min_detectable_difference, _DIGITS),
        prompt_characters=_spread([len(task.engine.doc_to_text(doc)) for doc in docs]),
        valence=_spread([item.valence for item in items]),
        arousal=_spread([item.arousal for item in items]),
        choices=_spread([len(item.choices) for item in items]) if items[0].choices else None,
        labels={label: counts[label] for label in task.question.labels},
        labels_an_item=_spread([len(item.labels) for item in items]) if items[0].choices else None,
        reference_words=_spread(words) if words else None,
    )


def text(found: Statistics) -> str:
    """Return statistics as indented JSON."""
    return json.dumps(found.model_dump(), indent=2) + "\n"


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
            f"`{task.main_score}` | {found.items} in {found.clusters} clusters"
            f"{' (SYNTHETIC)' if found.synthetic else ''} | {found.min_detectable_difference} | "
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
    engine.quiet()
    infos = dict(sorted(catalogue.find().items()))
    names = [name for name, info in infos.items() if not info.members]
    return {task.name: task for task in load_tasks(names, [], SHIPPED)}, infos


def write() -> None:
    """Write the statistics and the table."""
    tasks, infos = ours()
    for name, task in tasks.items():
        path_of(infos[name].path).write_text(text(statistics(task)), encoding="utf-8")
    readme = catalogue.TASKS / "README.md"
    readme.write_text(page(readme.read_text(encoding="utf-8"), table(tasks, infos)), encoding="utf-8")


def _spread(values: list[int] | list[float]) -> Spread:
    numbers = np.array(values, dtype=np.float64)
    mean, sd, least, greatest = numbers.mean(), numbers.std(), numbers.min(), numbers.max()
    return Spread(
        mean=round(float(mean), _DIGITS),
        sd=round(float(sd), _DIGITS),
        least=round(float(least), _DIGITS),
        greatest=round(float(greatest), _DIGITS),
    )


if __name__ == "__main__":
    write()
