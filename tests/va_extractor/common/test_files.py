"""Plain files only, whole or not at all, and errors that name the file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from va_extractor.common.errors import InputError
from va_extractor.common.files import open_plain, reading, whole


def test_a_pipe_a_folder_and_a_link_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_bytes(b"text")
    (tmp_path / "link").symlink_to("file")
    for path in (tmp_path / "pipe", tmp_path):
        with pytest.raises(OSError, match="plain file"):
            open_plain(path)
    with pytest.raises(OSError, match="symbolic links"):
        open_plain(tmp_path / "link", follow=False)
    with open_plain(tmp_path / "link") as file:
        assert file.read() == b"text"


def test_errors_of_reading_name_the_file(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"\xff")
    for name, code in {"absent": "missing", "": "unreadable", "latin": "unreadable"}.items():
        with pytest.raises(InputError) as error, reading(tmp_path / name, field="--input", hint="look again"):
            (tmp_path / name).read_text(encoding="utf-8")
        found = error.value.problem
        assert (found.code, found.file, found.field, found.hint) == (code, tmp_path / name, "--input", "look again")


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "file"
    with whole(path) as partial:
        partial.write_text("first", encoding="utf-8")
    with pytest.raises(RuntimeError), whole(path) as partial:
        partial.write_text("second", encoding="utf-8")
        raise RuntimeError
    assert [(one, one.read_text(encoding="utf-8")) for one in path.parent.iterdir()] == [(path, "first")]
    with pytest.raises(InputError) as error, whole(path / "below"):
        pass
    assert (error.value.problem.code, error.value.problem.file) == ("unwritable", path / "below")
