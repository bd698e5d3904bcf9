"""A new kind is one file and one base YAML, a metric one function, a task one YAML."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

KIND = """
from harness.kinds.arrays import points
from harness.kinds.base import FIXED, Kind, generator
from harness.metrics.outcome import Described
from harness.record import Parsed

class Side(Kind):
    asks, families, offers, answered_by, ceilings = "pleasant or unpleasant", ("sides", "va"), None, FIXED, None

    def target(self, item):
        return "pleasant" if item.valence >= 0 else "unpleasant"

    def read(self, item, text):
        return Parsed(status="ok", text=text) if text.endswith("pleasant") else Parsed(status="unparsed")

    def scores(self, item, parsed):
        return {"right": float(parsed.text == self.target(item))}

    def outcome(self, labels, answered):
        from harness.kinds.arrays import column
        columns = dict(zip(("valence", "arousal"), points([one.item for one in answered]).T, strict=True))
        columns |= {f"read_{name}": values * 0.5 for name, values in columns.items()}
        return Described(columns | {"right": column([self.scores(one.item, one.parsed)["right"] for one in answered])})

    def answers(self, by):
        if by.name == "uniform":
            return [("pleasant", "unpleasant")[generator(item).integers(2)] for item in by.items]
        return [self.target(item) for item in by.items]

KIND = Side()
"""
METRIC = '''
from harness.metrics.algebra import weighted_mean
from harness.metrics.registry import metric

@metric("sides", line="fraction of items on the right side", chance=0.5, proportion=True)
def right_side(outcome, weights):
    """Return (draws,) fractions, in [0, 1]."""
    return weighted_mean(outcome.columns["right"], weights)
'''
BASE = """
custom_dataset: !function harness.tasks.functions.side_dataset
test_split: test
output_type: generate_until
doc_to_target: target
process_results: !function harness.tasks.functions.side_score
metric_list: !function harness.tasks.functions.side_metrics
generation_kwargs: {max_gen_toks: 64, do_sample: false, temperature: 0.0}
"""
TASK = """
include: _base/side.yaml
task: iimi_side
doc_to_text: "{{ '%.2f' | format(valence) }} and {{ '%.2f' | format(arousal) }}: pleasant or unpleasant?"
metadata: {version: 1.0, title: Which side of neutral, source: iimi, main_score: right_side}
"""
RUN = """
import sys, harness.kinds, harness.metrics
harness.kinds.__path__.append(sys.argv[1] + "/kinds")
harness.metrics.__path__.append(sys.argv[1] + "/metrics")
from harness.cli import main
sys.exit(main(sys.argv[2:]))
"""


def test_a_kind_a_metric_and_a_task_are_found_by_their_files(tmp_path: Path) -> None:
    files = {
        "kinds/side.py": KIND, "metrics/sides.py": METRIC, "tasks/_base/side.yaml": BASE, "tasks/side.yaml": TASK,
    }  # fmt: skip
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    asked = ["--model", "baseline:uniform", "--tasks", "iimi_side", "--include_path", str(tmp_path / "tasks")]
    command = [sys.executable, "-c", RUN, str(tmp_path), *asked, "--output_path", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    [path] = (tmp_path / "out").rglob("run.json")
    task = json.loads(path.read_text(encoding="utf-8"))["tasks"]["iimi_side"]
    assert task["kind"] == "side"
    assert list(task["metrics"])[:2] == ["right_side", "valence_ccc"]
    assert abs(task["metrics"]["right_side"]["value"] - 0.5) < 0.15
    assert task["metrics"]["right_side"]["baselines"]["prototype"] == 1.0
