"""Fill a results repository with real runs: our baselines on the shipped word norms, and any model you name.

Run `python examples/fill.py DIR [--model NAME ...]`; a model is what `vaemo-eval --model` takes.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from harness.cli import main as vaemo_eval
from leaderboard.cli import main as vaemo_leaderboard

TEMPLATE = Path(__file__).parent / "results-repo"
BASELINES = ("uniform", "majority", "prototype", "gaussian")
TASKS = "norms_term,norms_term_mc,norms_term_vad"


def fill(folder: Path, models: list[str]) -> int:
    """Copy the template to `folder`, run every model, submit each run, and return the check's exit code."""
    shutil.copytree(TEMPLATE, folder, dirs_exist_ok=True)
    with tempfile.TemporaryDirectory() as runs:
        for number, model in enumerate(models):
            output = Path(runs) / str(number)
            code = vaemo_eval(["--model", model, "--tasks", TASKS, "--output_path", str(output)])
            run = next(output.glob("*/*"), None)
            if code or run is None or vaemo_leaderboard(["submit", str(run), "--to", str(folder)]):
                return code or 1
    return vaemo_leaderboard(["check", str(folder), "--vouch", "maintainer-run"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--model", action="append", default=[], metavar="NAME")
    given = parser.parse_args()
    sys.exit(fill(given.folder, [*(f"baseline:{name}" for name in BASELINES), *given.model]))
