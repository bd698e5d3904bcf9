"""Broken YAMLs of derived tasks: validation finds each fault at its key."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.tasks.catalogue import TASKS
from tests.harness.runs.validate.writing import check

FOLDERS = {
    "va_inverse": "inverse",
    "va_compare": "compare",
    "va_conflict": "conflict",
    "emotic_judge": "judge",
    "emotic_judge_mc": "judge",
    "iimi_distribution": "distribution",
    "va_trajectory": "trajectory",
    "va_trajectory_describe": "trajectory",
}
VALUES = "{{ '%.2f' | format(valence) }} {{ '%.2f' | format(arousal) }}"

# task, key to be replaced, its new value, and field and code of the problem
BROKEN = [
    ("emotic_judge", "doc_to_text", f"{VALUES} {{{{ statement }}}} {{{{ condition }}}}", "doc_to_text", "conflict"),
    ("emotic_judge", "doc_to_text", f"{VALUES} {{{{ statment }}}}", "doc_to_text", "unknown"),
    ("emotic_judge", "doc_to_text", f"{VALUES} {{{{ points }}}}", "doc_to_text", "unknown"),
    ("va_inverse", "doc_to_text", "{{ statement }} {{ valence }}", "doc_to_text", "conflict"),
    ("va_inverse", "doc_to_text", "A word.", "doc_to_text", "missing"),
    ("va_compare", "doc_to_text", "{{ points }} {{ statement }} {{ difference }}", "doc_to_text", "unknown"),
    ("va_trajectory", "doc_to_text", "{{ valence }} {{ points }}", "doc_to_text", "conflict"),
    (
        "emotic_judge",
        "doc_to_text",
        f"{VALUES} {{{{ statement[:0] }}}} true or false",
        "doc_to_text",
        "conflict",
    ),
    (
        "va_compare",
        "doc_to_text",
        "{{ points[0][0] }} {{ points[1][0] }} {{ statement }}: first or second?",
        "doc_to_text",
        "conflict",
    ),
    ("va_compare", "doc_to_text", "{{ points }} {{ statement }}?", "doc_to_text", "conflict"),
    (
        "va_conflict",
        "doc_to_text",
        f"{VALUES} {{{{ statement }}}} {{{{ choices }}}}",
        "doc_to_text",
        "missing",
    ),
    (
        "iimi_distribution",
        "generation_kwargs",
        '{"until":[","],"max_gen_toks":64}',
        "generation_kwargs.until.0",
        "conflict",
    ),
    ("va_conflict", "derive", "quadrant", "metadata.derive", "conflict"),
    ("va_inverse", "derive", "null", "metadata.derive", "conflict"),
    ("va_trajectory_describe", "derive", "compare", "metadata.derive", "conflict"),
    ("va_trajectory_describe", "doc_to_text", "{{ labels }} {{ points }}", "doc_to_text", "conflict"),
    ("emotic_judge", "derive", "juge", "metadata.derive", "type"),
    ("emotic_judge", "labels", '["true", "wrong"]', "metadata.labels", "conflict"),
    ("iimi_distribution", "main_score", "accuracy", "metadata.main_score", "conflict"),
    ("iimi_distribution", "output_type", "multiple_choice", "output_type", "conflict"),
    ("va_inverse", "doc_to_text", "{{ statement }} {{ values }}", "doc_to_text", "conflict"),
    ("va_inverse", "labels", "[one, two]", "metadata.labels", "conflict"),
]


def broken(task: str, key: str, value: str) -> str:
    """Return a YAML that includes a task of ours and says one thing otherwise."""
    base = TASKS / "extended" / FOLDERS[task] / f"{task}.yaml"
    own = {
        line.split(":")[0].strip(): line.split(":", 1)[1].strip()
        for line in base.read_text(encoding="utf-8").split("metadata:\n")[1].replace(",\n    ", ", ").splitlines()
    }
    top = (
        ""
        if key in own or key in ("labels", "derive")
        else f"{key}: |-\n  {value}\n"
        if " " in value
        else f"{key}: {value}\n"
    )
    metadata = own | ({key: value} if not top else {})
    rows = "".join(f"  {name}: {said}\n" for name, said in metadata.items())
    return f"include: {base}\ntask: mine\n{top}metadata:\n{rows}"


@pytest.mark.parametrize("task", FOLDERS)
def test_what_is_broken_here_is_sound(tmp_path: Path, task: str) -> None:
    assert check(tmp_path, broken(task, "version", "2.0")).errors == []


@pytest.mark.parametrize("case", BROKEN, ids=[f"{row[0]} {row[1]} {row[4]}" for row in BROKEN])
def test_one_problem_is_found_at_its_key(tmp_path: Path, case: tuple[str, str, str, str, str]) -> None:
    task, key, value, where, code = case
    found = check(tmp_path, broken(task, key, value)).errors
    assert (where, code) in [(one.field, one.code) for one in found], [str(one) for one in found]


def test_values_that_a_derivation_does_not_hang_on_fail_the_control(tmp_path: Path) -> None:
    # said of no point in particular: the statement alone is not enough, so the control passes only on the item's own
    report = check(tmp_path, broken("emotic_judge", "version", "2.0"), controls=True)
    shuffled = next(control for control in report.controls if control.name == "shuffled")
    assert shuffled.passed
    assert "valence and arousal" in shuffled.measure
    report = check(tmp_path, broken("va_inverse", "version", "2.0"), controls=True)
    assert "statement" in next(control for control in report.controls if control.name == "shuffled").measure


def test_a_described_change_passes_every_control_and_its_points_are_what_it_hangs_on(tmp_path: Path) -> None:
    report = check(tmp_path, broken("va_trajectory_describe", "version", "2.0"), controls=True)
    found = {control.name: control for control in report.controls}
    assert list(found) == ["oracle", "uniform", "majority", "shuffled"]
    assert all(control.passed for control in found.values())
    assert (found["oracle"].value, found["majority"].value) == (1.0, 0.5)
    assert "points" in found["shuffled"].measure
