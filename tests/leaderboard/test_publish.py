"""Submitting and publishing: what is written here, and what would be sent to the Hub, up to the last call."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import MagicMock, create_autospec

import httpx
import pytest
import yaml
from huggingface_hub import CommitOperationAdd, HfApi
from huggingface_hub.errors import HfHubHTTPError

from harness.cli import main as vaemo_eval
from leaderboard.check import check
from leaderboard.cli import main
from leaderboard.publish import prepare, propose, push
from leaderboard.run_folder import check_tasks, place
from tests.leaderboard.conftest import KNOWN
from va_extractor.common.errors import InputError


@pytest.fixture
def api() -> MagicMock:
    """Return a double of the Hub's client that takes only what its methods take."""
    double: MagicMock = create_autospec(HfApi, instance=True)
    double.create_commit.return_value.pr_url = "https://huggingface.co/datasets/org/results/discussions/1"
    return double


def test_submitting_twice_is_the_same_and_another_run_is_refused(runs: dict[str, Path], tmp_path: Path) -> None:
    for _ in range(2):
        assert main(["submit", str(runs["uniform"]), "--to", str(tmp_path)]) == 0
    assert check(tmp_path, None, KNOWN).passed
    again = tmp_path / "again"
    assert vaemo_eval(["--model", "baseline:uniform", "--tasks", "norms_term", "--output_path", str(again)]) == 0
    run = next((again / "baseline__uniform").iterdir())
    with pytest.raises(InputError) as error:
        place(check_tasks(run, KNOWN, None)[0], tmp_path)
    assert error.value.problem.code == "conflict"


def test_synthetic_tasks_are_refused_and_measured_ones_placed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tasks = "iimi_basic_mc,norms_term"
    assert vaemo_eval(["--model", "baseline:majority", "--tasks", tasks, "--output_path", str(tmp_path)]) == 0
    run = next((tmp_path / "baseline__majority").iterdir())
    capsys.readouterr()
    assert main(["submit", str(run), "--to", str(tmp_path / "repository")]) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith("refused: iimi_basic_mc: features.synthetic: ")
    assert out[1].startswith("placed: ")
    assert check(tmp_path / "repository", None, KNOWN).passed
    assert main(["check", str(run)]) == 1


def test_a_run_of_part_of_the_items_is_refused(tmp_path: Path) -> None:
    command = ["--model", "baseline:majority", "--tasks", "norms_term", "--limit", "20", "--output_path", str(tmp_path)]
    assert vaemo_eval(command) == 0
    run = next((tmp_path / "baseline__majority").iterdir())
    entries, [problem] = check_tasks(run, KNOWN, None)
    assert not entries
    assert (problem.code, problem.file, problem.field) == ("incomplete", "norms_term", "limit")


def test_a_pull_request_holds_the_entries_files(runs: dict[str, Path], api: MagicMock) -> None:
    entries = check_tasks(runs["gaussian"], KNOWN, None)[0]
    assert propose(entries, "org/results", api).endswith("/discussions/1")
    given = api.create_commit.call_args.kwargs
    assert (given["repo_id"], given["repo_type"], given["create_pr"]) == ("org/results", "dataset", True)
    assert given["commit_message"] == "Add baseline:gaussian: norms_term, norms_term_mc"
    operations: list[CommitOperationAdd] = given["operations"]
    assert {Path(one.path_in_repo).name for one in operations} == {"run.json", "samples.jsonl.gz"}
    assert all(one.path_in_repo.startswith("results/baseline__gaussian/") for one in operations)
    assert len(operations) == 4


def test_a_dry_run_writes_what_would_be_pushed(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "dry"
    command = ["publish", str(results), "--to", "org/board", "--results", "org/results", "--dry-run", str(out)]
    assert main(command) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("would push: Space org/board: 8 files, ")
    assert said[1].startswith("would push: dataset org/results: 17 files, ")
    card = (out / "space" / "README.md").read_text(encoding="utf-8").split("---")[1]
    assert yaml.safe_load(card)["sdk"] == "static"
    assert yaml.safe_load(card)["app_file"] == "index.html"
    assert check(out / "results", None, KNOWN).passed
    sent = {path.relative_to(out / "results") for path in (out / "results" / "results").rglob("*.*")}
    assert sent == {path.relative_to(results) for path in (results / "results").rglob("*.*") if path.is_file()}


def test_the_pushes_name_kind_and_folder(results: Path, tmp_path: Path, api: MagicMock) -> None:
    prepare(results, tmp_path / "space", tmp_path / "results")
    push(tmp_path / "space", "org/board", "space", api)
    api.create_repo.assert_called_once_with("org/board", repo_type="space", space_sdk="static", exist_ok=True)
    assert api.upload_folder.call_args.kwargs["folder_path"] == tmp_path / "space"
    push(tmp_path / "results", "org/results", "dataset", api)
    assert api.upload_folder.call_args.kwargs["repo_type"] == "dataset"
    assert api.upload_folder.call_args.kwargs["delete_patterns"] is None


def test_a_refusal_is_one_line_without_the_token(tmp_path: Path, api: MagicMock) -> None:
    answer = httpx.Response(403, request=httpx.Request("POST", "https://huggingface.co"))
    api.create_repo.side_effect = HfHubHTTPError("403: token hf_abcDEF123 may not\nmore", response=answer)
    with pytest.raises(InputError) as caught:
        push(tmp_path, "org/board", "space", api)
    assert caught.value.problem.code == "model"
    assert str(caught.value) == "org/board: the Hub failed: 403: token *** may not"


def test_what_is_no_hub_id_is_refused(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["publish", str(results), "--to", "nowhere"]) == 2
    assert capsys.readouterr().err.startswith("vaemo-leaderboard: --to: ")
