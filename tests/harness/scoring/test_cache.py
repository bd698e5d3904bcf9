"""Arrays are read from the cache only where they are the very ones that would be computed."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.scoring import cache
from harness.scoring.cache import Arrays, kept

SCORES = np.arange(6.0).reshape(3, 2)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of an empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    cache._warn.cache_clear()
    return tmp_path / "cache" / "vaemo-eval"


def counted(parts: tuple[object, ...] = ("labels",), answer: np.ndarray = SCORES) -> tuple[Arrays, int]:
    """Return what is kept, and how often it had to be computed."""
    calls = []

    def compute() -> Arrays:
        calls.append(1)
        return {"knn": answer}

    return kept(parts, compute), len(calls)


def test_what_decides_the_numbers_decides_what_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert counted()[1] == 1
    assert counted()[1] == 0
    assert counted(("labels", "more"))[1] == 1
    monkeypatch.setattr(cache, "VERSION", cache.VERSION + 1)
    assert counted()[1] == 1


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7), cut=st.booleans())
def test_a_damaged_file_never_changes_a_number(folder: Path, place: float, bit: int, cut: bool) -> None:
    counted()
    [path] = folder.iterdir()
    good = path.read_bytes()
    at = int(place * len(good))
    path.write_bytes(good[:at] if cut else good[:at] + bytes([good[at] ^ 1 << bit]) + good[at + 1 :])
    found, _ = counted()
    assert (found["knn"] == SCORES).all()
    path.write_bytes(good)


def test_an_archive_that_lost_an_entry_is_not_read(folder: Path) -> None:
    """A longer comment in a zip's table of contents swallows the next entry, and no checksum of the zip notices."""
    counted()
    [path] = folder.iterdir()
    whole = bytearray(path.read_bytes())
    entry = whole.index(b"PK\x01\x02")
    whole[entry + 32] ^= 0x40
    path.write_bytes(whole)
    with np.load(path) as file:
        assert "knn" not in file.files
    found, calls = counted()
    assert calls == 1
    assert (found["knn"] == SCORES).all()


def test_a_foreign_file_is_not_read(folder: Path) -> None:
    counted()
    [path] = folder.iterdir()
    archive = io.BytesIO()
    np.savez(archive, decides=np.frombuffer(b"another", np.uint8), knn=-SCORES)
    another, pickled = archive.getvalue(), b"\x80\x04K\x01."
    sealed = [one + hashlib.sha256(one).digest() for one in (b"", b"hello", pickled, another)]
    for foreign in (b"", b"hello", pickled, another, path.read_bytes()[:-32], *sealed):
        path.write_bytes(foreign)
        found, calls = counted()
        assert calls == 1
        assert (found["knn"] == SCORES).all()
        assert counted()[1] == 0


def test_a_folder_that_cannot_be_written_is_one_line_and_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert [counted()[1], counted(("more",))[1]] == [1, 1]
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{tmp_path}/file/vaemo-eval: cannot be written (")


def test_many_writers_at_once_leave_one_whole_file(folder: Path) -> None:
    answer = np.random.default_rng(0).normal(size=(3, 20_000))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: counted(answer=answer)[0], range(24)))
    assert all((one["knn"] == answer).all() for one in found)
    [path] = folder.iterdir()
    code = "import sys, numpy as np; print(np.load(sys.argv[1], allow_pickle=False)['knn'].shape)"
    assert (
        "20000" in subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True).stdout
    )
