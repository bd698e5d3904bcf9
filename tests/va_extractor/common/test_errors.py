"""The one error: its message, its way through a process pool, and what a command line prints of it."""

from __future__ import annotations

import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from va_extractor.common.arguments import Parser
from va_extractor.common.errors import InputError, Problem, nearest, print_error

WHOLE = Problem("is not a number", "type", Path("a.csv"), 3, "valence", "high", "write digits")


def fail() -> None:
    raise InputError.of(WHOLE)


@pytest.mark.parametrize(
    ("problem", "message"),
    [
        (WHOLE, "a.csv:3: valence: is not a number (found 'high'); write digits"),
        (Problem("is empty", "missing"), "is empty"),
        (Problem("is too large", "range", field="--limit", found=2.50), "--limit: is too large (found 2.5)"),
        (Problem("no such file", "missing", Path("a"), found=Path("b")), "a: no such file (found b)"),
        (Problem("is unknown", "unknown", field="model_args.api_key", found="hush"), "***"),
        (Problem("two\nlines", "type", found="\x1b[2J" + "x" * 500), "two lines (found '\\x1b[2Jxxx"),
    ],
)
def test_the_message_is_made_of_the_parts_that_are_there(problem: Problem, message: str) -> None:
    assert message in str(InputError.of(problem))
    assert len(str(problem)) < 300
    assert str(problem).isprintable()
    assert "hush" not in str(problem)


def test_an_error_comes_whole_out_of_a_worker_process() -> None:
    with ProcessPoolExecutor(1, get_context("spawn")) as pool, pytest.raises(InputError) as error:
        pool.submit(fail).result()
    assert error.value.problem == WHOLE
    assert pickle.loads(pickle.dumps(InputError("x", code="limit"))).problem.code == "limit"  # noqa: S301


def test_the_nearest_name_is_suggested() -> None:
    assert nearest("yunett", ["facechannel", "yunet"]) == "the nearest is 'yunet'"
    assert nearest("yunett", ["yunet"], "ls lists them") == "the nearest is 'yunet'; ls lists them"
    assert nearest("qqq", ["yunet"], "ls lists them") == "ls lists them"
    assert nearest("yunett", []) == ""


def test_a_command_line_prints_one_line_without_credentials(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HF_TOKEN", "canary-token")
    error = InputError("said canary-token\x1b[2J", code="model", file="https://u:canary@hub/x", found="canary-token")
    assert print_error("vaemo-eval", error) == 2
    with pytest.raises(SystemExit):
        Parser(prog="vaemo-eval").parse_args(["--api_key", "sk-canary-0123456789"])
    told = capsys.readouterr().err
    assert "canary" not in told
    assert "\x1b" not in told
    assert len(told.splitlines()) == 2
