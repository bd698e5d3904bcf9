"""The answer cache on disk: every answer is there for later readers, and other files are left alone."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.models.cache.store import FILE, AnswerCache, CachedAnswer, Given
from harness.record import Answer
from va_extractor.common.errors import InputError

ANSWERS: list[Given] = [
    "joy",
    "",
    "é 😀 \x00 \ud83d",
    (-1.25, True),
    (-0.1 - 0.2, False),
    Answer(text="joy", reasoning="because", finish="length", prompt_tokens=7, answer_tokens=3),
    Answer(text=None, finish="refusal"),
]


def key(number: int) -> bytes:
    return hashlib.sha256(str(number).encode()).digest()


def test_what_was_put_in_comes_back_after_closing(tmp_path: Path) -> None:
    rows = {key(number): CachedAnswer(answer, ("seed not sent",), "v1") for number, answer in enumerate(ANSWERS)}
    store = AnswerCache(tmp_path / "deep" / FILE)
    for one, kept in rows.items():
        store.put({one: kept})
    assert store.read([*rows, key(99)]) == rows
    store.close()
    assert AnswerCache(tmp_path / "deep" / FILE).read(rows) == rows


@given(st.floats(allow_nan=False, allow_infinity=False), st.booleans())
def test_a_log_likelihood_comes_back_to_the_last_bit(
    tmp_path_factory: pytest.TempPathFactory, value: float, greedy: bool
) -> None:
    store = AnswerCache(tmp_path_factory.mktemp("store") / FILE)
    store.put({key(0): CachedAnswer((value, greedy))})
    assert store.read([key(0)]) == {key(0): CachedAnswer((value, greedy))}
    store.close()


def test_the_first_answer_stands(tmp_path: Path) -> None:
    store = AnswerCache(tmp_path / FILE)
    store.put({key(0): CachedAnswer("first")})
    store.put({key(0): CachedAnswer("second")})
    store.put({key(0): CachedAnswer("third"), key(1): CachedAnswer("other")})
    assert store.read([key(0), key(1)]) == {key(0): CachedAnswer("first"), key(1): CachedAnswer("other")}
    assert len(store) == 2


def test_an_answer_outlives_a_process_that_is_killed_at_once(tmp_path: Path) -> None:
    script = (
        "import os, signal, sys; from pathlib import Path; from harness.models.cache import store as s\n"
        "store = s.AnswerCache(Path(sys.argv[1]))\n"
        "for number in range(100): store.put({number.to_bytes(32): s.CachedAnswer(str(number))})\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, tmp_path / FILE], check=False)
    assert done.returncode == -9
    found = AnswerCache(tmp_path / FILE).read([number.to_bytes(32) for number in range(100)])
    assert [kept.answer for kept in found.values()] == [str(number) for number in range(100)]


def _fill(path: Path, start: int) -> None:
    store = AnswerCache(path)
    for number in range(start, start + 300):
        store.put({key(number): CachedAnswer(str(number))})
    store.close()


def test_processes_that_make_and_fill_one_cache_at_once_lose_nothing(tmp_path: Path) -> None:
    fork = multiprocessing.get_context("fork")
    processes = [fork.Process(target=_fill, args=(tmp_path / FILE, start)) for start in (0, 100, 200, 600)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0, 0]
    expected = [*range(500), *range(600, 900)]
    found = AnswerCache(tmp_path / FILE).read(map(key, expected))
    assert [kept.answer for kept in found.values()] == [str(number) for number in expected]


def test_threads_share_a_store(tmp_path: Path) -> None:
    store = AnswerCache(tmp_path / FILE)

    def put(number: int) -> None:
        store.put({key(number): CachedAnswer("x")})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(put, range(400)))
    assert len(store) == 400


def test_a_store_of_another_version_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    AnswerCache(tmp_path / FILE).close()
    with sqlite3.connect(tmp_path / FILE) as other:
        other.execute("PRAGMA user_version = 7")
    other.close()
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(InputError) as raised:
        AnswerCache(tmp_path / FILE)
    problem = raised.value.problem
    assert (problem.code, problem.file, problem.found) == ("conflict", tmp_path / FILE, 7)
    assert (tmp_path / FILE).read_bytes() == before


def test_what_is_no_store_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("no database at all" * 100)
    database = tmp_path / "database"
    with sqlite3.connect(database) as other:
        other.execute("CREATE TABLE answers (key, answer)")
    other.close()
    for path, code in ((text, "unreadable"), (database, "conflict")):
        before = path.read_bytes()
        with pytest.raises(InputError) as raised:
            AnswerCache(path)
        assert (raised.value.problem.code, raised.value.problem.file) == (code, path)
        assert path.read_bytes() == before


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system of one MiB."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a small tmpfs; the limit on file sizes is tested instead")
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], check=False).returncode:
        pytest.skip("this machine lets no tmpfs be mounted; the limit on file sizes is tested instead")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def _fill_up(store: AnswerCache) -> tuple[int, str]:
    """Put answers until that fails; return how many were put, and the error."""
    for number in range(100_000):
        try:
            store.put({key(number): CachedAnswer("x" * 500)})
        except InputError as error:
            return number, str(error)
    raise AssertionError("the disk was never full")


def test_a_full_disk_is_one_line_and_every_answer_before_is_whole(small_disk: Path) -> None:
    store = AnswerCache(small_disk / FILE)
    (small_disk / "other").write_bytes(b"x" * 300_000)
    put, words = _fill_up(store)
    assert put > 20
    assert "\n" not in words
    assert "answers.sqlite: the disk is full" in words
    assert len(store) == put
    store.close()
    (small_disk / "other").unlink()
    again = AnswerCache(small_disk / FILE)
    assert len(again.read(map(key, range(put)))) == put
    again.put({key(put): CachedAnswer("there is room again")})
    assert again.read([key(put)]) == {key(put): CachedAnswer("there is room again")}
    again.close()
    [[check]] = sqlite3.connect(small_disk / FILE).execute("PRAGMA integrity_check")
    assert check == "ok"


def _fill_up_within(path: Path, told: Path) -> None:
    store = AnswerCache(path)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
    put, words = _fill_up(store)
    os.write(os.open(told, os.O_WRONLY | os.O_CREAT), f"{put} {words}".encode())


def test_a_limit_on_file_sizes_is_one_line_and_every_answer_before_is_whole(tmp_path: Path) -> None:
    process = multiprocessing.get_context("fork").Process(
        target=_fill_up_within, args=(tmp_path / FILE, tmp_path / "t")
    )
    process.start()
    process.join(60)
    put, _, words = (tmp_path / "t").read_text().partition(" ")
    assert "\n" not in words
    assert words.startswith(str(tmp_path / FILE))
    found = AnswerCache(tmp_path / FILE).read(map(key, range(int(put))))
    assert len(found) == int(put) > 10


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError) as raised:
        AnswerCache(tmp_path / "file" / FILE)
    assert (raised.value.problem.code, raised.value.problem.file) == ("unwritable", tmp_path / "file")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *(("answer", text) for text in ("null", "{", "[]", "5", '{"text": 5}', '{"missing": "x"}', "[NaN, true]")),
        *(("answer", text) for text in ("[1.5, 1]", '{"a": 1}', b"\xff", '{"text": "joy", "finish": "gone"}')),
        *(("changes", text) for text in ("{", "5", '"x"', b"\xff")),
        ("version", b"blob"),
    ],
)
def test_a_row_that_a_stranger_wrote_is_one_line_that_names_the_file(
    tmp_path: Path, column: str, value: str | bytes
) -> None:
    store = AnswerCache(tmp_path / FILE)
    store.put({key(0): CachedAnswer(Answer(text="joy"))})
    store.close()
    with closing(sqlite3.connect(tmp_path / FILE)) as db, db:
        db.execute(f"UPDATE answers SET {column} = ?", (value,))  # noqa: S608  a name of this test's
    with pytest.raises(InputError) as caught:
        AnswerCache(tmp_path / FILE).read([key(0)])
    assert (caught.value.problem.code, caught.value.problem.file) == ("unreadable", tmp_path / FILE)


def test_what_a_stranger_says_was_changed_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    store = AnswerCache(tmp_path / FILE)
    store.put({key(0): CachedAnswer("joy", ("\x1b[2Jseed\nnot sent",))})
    assert store.read([key(0)])[key(0)].changes == ("[2Jseed not sent",)
