"""Each export is read back by its own readers, and says what the record says."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from huggingface_hub import parse_eval_result_entries
from huggingface_hub.repocard_data import model_index_to_eval_results
from lm_eval.utils import make_table

from harness.cli import main as vaemo_eval
from leaderboard.cli import main
from tests.leaderboard.editing import edit, file_odd, folder_of, task_of

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("VAEMO_SHARED", ROOT.parent / "shared"))
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def _records(results: Path) -> dict[tuple[str, str], dict[str, Any]]:
    found = {}
    for path in results.glob("results/*/*/*/*/run.json"):
        record = json.loads(path.read_bytes())
        found[record["model"]["id"], path.parts[-3]] = record
    return found


@pytest.mark.parametrize("form", ["every-eval-ever", "lm-eval"])
def test_an_entry_under_a_model_that_its_arguments_lack_is_exported(
    form: str, repository: Path, tmp_path: Path
) -> None:
    file_odd(repository, lambda record: record["model"].update(id="x/None", backend="x", args={}))
    assert main(["check", str(repository)]) == 0
    assert main(["export", str(repository), "--to", form, "--out", str(tmp_path / "out")]) == 0


@pytest.mark.parametrize("command", [["check"], ["export", "--to", "every-eval-ever"], ["export", "--to", "lm-eval"]])
@pytest.mark.parametrize("time", ["2026-13-45T99:99:99Z", "2026-02-29T00:00:00Z"])
def test_an_impossible_time_is_one_line(
    command: list[str], time: str, repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file_odd(repository, lambda record: record.update(created=time))
    out = ["--out", str(tmp_path / "out")] if command[0] == "export" else []
    assert main([command[0], str(repository), *command[1:], *out]) in (1, 2)
    said = "".join(capsys.readouterr())
    assert "run.json: created: " in said
    assert time in said


def _samples(aggregate: Path) -> Path:
    return aggregate.with_name(f"{aggregate.stem}_samples.jsonl")


def _number(cell: str) -> float | None:
    return float(cell) if cell else None


def _export(path: Path, form: str, out: Path) -> int:
    return main(["export", str(path), "--to", form, "--out", str(out)])


def test_hub_results_are_parsed_by_huggingface_hub(results: Path, repository: Path, tmp_path: Path) -> None:
    for model in ("baseline__uniform", "baseline__gaussian"):
        folder = folder_of(repository, model)
        edit(folder, record=lambda record: task_of(record)["features"].update(id="org/features", revision=COMMIT))
    assert _export(repository, "hf-eval-results", tmp_path) == 1
    text = (tmp_path / "baseline__uniform" / ".eval_results" / "org__features.yaml").read_text(encoding="utf-8")
    (entry,) = parse_eval_result_entries(yaml.safe_load(text))
    score = _records(results)["baseline:uniform", "norms_term"]["tasks"]["norms_term"]["metrics"]["accuracy"]
    assert entry.value == pytest.approx(100 * score["value"], abs=1e-3)
    assert (entry.dataset_id, entry.task_id, entry.dataset_revision) == ("org/features", "norms_term", COMMIT)
    benchmark = yaml.safe_load((tmp_path / "org__features" / "eval.yaml").read_text(encoding="utf-8"))
    assert benchmark["evaluation_framework"] == "inspect-ai"
    assert [task["id"] for task in benchmark["tasks"]] == ["norms_term"]
    assert benchmark["tasks"][0]["solvers"] == [{"name": "multiple_choice"}]
    assert benchmark["tasks"][0]["scorers"] == [{"name": "choice"}]


def test_local_features_are_named_as_left_out(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _export(results, "hf-eval-results", tmp_path) == 1
    assert capsys.readouterr().out.count(": features.id: ") == 8


def test_model_index_is_parsed_by_huggingface_hub(results: Path, tmp_path: Path) -> None:
    assert _export(results, "model-index", tmp_path) == 0
    for model in ("majority", "uniform"):
        text = (tmp_path / f"baseline__{model}" / "model-index.yaml").read_text(encoding="utf-8")
        name, entries = model_index_to_eval_results(yaml.safe_load(text)["model-index"])
        assert name == f"baseline:{model}"
        for entry in entries:
            assert entry.task_name is not None
            record = _records(results)[name, entry.task_name]
            assert entry.metric_value == record["tasks"][entry.task_name]["metrics"][entry.metric_type]["value"]


def test_lm_evals_own_table_shows_every_score(runs: dict[str, Path], results: Path, tmp_path: Path) -> None:
    assert _export(results, "lm-eval", tmp_path) == 0
    paths = sorted(tmp_path.rglob("results_*.json"))
    assert len(paths) == len(runs)
    for path in paths:
        given = json.loads(path.read_bytes())
        lines = [[cell.strip() for cell in line.split("|")] for line in make_table(given).splitlines()]
        for task in given["results"]:
            value = _records(results)[given["model_name"], task]["tasks"][task]["metrics"]["accuracy"]["value"]
            (shown,) = [float(line[7]) for line in lines if line[1] == task]
            assert shown == pytest.approx(value, abs=5e-5)


def test_csv_is_every_metric_once(results: Path, tmp_path: Path) -> None:
    assert _export(results, "csv", tmp_path) == 0
    with (tmp_path / "scores.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    expected = {
        (model, task, name): score["value"]
        for (model, task), record in _records(results).items()
        for name, score in record["tasks"][task]["metrics"].items()
    }
    assert {(row["model"], row["task"], row["metric"]): _number(row["value"]) for row in rows} == expected


@pytest.fixture(scope="module")
def schemas() -> dict[str, Any]:
    """Return the two schemas of Every Eval Ever 0.3.0, which this project does not ship."""
    folder = SHARED / "schemas"
    if not folder.is_dir():
        pytest.skip("no schemas of Every Eval Ever 0.3.0: give their folder's parent as VAEMO_SHARED")
    return {
        kind: json.loads((folder / f"every_eval_ever-0.3.0.{kind}.schema.json").read_bytes())
        for kind in ("eval", "instance")
    }


def test_every_eval_ever_is_valid_and_joined(results: Path, tmp_path: Path, schemas: dict[str, Any]) -> None:
    assert _export(results, "every-eval-ever", tmp_path) == 0
    paths = sorted(tmp_path.rglob("*.json"))
    assert len(paths) == 8
    of_aggregate, of_row = (jsonschema.Draft7Validator(schemas[kind]) for kind in ("eval", "instance"))
    for path in paths:
        aggregate = json.loads(path.read_bytes())
        of_aggregate.validate(aggregate)
        rows = [json.loads(line) for line in _samples(path).read_text(encoding="utf-8").splitlines()]
        for row in rows:
            of_row.validate(row)
        results_of = {result["metric_config"]["metric_id"]: result for result in aggregate["evaluation_results"]}
        result = results_of["accuracy"]
        record = _records(results)[aggregate["model_info"]["id"], result["evaluation_name"]]
        score = record["tasks"][result["evaluation_name"]]["metrics"]["accuracy"]
        assert result["score_details"]["score"] == score["value"]
        between = result["score_details"]["uncertainty"]["confidence_interval"]
        assert (between["lower"], between["upper"]) == (score["interval"]["low"], score["interval"]["high"])
        assert {row["evaluation_result_id"] for row in rows} == {result["evaluation_result_id"]}
        mean = sum(row["evaluation"]["score"] for row in rows) / len(rows)
        assert mean == pytest.approx(score["value"])
        assert (tmp_path / aggregate["detailed_evaluation_results"]["file_path"]) == _samples(path)


def test_what_was_made_on_the_sample_says_so_in_every_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--model", "baseline:prototype", "--tasks", "iimi_basic", "--limit", "20"]
    assert vaemo_eval([*arguments, "--output_path", str(tmp_path / "runs")]) == 0
    run = next((tmp_path / "runs").glob("*/*"))
    for form in ("csv", "model-index", "lm-eval", "every-eval-ever"):
        assert _export(run, form, tmp_path / form) == 0
    rows = list(csv.DictReader((tmp_path / "csv" / "scores.csv").read_text(encoding="utf-8").splitlines()))
    assert {row["synthetic"] for row in rows} == {"True"}
    for form in ("model-index", "lm-eval", "every-eval-ever"):
        path = next(path for path in sorted((tmp_path / form).rglob("*.*")) if path.suffix in (".json", ".yaml"))
        assert "synthetic" in path.read_text(encoding="utf-8").lower()
    capsys.readouterr()
    assert main(["compare", str(run), str(run), "--out", str(tmp_path / "page.html")]) == 0
    assert "SYNTHETIC SAMPLE" in capsys.readouterr().out
    assert "SYNTHETIC SAMPLE" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_a_run_folder_exports_too_and_nothing_else_does(
    runs: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _export(runs["majority"], "csv", tmp_path / "out") == 0
    assert _export(tmp_path, "csv", tmp_path / "out") == 2
    assert capsys.readouterr().err.count("\n") == 1
