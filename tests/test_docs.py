"""Pages and schemas that are made from code are current, and the README prints what the program prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harness.commands.run import main, parser
from harness.tasks.catalogue import find
from leaderboard.json_schema import FILES, text

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("name", sorted(FILES))
def test_the_committed_json_schema_is_the_models(name: str) -> None:
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == text(FILES[name])


def test_the_page_of_prompts_is_current() -> None:
    from harness.tasks.prompt_page import page

    assert (ROOT / "docs" / "prompts.md").read_text(encoding="utf-8") == page()


def test_every_task_has_its_line_in_the_table_of_tasks() -> None:
    table = (ROOT / "tasks" / "README.md").read_text(encoding="utf-8")
    assert [info.name for info in find().values() if not info.members and f"| `{info.name}` |" not in table] == []


def test_the_readme_shows_what_the_first_command_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    command = next(line for line in readme.splitlines() if line.startswith("python3 -m venv") and "vaemo-eval" in line)
    shown = readme.partition("<!-- output -->\n```text\n")[2].partition("```")[0].splitlines()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VAEMO_FEATURES", raising=False)
    main(parser().parse_args(command.partition(".venv/bin/vaemo-eval ")[2].split()))
    printed = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    labels, descriptions = shown[: shown.index("")], shown[shown.index("") :]
    assert len(labels) > 10
    assert [line for line in labels if line not in printed] == []
    rows = {name_of(line): line for line in printed[printed.index(descriptions[1]) :] if line.startswith("│")}
    for line in descriptions:
        if line.startswith("│"):  # embeddings differ in the last digits between processors
            assert numbers(line) == pytest.approx(numbers(rows[name_of(line)]), abs=0.02)


def name_of(row: str) -> str:
    return row.split("│")[1].strip()


def numbers(row: str) -> list[float]:
    return [float(text) for text in re.findall(r"-?\d+\.\d+", row)]
