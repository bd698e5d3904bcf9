"""A run that is killed at any moment resumes: nothing is lost and nothing done twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq

SCRIPT = Path(__file__).with_name("killed.py")
ROOT = Path(__file__).resolve().parents[3]
KILLS = 14


def pictures(files: list[bytes], folder: Path) -> Path:
    """Write images in two splits."""
    images = folder / "images"
    for index, data in enumerate(files):
        path = images / ("train", "test")[index % 4 == 0] / ("joy", "fear")[index % 2] / f"{index}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return images


def contents(folder: Path) -> dict[str, bytes]:
    """Bytes of every file below a folder, by its place in it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def command(what: str, images: Path, standin: Path, output: Path, *more: int) -> list[str]:
    return [sys.executable, str(SCRIPT), what, str(images), str(standin), str(output), *map(str, more)]


ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT)}


def test_killed_runs_end_with_the_same_bytes(
    standin: Path, patterns: Callable[[int], list[bytes]], tmp_path: Path
) -> None:
    files = patterns(160)
    images = pictures([*files, files[0], files[4], b"", b""], tmp_path)
    done = subprocess.run(
        command("kill", images, standin, tmp_path / "out", KILLS, 1),
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    killed, states, folders = map(int, done.stdout.split())
    assert killed == KILLS
    assert states > 5, "the kills fell on too few different states to show anything"
    whole = contents(tmp_path / "out" / "whole")
    ids = [one for path in (tmp_path / "out" / "whole").rglob("*.parquet") for one in ids_of(path)]
    assert len(ids) == 164
    for number in range(folders):
        assert contents(tmp_path / "out" / str(number)) == whole


def ids_of(path: Path) -> list[str]:
    ids: list[str] = pq.read_table(path, columns=["item_id"])["item_id"].to_pylist()
    return ids


def test_a_killed_run_of_two_workers_leaves_no_process_and_its_shards_are_kept(
    standin: Path, patterns: Callable[[int], list[bytes]], tmp_path: Path
) -> None:
    images, output = pictures(patterns(160), tmp_path), tmp_path / "out"
    two = command("extract", images, standin, output, 2)
    process = subprocess.Popen(two, env=ENVIRONMENT, start_new_session=True)
    deadline = time.monotonic() + 60
    while len(list(output.rglob("*.parquet"))) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)  # its files show how far the other process is
    process.send_signal(signal.SIGKILL)
    process.wait()
    while processes(process.pid) and time.monotonic() < deadline:
        time.sleep(0.05)  # the children are not ours to wait for
    assert not processes(process.pid)
    kept = {path.name: path.stat().st_ino for path in output.rglob("*.parquet")}
    assert len(kept) >= 3
    subprocess.run(two, env=ENVIRONMENT, check=True, timeout=120)
    after = {path.name: path.stat().st_ino for path in output.glob("own/*.parquet")}
    assert {name: after[name] for name in kept} == kept
    assert sum(len(ids_of(output / "own" / name)) for name in after) == 160


def processes(session: int) -> list[str]:
    """Ids of living processes of a session."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(stat.parent.name)
    return found
