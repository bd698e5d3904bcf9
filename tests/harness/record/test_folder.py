"""The run folder: written whole, read strictly."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from harness.kinds import get
from harness.record import (
    Answer,
    AnswerCounts,
    FeaturesRecord,
    ModelRecord,
    RunRecord,
    Seeds,
    TaskRecord,
    Usage,
)
from harness.record.folder import (
    make_folder,
    read_run,
    read_samples,
    remove_if_empty,
    write_run,
    write_samples,
)
from tests.making import item, read_rows, sample
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
LABELS = ("a", "b")
TASK = TaskRecord(
    version="1",
    task_hash="0",
    kind="single_label",
    output_type="generate_until",
    labels=LABELS,
    main_score="accuracy",
    num_fewshot=0,
    items=3,
    clusters=3,
    excluded={},
    reference_kind=None,
    embedder=None,
    features=FeaturesRecord(
        id="x", revision=None, sha256="0", source="x", split="test", va_source=(), synthetic=True, fitted_on=None
    ),
    answers=AnswerCounts(ok=3, unparsed=0, refused=0, empty=0, unparsed_rate=0, refused_rate=0, empty_rate=0),
    metrics={},
    per_class={},
    confusion=None,
    samples="samples/t.jsonl.gz",
    samples_sha256="0",
)
SAMPLES = [
    sample(get("single_label"), item(number, labels=["a"], choices=["a", "b"]), Answer(text=text))
    for number, text in enumerate(["a", "line\u2028break\r\n\x85", "é 😀 \x00"])
]


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
    with pytest.raises(InputError) as raised:
        make_folder(tmp_path / "file", "m", NOON)
    problem = raised.value.problem
    assert (problem.code, problem.file, problem.field) == ("unwritable", tmp_path / "file", "--output_path")


def test_a_folder_in_which_nothing_was_written_goes_again(tmp_path: Path) -> None:
    empty, used = make_folder(tmp_path, "empty", NOON), make_folder(tmp_path, "used", NOON)
    write_samples(used, "t", SAMPLES, LABELS)
    remove_if_empty(empty)
    remove_if_empty(used)
    assert not empty.exists()
    assert (used / "samples" / "t.jsonl.gz").exists()


def test_samples_are_the_same_again_and_the_same_samples_give_the_same_bytes(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, "m", NOON)
    name, sha256 = write_samples(folder, "t", SAMPLES, LABELS)
    data = (folder / name).read_bytes()
    assert name == "samples/t.jsonl.gz"
    assert sha256 == hashlib.sha256(gzip.decompress(data)).hexdigest()
    assert read_samples(folder, TASK) == SAMPLES
    assert [path.name for path in (folder / "samples").iterdir()] == ["t.jsonl.gz"]
    write_samples(folder, "t", SAMPLES, LABELS)
    assert (folder / name).read_bytes() == data


def test_a_line_leaves_out_what_is_as_usual_and_the_labels_of_the_task(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, "m", NOON)
    turned = sample(get("single_label"), item(7, labels=["a"], choices=["b", "a"]), Answer(text="a"))
    write_samples(folder, "t", [SAMPLES[0], turned], LABELS)
    rows = read_rows(folder / "samples" / "t.jsonl.gz")
    assert set(rows[0]["item"]) == {"item_id", "cluster_id", "valence", "arousal", "labels"}
    assert rows[0]["answer"] == {"text": "a"}
    assert rows[0]["parsed"] == {"status": "ok", "labels": ["a"]}
    assert rows[1]["item"]["choices"] == ["b", "a"]
    assert [one.item.choices for one in read_samples(folder, TASK)] == [("a", "b"), ("b", "a")]


def test_a_run_is_the_same_again(tmp_path: Path) -> None:
    assert write_run(tmp_path, RUN) == tmp_path / "run.json"
    assert read_run(tmp_path) == RUN


def _with(**fields: Any) -> str:
    return json.dumps(json.loads(RUN.model_dump_json()) | fields)


@pytest.mark.parametrize(
    ("text", "code", "field"),
    [
        ("{", "type", None),
        ("[]", "type", None),
        ("{}", "missing", "created"),
        (_with(seeds=RUN.seeds.model_dump() | {"numpy": "x"}), "type", "seeds.numpy"),
        (_with(sinthetic=True), "unknown", "sinthetic"),
        (_with(tasks={"t": TASK.model_dump() | {"samples": "../t.jsonl.gz"}}), "conflict", "tasks.t.samples"),
    ],
)
def test_a_run_that_breaks_the_schema_is_named_by_field(
    tmp_path: Path, text: str, code: str, field: str | None
) -> None:
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(InputError) as raised:
        read_run(tmp_path)
    problem = raised.value.problem
    assert (problem.code, problem.file, problem.field) == (code, tmp_path / "run.json", field)


def test_a_folder_without_a_run_is_named_with_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        read_run(tmp_path / "none")
    problem = raised.value.problem
    assert (problem.code, problem.file, bool(problem.hint)) == ("missing", tmp_path / "none" / "run.json", True)


def _changed(place: int, **fields: Any) -> Callable[[list[bytes]], list[bytes]]:
    def change(lines: list[bytes]) -> list[bytes]:
        lines[place] = json.dumps(json.loads(lines[place]) | fields).encode()
        return lines

    return change


@pytest.mark.parametrize(
    ("change", "code", "line", "field"),
    [
        (lambda lines: [], "missing", None, None),
        (lambda lines: [lines[0], b"{"], "type", 2, None),
        (lambda lines: [*lines, b""], "type", 4, None),
        (_changed(0, parsed={"status": "good"}), "type", 1, "parsed.status"),
        (
            _changed(1, item=SAMPLES[1].item.model_dump() | {"labels": ["x"]}),
            "conflict",
            2,
            "item.labels",
        ),
        (_changed(1, scores={"x": 1.0}), "conflict", 2, "scores"),
        (_changed(1, repeats=[{"text": "a"}]), "conflict", 2, "repeats"),
        (lambda lines: [*lines, lines[0]], "duplicate", 4, "item.item_id"),
        (_changed(0, promt="?"), "unknown", 1, "promt"),
    ],
)
def test_a_broken_sample_is_named_by_line_and_field(
    tmp_path: Path,
    change: Callable[[list[bytes]], list[bytes]],
    code: str,
    line: int | None,
    field: str | None,
) -> None:
    (tmp_path / "samples").mkdir()
    name, _ = write_samples(tmp_path, "t", SAMPLES, LABELS)
    lines = change(gzip.decompress((tmp_path / name).read_bytes()).splitlines())
    (tmp_path / name).write_bytes(gzip.compress(b"".join(one + b"\n" for one in lines)))
    with pytest.raises(InputError) as raised:
        read_samples(tmp_path, TASK)
    problem = raised.value.problem
    assert (problem.code, problem.file, problem.line, problem.field) == (code, tmp_path / name, line, field)


@pytest.mark.parametrize("data", [None, b"", b"no gzip", gzip.compress(b"{}\n", mtime=0)[:-9]])
def test_missing_or_damaged_samples_are_named(tmp_path: Path, data: bytes | None) -> None:
    (tmp_path / "samples").mkdir()
    if data is not None:
        (tmp_path / TASK.samples).write_bytes(data)
    with pytest.raises(InputError) as raised:
        read_samples(tmp_path, TASK)
    problem = raised.value.problem
    assert (problem.code, problem.file) == ("unreadable" if data else "missing", tmp_path / TASK.samples)


def test_a_record_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError) as raised:
        write_run(tmp_path / "file", RUN)
    assert raised.value.problem.code == "unwritable"
