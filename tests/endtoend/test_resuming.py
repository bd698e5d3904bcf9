"""Runs that end in the middle: nothing that was answered is asked for again, and the result is the unbroken run's."""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.harness.models.cache.loopback import Loopback, loopback

ROOT = Path(__file__).resolve().parents[2]
KILLS = 10
AT_ONCE = 8
TASKS = "iimi_basic,norms_term"
CANARY = "sk-canary-9f8e7d6c5b4a"
Ended = dict[str, Any]
Runs = Callable[..., Ended]
AtOnce = Callable[..., list[Ended]]


@pytest.fixture(scope="module")
def warm() -> Iterator[subprocess.Popen[str]]:
    """Start a process that has imported everything, for the runs of all tests."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.endtoend.warm"],
        env={**os.environ, "PYTHONPATH": str(ROOT), "OPENAI_API_KEY": CANARY},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        yield process
        process.communicate()


@pytest.fixture
def at_once(warm: subprocess.Popen[str], tmp_path: Path) -> AtOnce:
    """Run commands at the same time, in children of the warm process."""
    assert warm.stdin is not None
    assert warm.stdout is not None
    given, told = warm.stdin, warm.stdout

    def run(*commands: list[str], kill_after: float | None = None, signal: int = signal.SIGKILL) -> list[Ended]:
        asked = {"folder": str(tmp_path), "commands": commands, "kill_after": kill_after, "signal": signal}
        given.write(json.dumps(asked) + "\n")
        given.flush()
        ended: list[Ended] = json.loads(told.readline())
        for one in ended:
            lines = one["err"].splitlines(keepends=True)
            one["err"] = "".join(line for line in lines if not line.startswith("warning: "))  # of --limit
        return ended

    return run


@pytest.fixture
def runs(at_once: AtOnce) -> Runs:
    """Run one command."""

    def run(*arguments: str, **how: Any) -> Ended:
        [ended] = at_once(list(arguments), **how)
        return ended

    return run


@pytest.fixture
def server() -> Iterator[Loopback]:
    with loopback(delay=0.02) as serving:
        yield serving


def arguments(server: Loopback, output: str, **more: str) -> list[str]:
    args = {"base_url": server.address, "model": "m", "num_concurrent": str(AT_ONCE), "max_retries": "1"} | more
    return [
        *("--model", "local-chat-completions", "--tasks", TASKS, "--limit", "60", "--output_path", output),
        *("--model_args", ",".join(f"{name}={value}" for name, value in args.items())),
    ]


def record(output: Path) -> dict[str, Any]:
    """Return the newest run's run.json without times and usage, and every sample."""
    folder = max((output / "m").iterdir())
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    for name in ("created", "usage"):
        del run[name]
    del run["model"]["args"]["base_url"]
    samples = {path.name: gzip.decompress(path.read_bytes()) for path in (folder / "samples").iterdir()}
    return {"run": run, "samples": samples}


def test_killed_at_many_moments_nothing_is_lost_or_asked_twice(
    runs: Runs, server: Loopback, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = runs(*arguments(server, "whole"))
    assert whole["code"] == 0, whole["err"]
    expected, distinct = record(tmp_path / "whole"), set(server.asked)
    assert max(server.asked.values()) == 1
    draw = random.Random(8)
    # spread over the whole run, from its first moments to the writing of the record; in this order, a run that goes on
    # is killed again while it asks, and a new one while it writes
    moments = [(n + draw.random()) / KILLS * whole["seconds"] for n in range(KILLS)]
    kills = finished = extra = 0
    while kills < KILLS:
        server.asked.clear()
        killed_here = 0
        while True:
            moment = moments[kills] if kills < KILLS else None
            done = runs(*arguments(server, "broken"), kill_after=moment)
            if done["code"] == 0:
                break
            assert done["code"] == -9, done["err"]
            kills, killed_here = kills + 1, killed_here + 1
        assert record(tmp_path / "broken") == expected
        assert set(server.asked) == distinct
        again = server.asked.total() - len(distinct)
        assert again <= killed_here * AT_ONCE
        shutil.rmtree(tmp_path / "broken")
        finished, extra = finished + 1, extra + again
    with capsys.disabled():
        sys.stdout.write(f" [{kills} kills, {finished} runs, {extra} requests beyond {len(distinct)} each] ")


def newest(output: Path) -> Path:
    """Return the newest run folder."""
    return max((output / "m").iterdir())


def stopped_halfway(runs: Runs, server: Loopback, output: str, signal: int = signal.SIGKILL) -> Ended:
    """End a run in the middle of its asking, which the server's slowness makes last for long enough."""
    server.asked.clear()
    usual, server.delay = server.delay, 1.0
    for moment in (0.5, 1.0, 2.0, 4.0, 8.0):
        done = runs(*arguments(server, output), kill_after=moment, signal=signal)
        if server.asked:
            server.delay = usual
            return done
    raise AssertionError("never stopped while asking")


def test_one_ctrl_c_or_a_limit_ends_a_run_that_goes_on_without_asking_anything_twice(
    runs: Runs, server: Loopback, tmp_path: Path
) -> None:
    whole = runs(*arguments(server, "whole"))
    distinct = len(server.asked)
    stopped = stopped_halfway(runs, server, "out", signal.SIGINT)
    assert stopped["code"] == 3, stopped["err"]
    assert 0 < server.asked.total() < distinct
    words = " ".join(stopped["out"].split())
    assert "incomplete: stopped by Ctrl-C;" in words
    assert "repeat the command to resume" in words
    limited = runs(*arguments(server, "out"), "--max-requests", "10")
    assert limited["code"] == 3, limited["err"]
    again = runs(*arguments(server, "out"))
    assert again["code"] == whole["code"] == 0, again["err"]
    assert (len(server.asked), server.asked.total()) == (distinct, distinct)
    assert record(tmp_path / "out") == record(tmp_path / "whole")


def test_a_repeated_command_says_what_came_from_the_cache_and_off_sends_again(runs: Runs, server: Loopback) -> None:
    whole = runs(*arguments(server, "out"))
    assert whole["code"] == 0, whole["err"]
    distinct = len(server.asked)
    server.asked.clear()
    again = runs(*arguments(server, "out"))
    assert again["code"] == 0, again["err"]
    assert "requests were answered from the cache" in again["out"]
    assert not server.asked
    off = runs(*arguments(server, "out"), "--cache", "off")
    assert off["code"] == 0, off["err"]
    assert server.asked.total() == distinct


def test_the_record_of_a_run_that_was_killed_says_that_it_is_unfinished(
    runs: Runs, server: Loopback, tmp_path: Path
) -> None:
    first, second = TASKS.split(",")
    one = runs(*arguments(server, "out"), "--tasks", first)
    assert one["code"] == 0, one["err"]
    stopped_halfway(runs, server, "out")
    run = json.loads((newest(tmp_path / "out") / "run.json").read_text(encoding="utf-8"))
    assert list(run["tasks"]) == [first]
    assert run["stopped"] == f"unfinished: {second} not run"


def test_no_file_of_a_run_holds_a_key_or_a_path(runs: Runs, server: Loopback, tmp_path: Path) -> None:
    stopped_halfway(runs, server, "out")
    done = runs(*arguments(server, "out"), "--cache", "cache", "--limit", "3")
    assert done["code"] == 0, done["err"]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"answers.sqlite", "run.json", "iimi_basic.jsonl.gz"}
    for path in files:
        data = path.read_bytes()
        assert CANARY.encode() not in data, path
        assert str(tmp_path).encode() not in data, path
    assert CANARY not in done["out"] + done["err"]


def test_two_processes_on_one_cache_ask_no_more_than_each_would_alone(
    at_once: AtOnce, server: Loopback, tmp_path: Path
) -> None:
    commands = [[*arguments(server, f"out{number}"), "--cache", "cache"] for number in range(3)]
    for done in at_once(*commands[:2]):
        assert done["code"] == 0, done["err"]
    assert max(server.asked.values()) <= 2
    assert record(tmp_path / "out0") == record(tmp_path / "out1")
    server.asked.clear()
    [third] = at_once(commands[2])
    assert (third["code"], server.asked.total()) == (0, 0)
    assert record(tmp_path / "out2") == record(tmp_path / "out0")


def test_a_cache_of_another_version_is_refused_before_anything_is_asked(
    runs: Runs, server: Loopback, tmp_path: Path
) -> None:
    assert runs(*arguments(server, "out"), "--limit", "2", "--cache", "cache")["code"] == 0
    with sqlite3.connect(tmp_path / "cache" / "answers.sqlite") as database:
        database.execute("PRAGMA user_version = 9")
    database.close()
    server.asked.clear()
    refused = runs(*arguments(server, "out"), "--cache", "cache")
    assert (refused["code"], refused["err"].count("\n")) == (2, 1)
    assert "cache/answers.sqlite: " in refused["err"]
    assert not server.asked
    assert len(list((tmp_path / "out" / "m").iterdir())) == 1


def test_a_disk_that_is_full_or_read_only_ends_the_run_in_one_line_and_mended_lets_it_go_on(
    runs: Runs, server: Loopback, tmp_path: Path
) -> None:
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a small tmpfs")
    expected = runs(*arguments(server, "whole"))
    assert expected["code"] == 0, expected["err"]
    distinct = len(server.asked)
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk], check=False).returncode:
        pytest.skip("this machine lets no tmpfs be mounted")
    try:
        (disk / "other").write_bytes(b"x" * 3_800_000)
        server.asked.clear()
        full = runs(*arguments(server, "disk/out"))
        assert full["code"] == 2
        lines = [line for line in full["err"].splitlines() if line.startswith("vaemo-eval: ")]
        assert len(lines) == 1
        assert "Traceback" not in full["err"]
        assert "disk is full" in lines[0] or "No space left" in lines[0]
        assert "answers are in disk/out/answers.sqlite" in lines[0]
        asked = server.asked.total()
        assert asked < distinct
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        read_only = runs(*arguments(server, "disk/out"))
        assert (read_only["code"], read_only["err"].count("\n")) == (2, 1)
        assert "ead-only" in read_only["err"]
        assert server.asked.total() == asked
        subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
        (disk / "other").unlink()
        again = runs(*arguments(server, "disk/out"))
        assert again["code"] == 0, again["err"]
        assert server.asked.total() - distinct <= AT_ONCE
        assert record(disk / "out") == record(tmp_path / "whole")
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def test_a_folder_that_cannot_be_written_is_one_line_and_nothing_is_asked(
    runs: Runs, server: Loopback, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    refused = runs(*arguments(server, "file/out"))
    assert (refused["code"], refused["err"].count("\n")) == (2, 1)
    assert "file/out: --output_path: " in refused["err"]
    assert not server.asked
