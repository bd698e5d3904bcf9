"""`vaemo-eval` finds its own commands, and those that installed packages add, without importing them for the help."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points

import pytest

from harness.cli import ADDED, main

HEAVY = ("numpy", "scipy", "torch", "transformers", "datasets", "lm_eval", "leaderboard", "importlib.metadata")


def test_the_leaderboard_adds_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert [point.name for point in entry_points(group=ADDED)] == ["report"]
    with pytest.raises(SystemExit):
        main(["report", "--help"])
    assert "RUN_DIR" in capsys.readouterr().out


def test_an_unknown_command_lists_all_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert all(name in said for name in ("evaluate", "rescore", "report"))


@pytest.mark.parametrize("command", [["--help"], ["compare", "--help"]])
def test_help_imports_nothing_heavy(command: list[str]) -> None:
    code = (
        "import sys\nfrom harness.cli import main\ntry:\n    main(sys.argv[1:])\nexcept SystemExit:\n"
        f"    sys.stderr.write(repr([name for name in {HEAVY!r} if name in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True, check=True)
    assert done.stderr == "[]"
