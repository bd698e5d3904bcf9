"""The run folder: written whole, read strictly."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from harness.kinds import get
from harness.record import Answer, AnswerCounts, ModelRecord, RunRecord, Seeds, Usage
from harness.record.folder import (
    git,
    make_folder,
    own_version,
    packages,
    read_run,
    read_samples,
    remove_if_empty,
    sha256_text,
    write_run,
    write_samples,
)
from tests.making import item, sample
from va_extractor.common.errors import InputError

NOON = datetime(2026, 3, 1, 12, 0, 0, 250, tzinfo=UTC)
RUN = RunRecord(
    created="2026-03-01T12:00:00+00:00",
    harness_version="0",
    packages={"numpy": "2"},
    git=None,
    model=ModelRecord(id="baseline:all", revision=None, backend="baseline", args={}, chat_template_sha256=None),
    synthetic=True,
    seeds=Seeds(python=0, numpy=1, torch=2, fewshot=3, bootstrap=4, chance=5),
    limit=None,
    apply_chat_template=False,
    system_instruction=None,
    gen_kwargs={},
    usage=Usage(requests=1, prompt_tokens=None, answer_tokens=None, wall_seconds=0.1),
    tasks={},
)
SAMPLES = [
    sample(get("single_label"), item(number, labels=["a"], choices=["a", "b"]), Answer(text=text))
    for number, text in enumerate(["a", "line\u2028break\r\n\x85", "é 😀 \x00"])
]


def _with(line: bytes, field: str, value: object) -> bytes:
    return json.dumps(json.loads(line) | {field: value}).encode()


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("baseline:prototype", "baseline__prototype"),
        ("Qwen/Qwen3-0.6B", "Qwen__Qwen3-0.6B"),
        ("a b\\c//d", "a__b__c__d"),
    ],
)
def test_a_run_has_a_folder_by_model_and_utc_time(tmp_path: Path, model: str, name: str) -> None:
    there = NOON.astimezone(timezone(timedelta(hours=5)))
    folder = make_folder(tmp_path / "results", model, there)
    assert folder == tmp_path / "results" / name / "2026-03-01T12-00-00.000250Z"
    assert (folder / "samples").is_dir()


@pytest.mark.parametrize("model", ["../../etc", "..", "/etc", ".", "a/../../b", ""])
def test_no_model_name_leads_out_of_the_output_path(tmp_path: Path, model: str) -> None:
    output = tmp_path / "results"
    assert make_folder(output, model, NOON).resolve().is_relative_to(output)


def test_an_output_path_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"--output_path \S+file: cannot be written"):
        make_folder(tmp_path / "file", "m", NOON)


def test_a_folder_in_which_nothing_was_written_goes_again(tmp_path: Path) -> None:
    empty, used = make_folder(tmp_path, "empty", NOON), make_folder(tmp_path, "used", NOON)
    write_samples(used, "t", SAMPLES)
    remove_if_empty(empty)
    remove_if_empty(used)
    assert not empty.exists()
    assert (used / "samples" / "t.jsonl").exists()


def test_samples_are_one_a_line_and_the_same_again(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, "m", NOON)
    name, sha256 = write_samples(folder, "t", SAMPLES)
    data = (folder / name).read_bytes()
    assert name == "samples/t.jsonl"
    assert sha256 == hashlib.sha256(data).hexdigest()
    assert len([json.loads(line) for line in data.split(b"\n")[:-1]]) == len(SAMPLES)
    assert read_samples(folder / name) == SAMPLES
    assert [path.name for path in (folder / "samples").iterdir()] == ["t.jsonl"]


def test_a_run_is_the_same_again(tmp_path: Path) -> None:
    assert write_run(tmp_path, RUN) == tmp_path / "run.json"
    assert read_run(tmp_path) == RUN


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", r"run\.json: Invalid JSON"),
        ("[]", r"run\.json: "),
        ("{}", r"run\.json: field 'created'"),
        (RUN.model_dump_json().replace('"numpy":1', '"numpy":"x"'), r"field 'seeds\.numpy'"),
        (RUN.model_dump_json().replace('"level":0.95', '"level":7'), r"field 'level'"),
        (RUN.model_dump_json().replace('"synthetic"', '"sinthetic"'), r"field 's[iy]nthetic'"),
    ],
)
def test_a_run_that_breaks_the_schema_is_named_by_field(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(InputError, match=words) as raised:
        read_run(tmp_path)
    assert "\n" not in str(raised.value)
    assert "field ''" not in str(raised.value)


def test_a_folder_without_a_run_is_named_with_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"run\.json: cannot be read: .*; give the folder of a run"):
        read_run(tmp_path / "none")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda lines: [], "has no samples"),
        (lambda lines: [lines[0], b"{"], r":2: Invalid JSON"),
        (lambda lines: [*lines, b""], r":4: Invalid JSON"),
        (lambda lines: [lines[0].replace(b'"status":"ok"', b'"status":"good"')], r":1: field 'parsed\.status'"),
        (lambda lines: [lines[0], lines[1].replace(b'"labels":["', b'"labels":["x', 1)], r":2: field 'item\.labels'"),
        (lambda lines: [lines[0], _with(lines[1], "scores", {"x": 1.0})], r":2: field 'scores'"),
        (lambda lines: [*lines, lines[0]], r":4: field 'item\.item_id'"),
        (lambda lines: [lines[0].replace(b'"prompt"', b'"promt"')], r":1: field 'promp?t'"),
    ],
)
def test_a_broken_sample_is_named_by_line_and_field(tmp_path: Path, change: object, words: str) -> None:
    assert callable(change)
    lines = [one.model_dump_json().encode() for one in SAMPLES]
    (tmp_path / "t.jsonl").write_bytes(b"".join(line + b"\n" for line in change(lines)))
    with pytest.raises(InputError, match=rf"t\.jsonl.*{words}"):
        read_samples(tmp_path / "t.jsonl")


def test_missing_samples_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.jsonl: cannot be read"):
        read_samples(tmp_path / "none.jsonl")


def test_a_record_cannot_be_written_where_there_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"run\.json: cannot be written"):
        write_run(tmp_path / "none", RUN)


def test_versions_and_commit_are_what_is_here() -> None:
    import numpy as np

    assert packages()["numpy"] == np.__version__
    assert "lm_eval" in packages()
    assert own_version().count(".") == 2
    commit = git()
    assert commit is None or len(commit.commit) == 40


def test_texts_are_hashed_apart() -> None:
    assert sha256_text(["a", "b"]) == hashlib.sha256(b"a\nb").hexdigest()
    assert sha256_text(["ab"]) != sha256_text(["a", "b"])


def test_a_record_and_samples_from_before_answers_could_be_missing_are_read(tmp_path: Path) -> None:
    old = json.loads(RUN.model_dump_json())
    for name in ("stopped", "allow_missing"):
        del old[name]
    del old["model"]["changed"], old["usage"]["equal"], old["usage"]["known"]
    (tmp_path / "run.json").write_text(json.dumps(old))
    assert read_run(tmp_path) == RUN
    rows = [json.loads(one.model_dump_json()) for one in SAMPLES]
    for row in rows:
        row["answer"] = {"text": row["answer"]["text"], "loglikelihoods": None}
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert read_samples(tmp_path / "t.jsonl") == SAMPLES


def test_counts_from_before_answers_could_be_missing_are_read() -> None:
    old = {"ok": 3, "unparsed": 1, "refused": 0, "empty": 0, "unparsed_rate": 0.25, "refused_rate": 0, "empty_rate": 0}
    counts = AnswerCounts.model_validate(old)
    assert (counts.missing, counts.truncated, counts.filtered, counts.cut_off, counts.unread) == (0, 0, 0, 0, 1)
