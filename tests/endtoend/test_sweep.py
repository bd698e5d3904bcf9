"""Sweeps from the command line: baselines that no axis moves, a model that is asked, and one that is stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sklearn.metrics import f1_score

from harness.record.folder import read_run, read_samples
from harness.record.sweep import Sweep
from tests.harness.models.api.fault_server import FaultServer, error
from tests.harness.models.cache.loopback import loopback

if TYPE_CHECKING:
    from tests.endtoend.conftest import Command

ROOT = Path(__file__).resolve().parents[2]
BASELINE = ("sweep", "--model", "baseline:prototype", "--task", "iimi_basic", "--limit", "40")


def read(folder: Path) -> Sweep:
    return Sweep.model_validate_json((folder / "sweep.json").read_bytes())


def test_a_baseline_that_reads_no_prompt_has_no_effects(vaemo_eval: Command) -> None:
    done = vaemo_eval(
        *BASELINE,
        "--axes",
        "va_format,say_scale,language=zh,reasoning",
        "--output_path",
        "s",
        "--design",
        "one-at-a-time",
    )
    assert done.code == 0, done.err
    sweep = read(done.cwd / "s")
    assert len(sweep.variants) == 6
    assert len(sweep.effects) == 5
    for one in sweep.effects:
        assert one.interval is not None
        assert (one.effect, one.interval.low, one.interval.high, one.holm) == (0, 0, 0, 1)
    assert {one.not_parsed for one in sweep.variants} == {0.0}
    assert sweep.spread is not None
    assert sweep.spread.range == 0
    assert sweep.synthetic
    assert "SYNTHETIC" in done.out
    assert {path.name for path in (done.cwd / "s").iterdir()} == {
        "runs", "settings.json", "sweep.json", "sweep.svg", "sweep.png",
    }  # fmt: skip


def test_a_dry_run_counts_and_asks_nothing(vaemo_eval: Command) -> None:
    done = vaemo_eval(*BASELINE, "--axes", "va_format,scale=0..1,say_scale", "--output_path", "s", "--dry-run")
    assert done.code == 0, done.err
    # without its scale stated, a word is the same on every scale
    assert "12 variants, 11 distinct prompts, 440 requests, 440 of them to send" in done.out
    assert not (done.cwd / "s").exists()
    scored = vaemo_eval(
        "sweep", "--model", "baseline:prototype", "--task", "iimi_basic_mc", "--axes", "order", "--dry-run"
    )
    # seven labels of 420 items, and of three prompts without content
    assert "2 variants, 2 distinct prompts, 5922 requests, 5922 of them to send" in scored.out


def test_a_dry_run_counts_what_the_sweep_then_asks(vaemo_eval: Command) -> None:
    with loopback() as server:
        asked = (
            *("sweep", "--model", "local-chat-completions", "--model_args", f"base_url={server.address},model=m"),
            *("--task", "iimi_basic", "--axes", "decimals=0", "--limit", "60", "--no-picture", "--output_path", "s"),
        )
        before = vaemo_eval(*asked, "--dry-run")
        assert before.code == 0, before.err
        assert not server.asked
        done = vaemo_eval(*asked)
        assert done.code == 0, done.err
        sent = server.asked.total()
        after = vaemo_eval(*asked, "--dry-run")
        other = vaemo_eval(*asked, "--seed", "7", "--dry-run")
    assert sent < 120
    assert f"2 distinct prompts, 120 requests, {sent} of them to send" in before.out
    assert "2 distinct prompts, 120 requests, 0 of them to send" in after.out
    assert server.asked.total() == sent
    assert (other.code, "holds a sweep with other settings: seeds" in other.err) == (2, True)


def test_a_language_model_is_loaded_once_and_its_effects_are_those_of_its_answers(
    vaemo_eval: Command, tiny_model: Path
) -> None:
    done = vaemo_eval(
        *("sweep", "--model", str(tiny_model), "--task", "iimi_basic_mc", "--axes", "va_format=lexical,order"),
        *("--limit", "15", "--device", "cpu", "--output_path", "s", "--no-picture"),
    )
    assert done.code == 0, done.err
    sweep = read(done.cwd / "s")
    values = {}
    for variant in sweep.variants:
        [path] = (done.cwd / "s" / "runs" / variant.id).rglob("run.json")
        rows = read_samples(path.parent, read_run(path.parent).tasks["iimi_basic_mc"])
        gold, said = ([row.item.labels[0] for row in rows], [row.parsed.labels[0] for row in rows])
        value = f1_score(gold, said, average="macro", labels=sorted(set(gold)), zero_division=0)
        assert variant.value == pytest.approx(value, abs=1e-6)
        [axes] = variant.axes
        values[axes.get("va_format", "numeric"), axes.get("order", "VA")] = value
    [lexical, turned] = sweep.effects
    assert lexical.effect == pytest.approx(
        (values["lexical", "VA"] + values["lexical", "AV"] - values["numeric", "VA"] - values["numeric", "AV"]) / 2,
        abs=1e-6,
    )
    assert turned.effect == pytest.approx(
        (values["numeric", "AV"] + values["lexical", "AV"] - values["numeric", "VA"] - values["lexical", "VA"]) / 2,
        abs=1e-6,
    )


def start(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a sweep in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", "import sys; from harness.cli import main; sys.exit(main())", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def test_a_sweep_that_was_killed_goes_on_and_gives_the_same_report(
    vaemo_eval: Command, tmp_path: Path, tiny_model: Path
) -> None:
    arguments = (
        *("sweep", "--model", str(tiny_model), "--task", "iimi_basic", "--axes", "va_format,order"),
        *("--limit", "7", "--device", "cpu", "--gen_kwargs", "max_gen_toks=2", "--output_path"),
    )
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    process = start(tmp_path, *arguments, "killed")
    while process.poll() is None and len(list(killed.glob("runs/*/*/*/run.json"))) < 2:
        time.sleep(0.02)  # the files of another process are all that tells how far it is
    process.send_signal(signal.SIGKILL)
    process.communicate()
    finished = {path: path.stat().st_mtime_ns for path in killed.glob("runs/*/*/*/run.json")}
    assert 2 <= len(finished) < 6
    assert not (killed / "sweep.json").exists()
    for folder in ("killed", "whole"):
        again = vaemo_eval(*arguments, folder)
        assert again.code == 0, again.err
    assert (killed / "sweep.json").read_bytes() == (whole / "sweep.json").read_bytes()
    assert (killed / "sweep.svg").read_bytes() == (whole / "sweep.svg").read_bytes()
    assert {path: path.stat().st_mtime_ns for path in finished} == finished
    assert len(list(killed.glob("runs/*/*/*/run.json"))) == len(list(whole.glob("runs/*/*/*/run.json"))) == 6


def test_a_folder_of_another_sweep_is_refused_by_what_differs(vaemo_eval: Command) -> None:
    asked = (*BASELINE[:-1], "12", "--output_path", "s", "--no-picture", "--axes")
    first = vaemo_eval(*asked, "order")
    assert first.code == 0
    before = (first.cwd / "s" / "sweep.json").read_bytes()
    other = vaemo_eval(*asked, "order,say_scale", "--seed", "7")
    assert other.code == 2
    [line] = other.err.strip().splitlines()
    assert 'holds a sweep with other settings: axes {"order": ["VA", "AV"]} against' in line
    assert "; seeds {" in line
    assert (first.cwd / "s" / "sweep.json").read_bytes() == before
    (first.cwd / "mine").mkdir()
    (first.cwd / "mine" / "thesis.txt").write_text("dear")
    taken = vaemo_eval(*asked[:-1], "--output_path", "mine", "--axes", "order")
    assert taken.code == 2
    assert "mine: --output_path: not empty" in taken.err


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("--task", "vaemo", "--axes", "order"), "--task: a sweep takes one task"),
        (("--task", "iimi_basic", "--axes", "dimensions"), "metadata.axes.dimensions: dimensions=VAD: "),
        (("--task", "iimi_basic", "--axes", "dimensions"), "the source has no dominance"),
        (("--task", "norms_term", "--axes", "language"), "is not translated into es"),
        (("--task", "iimi_basic", "--axes", "order", "--repeats", "3"), "--repeats: not for a sweep"),
        (("--task", "iimi_basic", "--axes", "order", "--num_fewshot", "3"), "vary the axis fewshot"),
    ],
)
def test_what_a_sweep_cannot_do_is_one_line(vaemo_eval: Command, arguments: tuple[str, ...], line: str) -> None:
    done = vaemo_eval("sweep", "--model", "baseline:prototype", *arguments)
    assert done.code == 2
    [said] = done.err.strip().splitlines()
    assert line in said


def test_examples_of_lm_eval_are_refused_where_they_would_not_follow(vaemo_eval: Command) -> None:
    done = vaemo_eval("--model", "baseline:prototype", "--tasks", "iimi_basic_es", "--num_fewshot", "2")
    assert done.code == 2
    assert all(part in done.err for part in ("--num_fewshot: ", "iimi_basic_es", "varies language,"))
    done = vaemo_eval(
        "--model", "baseline:prototype", "--tasks", "iimi_basic_lexical", "--num_fewshot", "2", "--limit", "3"
    )
    assert done.code == 0, done.err
    prompt = done.samples("iimi_basic_lexical")[0]["prompt"]
    lines = [line for line in prompt.splitlines() if line.startswith("Valence: ")]
    assert len(lines) == 3
    assert not any(letter.isdigit() for letter in "".join(lines))


def test_a_record_says_how_its_prompt_differs(vaemo_eval: Command) -> None:
    done = vaemo_eval("--model", "baseline:prototype", "--tasks", "iimi_basic,iimi_basic_es", "--limit", "5")
    tasks = done.record.tasks
    assert tasks["iimi_basic"].axes == {}
    assert tasks["iimi_basic_es"].axes == {"language": "es"}


def test_the_folder_of_a_sweep_is_named_like_that_of_a_run(vaemo_eval: Command) -> None:
    done = vaemo_eval(
        *("sweep", "--model", "baseline:prototype", "--task", "iimi_basic", "--axes", "order"),
        *("--limit", "4", "--no-picture"),
    )
    assert done.code == 0, done.err
    assert (done.cwd / "sweeps" / "baseline__prototype" / "iimi_basic" / "sweep.json").is_file()


def test_a_folder_in_which_nothing_was_answered_is_free_again(vaemo_eval: Command) -> None:
    asked = ("sweep", "--task", "iimi_basic", "--axes", "order", "--limit", "4", "--no-picture", "--output_path", "s")
    with FaultServer(lambda *_: error(404, "Not Found")) as server:
        failed = vaemo_eval(
            *asked, "--model", "local-chat-completions", "--model_args", f"base_url={server.url},model=m"
        )
    assert failed.code == 2
    done = vaemo_eval(*asked, "--model", "baseline:prototype")
    assert done.code == 0, done.err
    assert vaemo_eval(*asked, "--model", "baseline:uniform").code == 2
