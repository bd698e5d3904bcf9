"""Finding tasks: what their YAMLs say, and which line is wrong where one is broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.tasks.catalogue import TASKS, find
from harness.tasks.yamlfile import read_or_raise
from va_extractor.common.errors import InputError

OURS = {
    "iimi_basic", "iimi_basic_mc", "emotic_complex", "emotic_complex_mc", "emotic_describe", "norms_term",
    "norms_term_mc", "norms_term_vad", "vaemo",
}  # fmt: skip


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder


def test_ours_are_found_with_a_title_each() -> None:
    found = find()
    assert set(found) >= OURS
    assert all(info.title and info.path.is_relative_to(TASKS) for info in found.values())
    assert found["vaemo"].members == ("iimi_basic", "emotic_complex", "emotic_describe")
    assert all(member in found for info in found.values() for member in info.members)


def test_ones_own_stand_beside_ours(tmp_path: Path) -> None:
    written(
        tmp_path,
        mine="task: mine\nmetadata: {title: My own.}\n",
        base="output_type: generate_until\n",
        group="group: all_mine\ntask: mine\n",
    )
    found = find([tmp_path, tmp_path])
    assert (found["mine"].title, found["mine"].members) == ("My own.", ())
    assert found["all_mine"].members == ("mine",)
    assert len(found) == len(find()) + 2


def test_what_is_included_holds_unless_the_file_says_otherwise(tmp_path: Path) -> None:
    written(
        tmp_path,
        a="x: from a\ny: from a\nz: from a\n",
        b="include: a.yaml\ny: from b\nz: from b\n",
        c="include: [a.yaml, b.yaml]\ntask: c\nz: !function some.module.name\n",
    )
    assert read_or_raise(tmp_path / "c.yaml", [tmp_path]).values == {
        "x": "from a", "y": "from b", "z": "some.module.name", "task": "c",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "field", "code"),
    [
        ("task: mine\nlabels: [a, b\n", 3, None, "unreadable"),
        ("task: mine\n\tlabels: a\n", 2, None, "unreadable"),
        ("task: !!python/object/apply:os.getcwd []\n", 1, None, "unreadable"),
        ("- a\n- b\n", 1, None, "type"),
        ("", 1, None, "type"),
        ("include: none.yaml\ntask: mine\n", 1, "include", "missing"),
        ("include: bad.yaml\ntask: mine\n", 1, "include", "conflict"),
        ("include: 3\ntask: mine\n", 1, "include", "type"),
        ("include: [a, 3]\ntask: mine\n", 1, "include", "type"),
        ("group: mine\ntask: {a: b}\n", 2, "task", "type"),
        ("group: mine\ntask: [{task: a}]\n", 2, "task", "type"),
        ("task: iimi_basic\n", 1, "task", "duplicate"),
    ],
)
def test_a_broken_file_is_named_with_line_and_key(
    tmp_path: Path, text: str, line: int, field: str | None, code: str
) -> None:
    written(tmp_path, bad=text)
    with pytest.raises(InputError) as raised:
        find([tmp_path])
    found = raised.value.problem
    assert (found.file, found.line, found.field, found.code) == (tmp_path / "bad.yaml", line, field, code)


def test_bytes_that_are_no_text_are_named(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_bytes(b"task: \xff\xfe\x00")
    with pytest.raises(InputError) as raised:
        find([tmp_path])
    assert (raised.value.problem.file, raised.value.problem.code) == (tmp_path / "bad.yaml", "unreadable")


def test_files_that_include_each_other_are_named(tmp_path: Path) -> None:
    written(tmp_path, a="include: b.yaml\n", b="include: a.yaml\n")
    with pytest.raises(InputError) as raised:
        find([tmp_path])
    assert (raised.value.problem.field, raised.value.problem.found) == ("include", "a.yaml")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        find([tmp_path / "none"])
    assert (raised.value.problem.field, raised.value.problem.code) == ("--include_path", "missing")
