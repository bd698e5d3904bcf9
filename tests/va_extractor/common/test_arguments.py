"""What is wrong with the arguments is one line, in all three command lines."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import harness.cli
import leaderboard.cli
import va_extractor.cli

Main = Callable[[list[str]], int]

EVAL, EXTRACT, BOARD = harness.cli.main, va_extractor.cli.main, leaderboard.cli.main
RUN = ["--model", "baseline:uniform", "--tasks", "iimi_basic"]
WRONG: list[tuple[Main, list[str], str]] = [
    (EVAL, [], "--model, --tasks"),
    (EVAL, ["--model"], "--model"),
    (EVAL, [*RUN, "--limmit", "3"], "--limmit"),
    (EVAL, [*RUN, "--limit", "many"], "many"),
    *((EVAL, [command, "--nothing"], "--nothing") for command in ("ls", "validate")),
    *(
        (EVAL, [command], "required")
        for command in ("compare", "judge", "new-task", "plan", "report", "rescore", "sweep")
    ),
    (EVAL, ["sweep", "--model", "x", "--task", "iimi_basic", "--axes", "scale", "--nothing"], "--nothing"),
    (EVAL, ["ls", "colours"], "metrics"),
    (EXTRACT, [], "COMMAND"),
    (EXTRACT, ["extract"], "annotations"),
    (EXTRACT, ["weights", "get"], "required"),
    (BOARD, [], "COMMAND"),
    (BOARD, ["build"], "RESULTS"),
    (BOARD, ["build", "results", "--nothing"], "--nothing"),
]


@pytest.mark.parametrize(("main", "arguments", "named"), WRONG, ids=[" ".join(case[1]) or "nothing" for case in WRONG])
def test_wrong_arguments_are_one_line(
    capsys: pytest.CaptureFixture[str], main: Main, arguments: list[str], named: str
) -> None:
    with pytest.raises(SystemExit) as raised:
        main(arguments)
    assert raised.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    [line] = err.splitlines()
    assert line.startswith("vaemo-")
    assert named in line
    assert line.endswith(" --help`)")
