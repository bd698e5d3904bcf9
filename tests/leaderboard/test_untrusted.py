"""Submissions from an enemy: each is refused with one line or accepted unharmed, and nothing it brings is run."""

from __future__ import annotations

import copy
import gzip
import hashlib
import json
import os
import string
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leaderboard import entry, untrusted
from leaderboard.check import Finding, Report
from leaderboard.comment import markdown
from leaderboard.entry import Entry
from leaderboard.recompute import recompute
from tests.leaderboard.attacks import DOCUMENTS, NUMBERS, PACKED, TEXTS
from tests.leaderboard.conftest import KNOWN
from tests.leaderboard.editing import folder_of
from va_extractor.common import plain_text
from va_extractor.common.errors import InputError, Problem

Json = Any
_ODD: list[Json] = [None, True, -1, 0, 1e308, 2**53, "1", [], {}, [[]], {"a": {}}, ["x"], *TEXTS]


def _harmless(line: str) -> None:
    """Assert that a message is one line that a terminal cannot be steered by."""
    shown = plain_text.one_line(line, 1000)
    assert shown.isprintable(), shown
    assert len(shown) <= 1000


def _judge(run: bytes, packed: bytes) -> Entry | None:
    """Read and prove as the checker does; None where it was refused."""
    try:
        one = entry.parse(run, packed, "x")
    except InputError as error:
        _harmless(str(error))
        return None
    problems = recompute(one, KNOWN)
    for problem in problems:
        _harmless(str(problem))
    assert one.path.parts[0] == "results"
    assert not {"..", ".", "/"} & set(one.path.parts)
    assert set(str(one.path)) <= set(string.ascii_letters + string.digits + "/._-")
    return None if problems else one


def _submission(rows: list[Json], record: Json) -> tuple[bytes, bytes]:
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    for task in record.get("tasks", {}).values() if isinstance(record.get("tasks"), dict) else ():
        if isinstance(task, dict) and "samples_sha256" in task:
            task["samples_sha256"] = hashlib.sha256(data).hexdigest()
    return json.dumps(record).encode(), gzip.compress(data, 1)


@pytest.fixture(scope="module")
def honest(results: Path) -> tuple[list[Json], Json]:
    """Return one entry's samples and record as plain JSON."""
    folder = folder_of(results, "baseline__gaussian")
    data = gzip.decompress((folder / "samples.jsonl.gz").read_bytes())
    return [json.loads(line) for line in data.splitlines()], json.loads((folder / "run.json").read_bytes())


def _places(value: Json, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for key, child in inner for place in _places(child, (*at, key)))][0 if at else 1 :]


def _mutate(value: Json, draw: Any) -> None:
    """Change one place of a document: another value, a key gone, a key renamed, a key added, a list doubled."""
    place = draw(st.sampled_from(_places(value)))
    parent = value
    for key in place[:-1]:
        parent = parent[key]
    key = place[-1]
    action = draw(st.sampled_from(("set", "set", "set", "drop", "add", "double")))
    if action == "drop":
        del parent[key]
    elif action == "add" and isinstance(parent, dict):
        parent[draw(st.sampled_from(TEXTS))] = draw(st.sampled_from(_ODD))
    elif action == "double" and isinstance(parent, list):
        parent.append(copy.deepcopy(parent[key]))
    else:
        parent[key] = draw(st.sampled_from(_ODD))


@given(st.data())
@settings(max_examples=150, suppress_health_check=list(HealthCheck))
def test_mutated_submissions_are_refused_or_harmless(honest: tuple[list[Json], Json], data: Any) -> None:
    rows, record = list(honest[0]), copy.deepcopy(honest[1])
    for _ in range(data.draw(st.integers(1, 3))):
        if data.draw(st.booleans()):
            _mutate(record, data.draw)
        else:
            row = data.draw(st.integers(0, len(rows) - 1))
            rows[row] = copy.deepcopy(rows[row])
            _mutate(rows[row], data.draw)
    one = _judge(*_submission(rows, record))
    if one is not None:
        _same_scores(one, honest[1])


def _same_scores(one: Entry, record: Json) -> None:
    """Assert that what was accepted tells no other number than the honest entry."""
    stated = next(iter(record["tasks"].values()))["metrics"]
    again = json.loads(one.task.model_dump_json())["metrics"]
    assert {name: score["value"] for name, score in again.items()} == {
        name: score["value"] for name, score in stated.items()
    }


@pytest.mark.parametrize("document", DOCUMENTS, ids=range(len(DOCUMENTS)))
def test_attacking_documents_are_refused(honest: tuple[list[Json], Json], document: bytes) -> None:
    assert _judge(document, gzip.compress(b"{}\n")) is None
    record = copy.deepcopy(honest[1])
    record["tasks"]["norms_term"]["samples_sha256"] = hashlib.sha256(document).hexdigest()
    assert _judge(json.dumps(record).encode(), gzip.compress(document)) is None


@pytest.mark.parametrize("packed", PACKED, ids=range(len(PACKED)))
def test_attacking_archives_are_refused(honest: tuple[list[Json], Json], packed: bytes) -> None:
    assert _judge(json.dumps(honest[1]).encode(), packed) is None


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_beyond_json_are_refused(number: str) -> None:
    with pytest.raises(InputError) as error:
        untrusted.check_json(f'{{"a": [{number}]}}'.encode(), "x")
    assert error.value.problem.code == "range"


def test_a_bomb_stops_at_the_bound() -> None:
    bomb = gzip.compress(b"\0" * 300_000_000, 9)
    tracemalloc.start()
    with pytest.raises(InputError) as error:
        untrusted.unpack(bomb, "x", limit=5_000_000)
    assert error.value.problem.code == "limit"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000


@pytest.mark.parametrize("text", TEXTS)
def test_texts_cannot_steer_a_terminal_a_spreadsheet_or_a_comment(text: str) -> None:
    assert plain_text.one_line(text).isprintable()
    cell = plain_text.csv_text(text).lstrip(" ")
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\uff1d"))
    report = Report((Finding("error", Problem(text, "type", file=text, found=text)),), (), 0)
    comment = markdown(report, Path("nowhere"))
    line = comment.splitlines()[2]
    assert line.startswith("- `")
    assert line.endswith("`")
    assert "`" not in line[3:-1]
    assert len(comment.splitlines()) == 3


def test_links_pipes_and_large_files_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "secret")
    (tmp_path / "large").write_bytes(b"0" * 11)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    codes = {"link": "unreadable", "pipe": "unreadable", "folder": "unreadable", "large": "limit", "a\0b": "unsafe"}
    for name, code in codes.items():
        with pytest.raises(InputError) as error:
            untrusted.read_bounded(tmp_path / name, name, limit=10)
        assert error.value.problem.code == code


@given(st.recursive(st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False,
       allow_infinity=False) | st.text(), lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner,
       max_size=4), max_leaves=20))  # fmt: skip
def test_all_that_json_allows_within_bounds_is_read(value: Json) -> None:
    untrusted.check_json(json.dumps([value]).encode(), "x")
