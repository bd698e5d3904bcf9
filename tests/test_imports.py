"""Who imports whom: the contracts of `.importlinter` hold where they should, and heavy packages wait until needed."""

from __future__ import annotations

import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ("torch", "transformers", "datasets", "scipy.stats", "ray", "cv2", "lm_eval")


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """Return a folder with our contracts and empty packages in the layers they name."""
    contracts = ConfigParser()
    contracts.read(ROOT / ".importlinter")
    (tmp_path / ".importlinter").write_text((ROOT / ".importlinter").read_text(encoding="utf-8"), encoding="utf-8")
    for root in contracts["importlinter"]["root_packages"].split():
        (tmp_path / root).mkdir()
        (tmp_path / root / "__init__.py").touch()
    for section in contracts.values():
        for container in section.get("containers", "").split():
            for layer in section["layers"].replace("|", " ").replace(":", " ").split():
                module = tmp_path / container.replace(".", "/") / layer.strip("()")
                module.mkdir(parents=True, exist_ok=True)
                (module / "__init__.py").touch()
    return tmp_path


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", code, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False
    )


def test_imports_that_break_a_contract_are_found_even_within_functions(scratch: Path) -> None:
    done = lint(scratch)
    assert done.returncode == 0, done.stdout + done.stderr
    lowest = scratch / "harness" / "record" / "__init__.py"
    lowest.write_text("def late():\n    import harness.runs\n", encoding="utf-8")
    assert "harness.record -> harness.runs" in lint(scratch).stdout
    lowest.write_text("", encoding="utf-8")
    for one, other in (("left", "right"), ("right", "left")):
        module = scratch / "harness" / "runs" / f"{one}.py"
        module.write_text(f"def late():\n    import harness.runs.{other}\n", encoding="utf-8")
    done = lint(scratch)
    assert done.returncode == 1
    assert "No cycles are allowed in harness.runs" in done.stdout


@pytest.mark.parametrize("arguments", [["--help"], ["ls"]])
def test_help_and_lists_import_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys; from harness.cli import main\n"
        f"try: main({arguments!r})\nexcept SystemExit: pass\n"
        f"sys.stderr.write(' '.join(name for name in {HEAVY!r} if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout
    assert done.stderr == ""
