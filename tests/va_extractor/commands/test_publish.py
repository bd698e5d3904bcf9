"""`vaemo-extract publish` as a user runs it."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import MagicMock, create_autospec

import huggingface_hub
import pyarrow as pa
import pytest
from huggingface_hub import GitRefs, HfApi

from va_extractor.cli import main
from va_extractor.dataset import write_split
from va_extractor.schema import COLUMNS, Provenance, Tool


@pytest.fixture
def features(tmp_path: Path) -> Path:
    rows = {
        "item_id": ["a"],
        "cluster_id": ["a"],
        "valence": [0.5],
        "arousal": [0.25],
        "va_source": ["emotieffnet"],
        "va_status": ["ok"],
        "labels": [["joy"]],
        "references": [[]],
    }
    table = pa.table([pa.array(rows.get(field.name, [None]), field.type) for field in COLUMNS], schema=COLUMNS)
    tool = Tool(name="emotieffnet", version="1", weights_sha256="cd" * 32)
    told = Provenance(source="mine", title="t", licence="l", citation="c", original_scale=(-1, 1), extractor=tool)
    write_split(table, told, tmp_path / "features", "test")
    return tmp_path / "features"


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_dry_run_writes_exactly_what_is_pushed(
    features: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["publish", str(features), "--repo", "org/name", "--version", "1.0.0"]
    monkeypatch.setattr(huggingface_hub, "HfApi", MagicMock(side_effect=AssertionError("a dry run calls no one")))
    assert main([*command, "--dry-run", str(tmp_path / "dry")]) == 0
    assert "nothing was pushed" in capsys.readouterr().out

    api: MagicMock = create_autospec(HfApi, instance=True)
    api.list_repo_refs.return_value = GitRefs(branches=[], converts=[], tags=[])
    pushed: dict[str, bytes] = {}

    def upload(*, folder_path: Path, **_: object) -> MagicMock:
        pushed.update(snapshot(folder_path))
        return MagicMock(oid="c0ffee")

    api.upload_folder.side_effect = upload
    monkeypatch.setattr(huggingface_hub, "HfApi", lambda: api)
    assert main(command) == 0
    assert pushed == snapshot(tmp_path / "dry")
    said = capsys.readouterr()
    assert "org/name@v1.0.0 is commit c0ffee: 1 rows" in said.out
    assert "AffectNet" in said.err  # whoever publishes is told the tool's terms


def test_bad_input_is_one_line_and_exit_code_2(features: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["publish", str(features), "--repo", "name", "--version", "1.0.0"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
