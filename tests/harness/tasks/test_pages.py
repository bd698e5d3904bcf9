"""What is written about tasks is current, and its numbers are those of the files that ship."""

from __future__ import annotations

import json

import numpy as np
import pyarrow.parquet as pq

from harness.tasks.catalogue import TASKS
from harness.tasks.pages import ours, page, path_of, prompts, statistics, table, text
from va_extractor.sample import SHIPPED


def test_the_committed_pages_are_current() -> None:
    tasks, infos = ours()
    for name, task in tasks.items():
        path = path_of(infos[name].path)
        assert path.read_text(encoding="utf-8") == text(statistics(task)), path
    committed = {path.name for path in TASKS.rglob("*.statistics.json")}
    assert committed == {path_of(infos[name].path).name for name in tasks}
    readme = (TASKS / "README.md").read_text(encoding="utf-8")
    assert readme == page(readme, table(tasks, infos))
    assert page(readme, "nothing") != readme
    assert (TASKS.parent / "docs" / "prompts.md").read_text(encoding="utf-8") == prompts(tasks.values())


def test_statistics_are_those_of_the_parquet_file() -> None:
    found = json.loads((TASKS / "emotic" / "emotic_complex.statistics.json").read_text(encoding="utf-8"))
    rows = [row for row in pq.read_table(SHIPPED / "emotic" / "test.parquet").to_pylist() if row["va_status"] == "ok"]
    assert found["items"] == len(rows)
    assert found["clusters"] == len({row["cluster_id"] for row in rows})
    assert found["labels"]["Happiness"] == sum("Happiness" in row["labels"] for row in rows)
    assert found["valence"]["mean"] == round(float(np.mean([row["valence"] for row in rows])), 3)
    assert found["labels_an_item"]["greatest"] == max(len(row["labels"]) for row in rows)
    assert found["synthetic"]
