"""`vaemo-eval validate` as a user types it, on every task that ships."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.metrics import all_metrics
from harness.tasks.catalogue import find
from tests.harness.runs.validate.writing import changed

if TYPE_CHECKING:
    from tests.endtoend.conftest import Command


def test_every_task_of_ours_is_sound_with_its_controls(vaemo_eval: Command) -> None:
    done = vaemo_eval("validate", "--json")
    assert done.code == 0, done.out
    reports = {report["task"]: report for report in json.loads(done.out) if report["task"]}
    tasks = {name for name, info in find().items() if not info.members}
    assert tasks <= reports.keys()
    for name in tasks:
        controls = reports[name]["controls"]
        least = {metric.name for metric in all_metrics() if metric.higher_is_better is False}
        best = 0.0 if controls["oracle"]["measure"] in least else 1.0
        assert controls["oracle"]["value"] == pytest.approx(best, abs=1e-6)
        assert set(controls) == {"oracle", "uniform", "majority", "shuffled"}
        assert all(control["passed"] or control["not_run"] for control in controls.values())
    assert {
        (name, control) for name in tasks for control, one in reports[name]["controls"].items() if one["not_run"]
    } == {
        ("open_vocab", "uniform"),
        ("open_vocab", "majority"),
        ("emotic_distribution", "majority"),
        ("iimi_distribution", "majority"),
    }


def test_exit_codes_are_for_scripts(vaemo_eval: Command, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(changed("macro_f1", "macro_f2"), encoding="utf-8")
    done = vaemo_eval("validate", "mine.yaml", "--no-controls")
    assert (done.code, done.out.splitlines()[0].startswith("mine.yaml:22: metadata.main_score: ")) == (1, True)
    done = vaemo_eval("validate", "iimi_basik")
    assert (done.code, "the nearest is 'iimi_basic'" in done.err) == (2, True)
    (tmp_path / "empty").mkdir()
    done = vaemo_eval("validate", "empty")
    assert (done.code, "empty: " in done.err) == (2, True)
    for flag, value in [("--precision", "nan"), ("--precision", "5"), ("--max-prompt", "0")]:
        done = vaemo_eval("validate", "iimi_basic", flag, value)
        assert (done.code, done.err.startswith(f"vaemo-eval: {flag}: ")) == (2, True)
    done = vaemo_eval("validate", "iimi_basic", "--features", "nowhere")
    assert (done.code, done.err.count("\n"), "--features: " in done.err) == (2, 1, True)
    done = vaemo_eval("validate", "iimi_basic", "--no-controls", "--precision", "0.05")
    assert (done.code, "differences of 0.10 or more, not 0.05" in done.out) == (1, True)
