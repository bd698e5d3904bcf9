"""The worked example of CONTRIBUTING.md, run as it is written, and the files that run validation elsewhere."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from harness.commands.validate import parser

if TYPE_CHECKING:
    from tests.endtoend.conftest import Command

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"<!-- example: (\S+) -->\n```\w+\n(.*?)```", re.DOTALL)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Return an environment whose `vaemo-eval` is this checkout's."""
    tool = tmp_path / "bin" / "vaemo-eval"
    tool.parent.mkdir()
    code = "import sys; from harness.cli import main; sys.exit(main())"
    tool.write_text(f"#!/bin/sh\nPYTHONPATH='{ROOT}' exec '{sys.executable}' -c '{code}' \"$@\"\n", encoding="utf-8")
    tool.chmod(0o755)
    kept = {key: value for key, value in os.environ.items() if key != "VAEMO_FEATURES"}
    return {**kept, "PATH": f"{tool.parent}:{kept['PATH']}"}


def test_the_worked_example_works_as_written(tmp_path: Path, vaemo_eval: Command) -> None:
    blocks = BLOCK.findall((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    assert [name for name, _ in blocks] == ["run", "iimi_percent/iimi_percent.yaml", "run"]
    printed = ""
    for name, body in blocks:
        if name == "run":
            for command, *arguments in map(shlex.split, body.splitlines()):
                assert command == "vaemo-eval"
                done = vaemo_eval(*arguments)
                assert done.code == 0, done.out + done.err
                printed += done.out
        else:
            made, written = (tmp_path / name).read_text(encoding="utf-8"), body
            assert _keys(made) == _keys(written)
            (tmp_path / name).write_text(written, encoding="utf-8")
    assert "iimi_percent: oracle: macro_f1 is 1.000" in printed
    assert "iimi_percent v1.0, 420 items" in printed


def _keys(text: str) -> list[str]:
    return [line.partition(":")[0] for line in text.splitlines() if line[:1].isalpha()]


def test_the_hook_and_the_workflow_call_validate_as_it_is(tmp_path: Path, environment: dict[str, str]) -> None:
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert hook["entry"] == "vaemo-eval validate"
    assert re.search(hook["files"], "tasks/mine/mine.yaml")
    assert not re.search(hook["files"], "docs/mine.yaml")
    parser().parse_args(["tasks/a.yaml", "tasks/b.yaml"])
    workflow = yaml.safe_load((ROOT / "docs" / "examples" / "validate-tasks.yml").read_text(encoding="utf-8"))
    script = workflow["jobs"]["validate"]["steps"][-1]["run"]

    def git(*arguments: str) -> str:
        who = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
        return subprocess.run(
            ["git", *who, *arguments], cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout.strip()

    good, bad = tmp_path / "tasks" / "good", tmp_path / "tasks" / "bad"
    for folder in (good, bad):
        folder.mkdir(parents=True)
        (folder / "README.md").write_text("A task.\n", encoding="utf-8")
    (bad / "bad.yaml").write_text("task: bad\n", encoding="utf-8")
    git("init", "-q")
    git("add", "tasks")
    git("commit", "-qm", "begin")
    base = git("rev-parse", "HEAD")

    def act() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-e", "-c", script],
            cwd=tmp_path,
            env={**environment, "BASE": base},
            capture_output=True,
            text=True,
            check=False,
        )

    assert act().returncode == 0
    (good / "README.md").write_text("A better task.\n", encoding="utf-8")
    git("commit", "-qam", "change what is sound")
    assert act().returncode == 0
    (bad / "README.md").write_text("A worse task.\n", encoding="utf-8")
    git("commit", "-qam", "change what is not")
    done = act()
    assert done.returncode != 0
    assert "tasks/bad/bad.yaml:1: " in done.stdout
