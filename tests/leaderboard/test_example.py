"""The example results repository: the script fills it, and its workflows keep a submission's code out."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import yaml

from leaderboard.build import build
from leaderboard.check import check
from tests.leaderboard.conftest import KNOWN

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
WORKFLOWS = EXAMPLES / "results-repo" / ".github" / "workflows"


def _workflow(name: str) -> dict[Any, Any]:
    read: dict[Any, Any] = yaml.safe_load((WORKFLOWS / name).read_text(encoding="utf-8"))
    return read


def test_the_script_fills_a_repository_that_holds(tmp_path: Path) -> None:
    script = runpy.run_path(str(EXAMPLES / "fill.py"))
    folder = tmp_path / "results-repo"
    assert script["fill"](folder, ["baseline:uniform", "baseline:majority"]) == 0
    report = check(folder, None, KNOWN)
    assert report.passed
    assert len(report.entries) == 6
    rows = [row for column in build(folder).board.columns for row in column.rows]
    assert {row.status for row in rows} == {"maintainer-run"}


def test_the_job_that_reads_a_submission_can_write_nothing_and_installs_nothing_of_it() -> None:
    workflow = _workflow("check.yml")
    job = workflow["jobs"]["check"]
    assert workflow["permissions"] == {"contents": "read"}
    assert "permissions" not in job
    commands = [step["run"] for step in job["steps"] if "run" in step]
    assert [command for command in commands if "proposed" in command and "vaemo-leaderboard check" not in command] == []
    assert any("pip install -r base/requirements.txt" in command for command in commands)
    for step in job["steps"]:
        assert "${{" not in step.get("run", "")
        if "checkout" in step.get("uses", ""):
            assert step["with"]["persist-credentials"] is False


def test_publishing_needs_no_stored_token() -> None:
    text = (WORKFLOWS / "publish.yml").read_text(encoding="utf-8")
    assert "secrets." not in text
    workflow = _workflow("publish.yml")
    assert workflow["permissions"]["id-token"] == "write"
    publish = workflow["jobs"]["publish"]["steps"][-1]
    assert publish["env"]["HF_OIDC_RESOURCE"] == "spaces/${{ vars.SPACE }}"
