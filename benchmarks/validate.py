"""Time of `vaemo-eval validate` on all shipped tasks, against `lm_eval validate` in the same run.

Run `python -m benchmarks.validate [--repeats 3]`; figures are medians of the repeats, the ratio of the paired ratios.
lm-eval reads its own 13,986 YAMLs and checks only that the names exist; ours renders every prompt and runs the controls
on every item. The goal is under 20 s on two cores.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Measure each pair in turn and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3)
    repeats = parser.parse_args().repeats
    from harness.tasks.catalogue import TASKS, find

    names = ",".join(sorted(name for name, info in find().items() if not info.members))
    ours = [sys.executable, "-c", "from harness.cli import main; raise SystemExit(main())", "validate"]
    theirs = [sys.executable, "-m", "lm_eval", "validate", "--tasks", names, "--include_path", str(TASKS)]
    timed = [(_seconds(ours), _seconds([*ours, "--no-controls"]), _seconds(theirs)) for _ in range(repeats)]
    sys.stdout.write(f"{'every task that ships':42} {'ours':>8} {'lm-eval':>8} {'ratio':>6}  goal\n")
    for column, name, goal in ((0, "validate, s", "under 20 s"), (1, "validate --no-controls, s", "")):
        mine, peer = statistics.median(row[column] for row in timed), statistics.median(row[2] for row in timed)
        ratio = statistics.median(row[column] / row[2] for row in timed)
        sys.stdout.write(f"{name:42} {mine:8.2f} {peer:8.2f} {ratio:6.2f}  {goal}\n")


def _seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
