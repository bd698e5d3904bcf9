"""Our tasks under plain lm-eval, and our numbers against its own aggregation of the same answers."""

from __future__ import annotations

import json
import logging
import sys
from functools import partialmethod
from pathlib import Path
from typing import TYPE_CHECKING

import lm_eval
import lm_eval.models  # registers `hf`
import pytest
from lm_eval.__main__ import cli_evaluate
from lm_eval.tasks import TaskManager

import harness.models.baseline  # noqa: F401  registers `baseline`
from harness import kinds
from harness.tasks.catalogue import TASKS
from harness.tasks.features import SHIPPED
from harness.tasks.load import load_tasks
from harness.tasks.sampling import sample, size

if TYPE_CHECKING:
    from tests.endtoend.conftest import Command

ONE_A_KIND = (
    *("emotic_complex_cot", "emotic_complex_mc", "emotic_describe", "emotic_distribution", "iimi_basic_confidence"),
    *("iimi_basic_mc", "norms_term", "open_vocab", "va_compare", "va_compare_mc", "va_conflict", "va_inverse"),
    "va_trajectory_describe",
)


def test_lm_eval_gives_the_same_numbers_for_every_kind(vaemo_eval: Command) -> None:
    chosen, asked = {}, set()
    for one in load_tasks(ONE_A_KIND, [], SHIPPED):
        docs = one.engine.eval_docs
        chosen[one.name] = sample([doc["item"] for doc in docs], size(40, len(docs)))
        asked.add(one.kind.name)
    assert asked == set(kinds.names())
    theirs = lm_eval.simple_evaluate(
        model="baseline",
        model_args="name=prototype",
        tasks=list(ONE_A_KIND),
        task_manager=TaskManager(include_path=str(TASKS), include_defaults=False),
        bootstrap_iters=0,
        samples=chosen,
        log_samples=False,
    )["results"]
    ours = vaemo_eval("--model", "baseline:prototype", "--tasks", ",".join(ONE_A_KIND), "--limit", "40").record.tasks
    assert set(ours) == set(ONE_A_KIND)
    for name, task in ours.items():
        for metric, score in task.metrics.items():
            if score.value is not None and not metric.endswith("_cal"):  # it sends no prompt without content
                assert theirs[name][f"{metric},none"] == pytest.approx(score.value, abs=1e-6), (name, metric)


def test_the_lm_eval_command_runs_a_task_of_each_kind(
    tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # its own 13,986 task files take seconds to index and have no part in this
    monkeypatch.setattr(TaskManager, "__init__", partialmethod(TaskManager.__init__, include_defaults=False))
    monkeypatch.setenv(
        "TOKENIZERS_PARALLELISM", "false"
    )  # the command sets it, and these; all come back after the test
    logger = logging.getLogger("lm_eval")
    for name, value in (("handlers", [*logger.handlers]), ("level", logger.level), ("propagate", logger.propagate)):
        monkeypatch.setattr(logger, name, value)
    command = [
        *("lm-eval", "run", "--model", "hf"),
        *("--model_args", f"pretrained={tiny_model},dtype=float32", "--device", "cpu"),
        *("--include_path", str(TASKS), "--tasks", ",".join(ONE_A_KIND), "--limit", "1"),
        *("--gen_kwargs", "max_gen_toks=4", "--output_path", str(tmp_path), "--log_samples"),
    ]
    monkeypatch.setattr(sys, "argv", command)
    cli_evaluate()
    [file] = tmp_path.rglob("results_*.json")
    assert sorted(json.loads(file.read_text(encoding="utf-8"))["results"]) == sorted(ONE_A_KIND)
