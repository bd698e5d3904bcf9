"""What third parties wrote reaches a terminal visibly: as errors, and in what is printed."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from harness.cli import main as vaemo_eval
from leaderboard.cli import main as vaemo_leaderboard
from va_extractor.cli import main as vaemo_extract
from va_extractor.common.terminal import Terminal

NASTY = "\x1b[2J\x1b]0;owned\x07\u202e\nvaemo-eval: fake line"


def printed(what: object, *, colour: bool = False) -> str:
    file = io.StringIO()
    Terminal(file=file, force_terminal=colour, color_system="standard" if colour else None, width=200).print(what)
    return file.getvalue()


@given(st.text())
def test_no_control_or_hidden_character_of_a_text_is_printed(text: str) -> None:
    table = Table(title=escape(text))
    table.add_row(escape(text))
    for what in (Text(text), escape(text), table):
        hidden = {unicodedata.category(letter) for letter in printed(what).replace("\n", "").replace("\t", "")}
        assert not hidden & {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}


def test_what_a_terminal_would_obey_can_be_read_and_styles_still_work() -> None:
    said = printed(Text("a\x1b[2Jb", style="bold"), colour=True)
    assert "a\\u{1b}[2Jb" in said
    assert said.startswith("\x1b[1m")


@pytest.mark.parametrize(
    ("program", "main", "arguments"),
    [
        ("vaemo-eval", vaemo_eval, ["compare", NASTY, NASTY]),
        ("vaemo-extract", vaemo_extract, ["inspect", NASTY]),
        ("vaemo-leaderboard", vaemo_leaderboard, ["check", NASTY]),
    ],
)
def test_every_command_line_tells_an_error_in_one_line_that_no_terminal_obeys(
    program: str,
    main: Callable[[list[str]], int],
    arguments: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"{program}: ")
    assert said.endswith("\n")
    assert said.count("\n") == 1
    assert said[:-1].isprintable()
    assert "\\u{1b}[2J" in said
