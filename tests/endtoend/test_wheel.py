"""The wheel in an environment of its own runs the README's first command from any folder and prints what it shows."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from harness.commands.readme import arguments, page
from harness.tasks.prompts.axes import LANGUAGES

ROOT = Path(__file__).resolve().parents[2]
_NUMBER = re.compile(r"-?\d+\.\d+")


def numbers(text: str) -> list[float]:
    return [float(number) for number in _NUMBER.findall(text)]


def test_the_wheel_runs_the_main_job_from_another_folder(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", str(tmp_path / "dist"), str(ROOT)],
        check=True,
        capture_output=True,
    )
    [wheel] = (tmp_path / "dist").glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "harness/_tasks/iimi/iimi_basic.yaml" in names
    assert {f"harness/text/languages/{language}.yaml" for language in LANGUAGES} <= set(names)
    assert {"harness/tasks/prompts/definitions.yaml", "harness/tasks/prompts/stimuli.yaml"} <= set(names)
    assert "va_extractor/shipped/emotic/test.parquet" in names
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/", "tasks/"))]

    environment = tmp_path / "environment"
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "-q", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    # dependencies are lent by the environment of the tests; a .pth file there (this checkout) is not followed
    [packages] = environment.glob("lib/*/site-packages")
    (packages / "lent.pth").write_text(sysconfig.get_paths()["purelib"] + "\n", encoding="utf-8")

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    done = subprocess.run(
        [str(environment / "bin" / "vaemo-eval"), *arguments(readme)],
        cwd=elsewhere,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    made = page(readme, done.stdout)
    assert _NUMBER.sub("", made).split() == _NUMBER.sub("", readme).split()
    # embeddings differ in the last digits between processors
    assert numbers(made) == pytest.approx(numbers(readme), abs=0.02)
    asks = [str(python), "-c", "import harness; print(harness.__file__)"]
    where = subprocess.run(asks, cwd=elsewhere, capture_output=True, text=True, check=True)
    assert str(environment) in where.stdout
