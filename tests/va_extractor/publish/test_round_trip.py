"""Publish with the Hub's own client on a loopback Hub, and load what was published from there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

TOKEN = "hf_secretsecretsecret"  # noqa: S105
LOAD = """
import datasets
from huggingface_hub import snapshot_download
from pathlib import Path
from va_extractor.dataset import read_split, split_files

for source, split in (("faces", "train"), ("faces", "test"), ("drawn", "test")):
    loaded = datasets.load_dataset("org/name", source, split=split, revision="v1.0.0").to_list()
    folder = snapshot_download("org/name", repo_type="dataset", revision="v1.0.0", allow_patterns=f"{source}/*.parquet")
    table, provenance = read_split(split_files(Path(folder), source)[split])
    assert table.to_pylist() == loaded, (source, split)
    print(source, split, len(loaded), provenance.source)
"""

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(hub: Any, tmp_path: Path) -> Run:
    """Run Python with the loopback Hub in place of the Hub."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "HUGGING"))}
    home = {"HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "home"), "HF_TOKEN": TOKEN}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        root = Path(__file__).parents[3]
        return subprocess.run(
            [sys.executable, *arguments],
            env=kept | home,
            cwd=root,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


def test_what_is_published_is_loaded(hub: Any, run: Run, features: Path) -> None:
    publish = ["-m", "va_extractor.cli", "publish", str(features), "--repo", "org/name"]
    done = run(*publish, "--version", "1.0.0", "--private", "--gated")
    assert done.returncode == 0, done.stderr
    assert "org/name@v1.0.0 is commit" in done.stdout
    assert hub.settings == [{"visibility": "private", "gated": "manual"}]
    order = [call.rsplit("/", 1)[-1] if "/commit/" not in call else "commit" for call in hub.calls]
    assert order.index("settings") < order.index("commit")
    assert sorted(hub.tip) == [
        "README.md",
        "croissant.json",
        "drawn/test-00000-of-00001.parquet",
        "faces/test-00000-of-00001.parquet",
        "faces/train-00000-of-00001.parquet",
    ]
    assert hub.tokens == {f"Bearer {TOKEN}"}
    assert TOKEN not in done.stdout + done.stderr

    loaded = run("-c", LOAD)
    assert loaded.returncode == 0, loaded.stderr
    assert loaded.stdout.splitlines() == ["faces train 10 faces", "faces test 4 faces", "drawn test 6 drawn"]

    (features / "drawn" / "test.parquet").unlink()
    later = run(*publish, "--version", "1.1.0")
    assert later.returncode == 0, later.stderr
    assert not [name for name in hub.tip if name.startswith("drawn/")]
    assert "drawn/test-00000-of-00001.parquet" in hub.commits[hub.tags["v1.0.0"]]


def test_an_unreachable_hub_is_one_line(hub: Any, run: Run, features: Path) -> None:
    hub.server.shutdown()
    hub.server.server_close()
    done = run("-m", "va_extractor.cli", "publish", str(features), "--repo", "org/name", "--version", "1.0.0")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("vaemo-extract: org/name: the Hub failed: ")
    assert "Traceback" not in done.stderr
    assert TOKEN not in done.stderr
