"""Runs that end in the middle: nothing that was answered is asked for again, and the result is the unbroken run's."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.harness.answers.loopback import Loopback, loopback

ROOT = Path(__file__).resolve().parents[2]
KILLS = 50
AT_ONCE = 8
TASKS = "iimi_basic,norms_term"
Runs = Callable[..., dict[str, Any]]


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Runs]:
    """Run commands in children of a warm process."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.endtoend.warm"],
        cwd=tmp_path, env=_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        given, told = process.stdin, process.stdout

        def run(*arguments: str, kill_after: float | None = None) -> dict[str, Any]:
            given.write(json.dumps({"arguments": list(arguments), "kill_after": kill_after}) + "\n")
            given.flush()
            done: dict[str, Any] = json.loads(told.readline())
            return done

        yield run
        given.close()


@pytest.fixture
def server() -> Iterator[Loopback]:
    with loopback(delay=0.02) as serving:
        yield serving


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(ROOT), "OPENAI_API_KEY": CANARY}


CANARY = "sk-canary-9f8e7d6c5b4a"


def arguments(server: Loopback, output: str, **more: str) -> list[str]:
    args = {"base_url": server.address, "model": "m", "num_concurrent": str(AT_ONCE), "max_retries": "1"} | more
    return [
        *("--model", "local-chat-completions", "--tasks", TASKS, "--limit", "150", "--output_path", output),
        *("--model_args", ",".join(f"{name}={value}" for name, value in args.items())),
    ]


def record(output: Path) -> dict[str, Any]:
    """Return the newest run's run.json without times and usage, and every sample."""
    folder = max((output / "m").iterdir())
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    for name in ("created", "usage"):
        del run[name]
    del run["model"]["args"]["base_url"]
    samples = {path.name: path.read_text(encoding="utf-8") for path in (folder / "samples").iterdir()}
    return {"run": run, "samples": samples}


def test_killed_at_fifty_moments_nothing_is_lost_or_asked_twice(
    runs: Runs, server: Loopback, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = runs(*arguments(server, "whole"))
    assert whole["code"] == 0, whole["err"]
    expected, distinct = record(tmp_path / "whole"), set(server.asked)
    assert max(server.asked.values()) == 1
    draw = random.Random(8)
    kills = finished = extra = 0
    while kills < KILLS:
        server.asked.clear()
        killed_here = 0
        while True:
            moment = draw.uniform(0.0, whole["seconds"]) if kills < KILLS else None
            done = runs(*arguments(server, "broken"), kill_after=moment)
            if done["code"] == 0:
                break
            assert done["code"] == -9, done["err"]
            kills, killed_here = kills + 1, killed_here + 1
            if set(server.asked) == distinct and not list(tmp_path.rglob("unfinished.json")):
                break  # it was done, and only had to end
        assert record(tmp_path / "broken") == expected
        assert set(server.asked) == distinct
        again = server.asked.total() - len(distinct)
        assert again <= killed_here * AT_ONCE
        finished, extra = finished + 1, extra + again
    with capsys.disabled():
        sys.stdout.write(f" [{kills} kills, {finished} runs, {extra} requests beyond {len(distinct)} each] ")
