"""Start-up and throughput of the harness against lm-eval on the same tasks, in the same run.

Run `python -m benchmarks.throughput [--repeats 5]`. Prints one table of medians over the repeats; the
ratio is the median of the paired ratios. The model answers at once, so only the harness is timed. The 10,000 rows are
SYNTHETIC, drawn here. One task has its prompt in plain Jinja, as lm-eval's own tasks; the other takes prompt axes.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = 10_000
AXES = "emotic_complex_mc"
WRITTEN = "written_out_mc"
_WRITTEN = f"""\
task: {WRITTEN}
custom_dataset: !function harness.tasks.functions.ranking_dataset
test_split: test
output_type: multiple_choice
doc_to_text: |-
  A person's state was rated on two scales, each from -1.00 to 1.00.
  These are the emotions that may be present: {{{{ choices | join(', ') }}}}.
  Name the emotion that fits the two values best, in one word from the list.

  Valence: {{{{ '%%.2f' | format(valence) }}}}
  Arousal: {{{{ '%%.2f' | format(arousal) }}}}
  Emotion:
doc_to_choice: choices
doc_to_target: target
process_results: !function harness.tasks.functions.ranking_score
metric_list: !function harness.tasks.functions.ranking_metrics
metadata:
  version: 1.0
  title: A prompt written out.
  source: emotic
  labels: [%s]
  main_score: macro_auc
"""


def main() -> None:
    """Measure each pair in turn and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--child", choices=["first-ours", "first-theirs", "many-ours", "many-theirs"])
    parser.add_argument("--features", type=Path)
    parser.add_argument("--task", choices=[AXES, WRITTEN], default=AXES)
    args = parser.parse_args()
    if args.child:
        _child(args.child, args.features, args.task)
        return
    with tempfile.TemporaryDirectory() as folder:
        features = Path(folder) / "features"
        _write_features(features)
        asked = f"{DOCUMENTS:,} documents x 26 choices"
        rows = [
            ("start to first request, s", *_pair("first", args.repeats, features, AXES, "seconds"), "at most 0.25"),
            (f"{asked}, written out, s", *_pair("many", args.repeats, features, WRITTEN, "seconds"), "at most 0.33"),
            (f"{asked}, axes, s", *_pair("many", args.repeats, features, AXES, "seconds"), ""),
            (f"{asked}, axes, MiB", *_pair("many", args.repeats, features, AXES, "mib"), "at most 674 MiB"),
        ]
    _say(f"{'':50} {'ours':>8} {'lm-eval':>8} {'ratio':>6}  goal")
    for name, ours, theirs, ratio, goal in rows:
        _say(f"{name:50} {ours:8.2f} {theirs:8.2f} {ratio:6.2f}  {goal}")
    for command in ("--help", "ls"):
        _say(f"{f'vaemo-eval {command}, s':50} {_command(command, args.repeats):8.2f} {'':8} {'':6}  under 0.5")


def _pair(what: str, repeats: int, features: Path, task: str, figure: str) -> tuple[float, float, float]:
    """Run both sides in turn; return the two medians and the median ratio."""
    ours, theirs = [], []
    for _ in range(repeats):
        ours.append(_run(f"{what}-ours", features, task)[figure])
        theirs.append(_run(f"{what}-theirs", features, task)[figure])
    ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
    return statistics.median(ours), statistics.median(theirs), statistics.median(ratios)


def _run(child: str, features: Path, task: str) -> dict[str, float]:
    environment = {**os.environ, "VAEMO_STARTED": repr(time.time())}
    command = [sys.executable, "-m", "benchmarks.throughput", "--child", child]
    command += ["--features", str(features), "--task", task]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _command(argument: str, repeats: int) -> float:
    program = Path(sys.executable).parent / "vaemo-eval"
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        subprocess.run([program, argument], stdout=subprocess.DEVNULL, check=True)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def _child(what: str, features: Path, task: str) -> None:
    """Do one measured thing and print its figures as JSON; times count from the start of the process."""
    if what == "first-theirs":
        _first_theirs()
    elif what == "first-ours":
        _first_ours()
    elif what == "many-theirs":
        _many_theirs(features, task)
    else:
        _many_ours(features, task)
    mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    _say(json.dumps({"seconds": time.time() - float(os.environ["VAEMO_STARTED"]), "mib": mib}))


def _instant(stop: bool) -> Any:
    """Return a model that answers at once, or that ends the measurement at its first request."""
    from lm_eval.api.model import LM

    class Instant(LM):  # type: ignore[misc]  # lm-eval has no types
        def __init__(self, **_: object) -> None:
            super().__init__()

        def loglikelihood(self, requests: list[Any]) -> list[tuple[float, bool]]:
            draw = random.Random(0)
            return [(-draw.random(), False) for _ in requests]

        def generate_until(self, requests: list[Any]) -> list[str]:
            if stop:
                mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
                _say(json.dumps({"seconds": time.time() - float(os.environ["VAEMO_STARTED"]), "mib": mib}))
                sys.stdout.flush()
                os._exit(0)
            return ["happiness"] * len(requests)

        def loglikelihood_rolling(self, requests: list[Any]) -> list[float]:
            return [0.0] * len(requests)

    return Instant()


def _first_theirs() -> None:
    from lm_eval import __main__
    from lm_eval.api import registry

    registry.register_model("instant")(type(_instant(stop=True)))
    sys.argv = ["lm_eval", "run", "--model", "instant", "--include_path", str(ROOT / "tasks"), "--tasks", "iimi_basic"]
    __main__.cli_evaluate()


def _first_ours() -> None:
    from lm_eval.api import registry

    from harness.cli import main as vaemo_eval

    registry.register_model("instant")(type(_instant(stop=True)))
    vaemo_eval(["--model", "instant", "--tasks", "iimi_basic", "--output_path", tempfile.mkdtemp()])


def _many_theirs(features: Path, task: str) -> None:
    import lm_eval
    from lm_eval.tasks import TaskManager

    os.environ["VAEMO_FEATURES"] = str(features)
    lm_eval.simple_evaluate(
        model=_instant(stop=False),
        tasks=[task],
        task_manager=TaskManager(include_path=[str(ROOT / "tasks"), str(features.parent)], include_defaults=False),
        bootstrap_iters=0,
        log_samples=True,
    )


def _many_ours(features: Path, name: str) -> None:
    """Ask, read, score by item and write the samples; intervals have a benchmark of their own."""
    from harness.models import lm_eval as _compat
    from harness.record import Seeds
    from harness.record import folder as record
    from harness.scoring.samples import make_samples
    from harness.tasks.load import load_tasks

    [task] = load_tasks([name], [features.parent], str(features))
    seeds = Seeds(python=0, numpy=0, torch=0, fewshot=0, bootstrap=0, chance=0)
    settings = _compat.AskSettings(
        num_fewshot=None, limit=None, apply_chat_template=False, system_instruction=None, gen_kwargs={}, seeds=seeds
    )
    asked = _compat.ask(_instant(stop=False), task.name, task.engine, settings) or []
    folder = features.parent
    (folder / "samples").mkdir(exist_ok=True)
    with _compat.rare_collection():
        record.write_samples(folder, task.name, make_samples(task.kind, asked, None), task.question.labels)


def _write_features(folder: Path) -> None:
    """Write SYNTHETIC rows of EMOTIC's shape, and beside them the task whose prompt is written out."""
    import numpy as np

    from va_extractor.dataset import write_split
    from va_extractor.emotions.labels import EMOTIC
    from va_extractor.sample import Row, to_table
    from va_extractor.schema import Provenance

    rng = np.random.default_rng(0)
    given = Provenance(
        source="emotic", title="SYNTHETIC", licence="none", citation="none", original_scale=(-1.0, 1.0), synthetic=True
    )
    for split, count in (("train", 100), ("test", DOCUMENTS)):
        rows = []
        for n in range(count):
            valence, arousal = rng.uniform(-1, 1, size=2)
            labels = tuple(str(label) for label in rng.choice(EMOTIC, size=4, replace=False))
            rows.append(Row((split, n), (split, n), (float(valence), float(arousal)), labels))
        write_split(to_table(rows), given, folder, split)
    (folder.parent / f"{WRITTEN}.yaml").write_text(_WRITTEN % ", ".join(EMOTIC), encoding="utf-8")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
