"""Worker processes and Ray write the same bytes as one process."""

from __future__ import annotations

import importlib.util
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.refused import refused
from va_extractor.faces.engines import run_local, run_ray
from va_extractor.faces.measure import Setup
from va_extractor.faces.shards import Shards
from va_extractor.schema import Provenance
from va_extractor.sources import ImageItem

PROVENANCE = Provenance(source="own", title="Own", licence="mine", citation="me", original_scale=(-1, 1))
Patterns = Callable[[int], list[bytes]]
Run = Callable[[Path], list[int]]


@pytest.fixture
def items(patterns: Patterns, tmp_path: Path) -> list[ImageItem]:
    found = []
    for index, data in enumerate([*patterns(45), b"broken"]):
        path = tmp_path / f"{index}.png"
        path.write_bytes(data)
        found.append(ImageItem(path, ("joy",), str(index // 2), ("train", "test")[index % 3 == 0]))
    return found


@pytest.fixture
def setup(standin: Path) -> Setup:
    return Setup("facechannel", standin, None, "cpu", "salt")


def written(root: Path, items: list[ImageItem], run: Callable[[Shards], Iterator[int]]) -> dict[str, bytes]:
    shards = Shards(root, items, PROVENANCE, "salt", 8)
    assert sum(run(shards)) == len(items)
    return {path.name: path.read_bytes() for paths in shards.finish().values() for path in paths}


def test_two_processes_write_what_one_writes(items: list[ImageItem], setup: Setup, tmp_path: Path) -> None:
    one = written(tmp_path / "one", items, lambda shards: run_local(shards.missing(), setup, PROVENANCE, 1))
    two = written(tmp_path / "two", items, lambda shards: run_local(shards.missing(), setup, PROVENANCE, 2))
    assert one == two
    assert len(one) == 6


def test_ray_writes_what_one_process_writes(items: list[ImageItem], setup: Setup, tmp_path: Path) -> None:
    if importlib.util.find_spec("ray") is None:
        pytest.skip("ray is not installed: pip install 'vaemo-eval[ray]'")
    import ray

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    try:
        two = written(tmp_path / "ray", items, lambda shards: run_ray(shards.missing(), setup, PROVENANCE, 2))
        with refused("unreadable", file=setup.weights.with_name("broken.onnx")):
            written(tmp_path / "no", items, lambda shards: run_ray(shards.missing(), broken(setup), PROVENANCE, 2))
    finally:
        ray.shutdown()
    one = written(tmp_path / "one", items, lambda shards: run_local(shards.missing(), setup, PROVENANCE, 1))
    assert one == two


def broken(setup: Setup) -> Setup:
    """The same with a file of weights that is no network."""
    path = setup.weights.with_name("broken.onnx")
    path.write_bytes(b"nothing")
    return replace(setup, weights=path)


@pytest.mark.parametrize("workers", [1, 2])
def test_wrong_weights_are_told_as_such(items: list[ImageItem], setup: Setup, tmp_path: Path, workers: int) -> None:
    shards = Shards(tmp_path / "out", items, PROVENANCE, "salt", 8)
    with refused("unreadable", file=setup.weights.with_name("broken.onnx")):
        list(run_local(shards.missing(), broken(setup), PROVENANCE, workers))


def test_a_worker_that_dies_is_told_in_one_line_and_the_next_run_goes_on(
    items: list[ImageItem], setup: Setup, tmp_path: Path
) -> None:
    shards = Shards(tmp_path / "out", items, PROVENANCE, "salt", 4)
    running = run_local(shards.missing(), setup, PROVENANCE, 2)
    next(running)
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    if not children.exists():
        pytest.skip("this system does not tell a process's children in /proc")
    for child in children.read_text().split():
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
            os.kill(int(child), signal.SIGKILL)
    with refused("incomplete"):
        for _ in running:
            pass
    left = Shards(tmp_path / "out", items, PROVENANCE, "salt", 4)
    assert 0 < len(left.missing()) < 12
    list(run_local(left.missing(), setup, PROVENANCE, 1))
    assert sum(map(len, left.finish().values())) == 12
