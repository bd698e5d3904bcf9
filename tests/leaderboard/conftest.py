"""A results repository made of real runs: baselines on the shipped word norms, which are measured, not synthetic."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from harness.cli import main as vaemo_eval
from leaderboard.run_folder import check_tasks, place

MODELS = ("prototype", "majority", "uniform", "gaussian")
TASKS = "norms_term,norms_term_mc"
KNOWN = ("shipped",)


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return run folders by baseline."""
    root = tmp_path_factory.mktemp("runs")
    for model in MODELS:
        assert vaemo_eval(["--model", f"baseline:{model}", "--tasks", TASKS, "--output_path", str(root)]) == 0
    return {model: next((root / f"baseline__{model}").iterdir()) for model in MODELS}


@pytest.fixture(scope="session")
def results(runs: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a results repository with eight entries; tests that change it copy it."""
    root = tmp_path_factory.mktemp("results-repo")
    for run in runs.values():
        entries, refused = check_tasks(run, KNOWN, None)
        assert not refused
        place(entries, root)
    return root


@pytest.fixture
def repository(results: Path, tmp_path: Path) -> Path:
    """Return a copy of the results repository."""
    return Path(shutil.copytree(results, tmp_path / "repository"))
