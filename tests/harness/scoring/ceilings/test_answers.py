"""Ceilings on look-alikes whose answer is known: where VA decides the label, half decides it, or has nothing to say."""

from __future__ import annotations

import itertools
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from harness.cli import main
from harness.kinds import get
from harness.record import RunRecord
from harness.scoring.ceilings.answers import SET_RULES, ceiling_answers
from harness.scoring.ceilings.labels import label_scores
from harness.tasks.documents import EVALUATED, Question, split
from va_extractor.dataset import write_split
from va_extractor.emotions.labels import EMOTIC
from va_extractor.schema import COLUMNS, Provenance

BASIC = ("anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")
QUADRANTS = ("anger", "happiness", "sadness", "neutral")
Choose = Callable[[np.random.Generator, float, float], list[str]]


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    label_scores.cache_clear()
    yield
    label_scores.cache_clear()


def write(root: Path, source: str, name: str, rows: int, choose: Choose) -> None:
    rng = np.random.default_rng(len(name))
    points = rng.uniform(-1, 1, (rows, 2)).round(3)
    values = {
        "item_id": [f"{name}{row}" for row in range(rows)],
        "cluster_id": [f"{name}{row // 2}" for row in range(rows)],
        "valence": points[:, 0],
        "arousal": points[:, 1],
        "va_source": ["human"] * rows,
        "va_status": ["ok"] * rows,
        "labels": [choose(rng, v, a) for v, a in points],
        "references": [[] for _ in range(rows)],
    }
    table = pa.table(
        [pa.array(values.get(field.name, [None] * rows), type=field.type) for field in COLUMNS], schema=COLUMNS
    )
    about = Provenance(source=source, title="look-alike", licence="-", citation="-", original_scale=(-1.0, 1.0))
    write_split(table, about, root, name)


def quadrant(_: np.random.Generator, v: float, a: float) -> list[str]:
    return [QUADRANTS[2 * (a < 0) + (v > 0)]]


def noisy_quadrant(rng: np.random.Generator, v: float, a: float) -> list[str]:
    return quadrant(rng, v, a) if rng.random() < 0.7 else [QUADRANTS[rng.integers(4)]]


def anything(rng: np.random.Generator, _v: float, _a: float) -> list[str]:
    return [QUADRANTS[rng.integers(4)]]


def accuracies(root: Path, choose: Choose, *, train: bool = True) -> dict[str, float]:
    for name in ("train", "test") if train else ("test",):
        write(root, "iimi", name, 400, choose)
    question = Question(get("single_label"), str(root), "iimi", BASIC)
    docs = split(question, EVALUATED).items
    return {
        name: float(np.mean([answer.text == doc.labels[0] for answer, doc in zip(answers, docs, strict=True)]))
        for name, answers in ceiling_answers(question, docs, by_likelihood=False).items()
    }


@pytest.mark.parametrize("train", [True, False])
def test_where_va_decides_the_label_every_learner_finds_it(tmp_path: Path, train: bool) -> None:
    found = accuracies(tmp_path, quadrant, train=train)
    assert found["lookup"] == 1
    assert min(found["knn"], found["logistic"], found["boosting"]) > 0.93


def test_where_va_decides_in_part_no_learner_beats_the_best_possible(tmp_path: Path) -> None:
    found = accuracies(tmp_path, noisy_quadrant)
    best = 0.7 + 0.3 / 4
    for name in ("knn", "logistic", "boosting"):
        assert best - 0.08 < found[name] < best + 0.05
    assert found["lookup"] > 0.95


def test_where_va_tells_nothing_learners_stay_at_chance_and_only_looking_up_does_not(tmp_path: Path) -> None:
    found = accuracies(tmp_path, anything, train=False)
    assert max(found["knn"], found["logistic"], found["boosting"]) < 0.35
    assert found["lookup"] > 0.95


def expected(rule: str, share: np.ndarray, chosen: np.ndarray) -> float:
    """Return the expected score from expected counts."""
    hits, named, true, n = (share * chosen).sum(axis=0), chosen.sum(axis=0), share.sum(axis=0), len(share)
    match rule:
        case "_best_f1":
            return float((2 * hits / (named + true)).mean())
        case "_best_micro_f1":
            return float(2 * hits.sum() / (named + true).sum())
        case "_best_informedness":
            return float((hits / true - (named - hits) / (n - true)).mean())
    possible = (named + true - 2 * named * true / n).sum()
    return float(2 * (hits - named * true / n).sum() / possible)


@pytest.mark.parametrize("rule", SET_RULES)
def test_no_sets_have_a_higher_expected_score_than_those_of_the_rule(rule: str) -> None:
    rng = np.random.default_rng(1)
    for _ in range(5):
        share = rng.random((4, 2)) ** 2
        every = [np.array(row).reshape(4, 2) for row in itertools.product([False, True], repeat=8)]
        best = max(expected(rule, share, chosen) for chosen in every)
        assert expected(rule, share, SET_RULES[rule](share)) == pytest.approx(best)


def run(root: Path, features: Path, model: str, task: str) -> tuple[Path, RunRecord]:
    arguments = ["--model", model, "--tasks", task, "--features", str(features), "--output_path", str(root)]
    assert main(arguments) == 0
    path = max(root.rglob("run.json"), key=os.path.getmtime)
    return path.parent, RunRecord.model_validate_json(path.read_bytes())


def test_positions_run_from_the_constant_answer_to_the_best_predictor(tmp_path: Path) -> None:
    for name in ("train", "test"):
        write(tmp_path / "features", "iimi", name, 200, noisy_quadrant)
    places = {}
    for model in ("majority", "logistic"):
        _, record = run(tmp_path / "runs", tmp_path / "features", f"baseline:{model}", "iimi_basic")
        score = record.tasks["iimi_basic"].metrics["accuracy"]
        assert score.normalized_score is not None
        assert score.ceilings["lookup"] is not None
        values = score.baselines | score.ceilings
        assert values[str(score.normalized_score.ceiling)] == max(
            value or 0 for name, value in values.items() if name not in ("majority", "lookup")
        )
        places[model] = score.normalized_score
    floor = places["majority"].value
    assert floor is not None
    assert floor <= 0
    assert places["logistic"].value is not None
    assert places["logistic"].value > 0.75
    interval = places["logistic"].interval
    assert interval is not None
    assert interval.low <= places["logistic"].value <= interval.high


def test_where_va_tells_nothing_there_is_no_position_and_the_reason_is_given(tmp_path: Path) -> None:
    write(tmp_path / "features", "iimi", "test", 120, anything)
    _, record = run(tmp_path / "runs", tmp_path / "features", "baseline:prototype", "iimi_basic")
    position = record.tasks["iimi_basic"].metrics["accuracy"].normalized_score
    assert position is not None
    assert position.value is None
    assert "valence and arousal tell too little" in (position.reason or "")


def test_rescoring_takes_features_from_the_cache_and_refuses_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def several(rng: np.random.Generator, v: float, a: float) -> list[str]:
        near = [label for place, label in enumerate(EMOTIC) if rng.random() < 0.1 + 0.6 * ((place % 2 == 0) == (v > 0))]
        return near or [EMOTIC[0]]

    for name in ("train", "test"):
        write(tmp_path / "features", "emotic", name, 80, several)
    folder, record = run(tmp_path / "runs", tmp_path / "features", "baseline:prototype", "emotic_complex")
    for path in (tmp_path / "features").rglob("*"):
        if path.is_file():
            path.unlink()
    assert main(["rescore", str(folder)]) == 0
    changed = record.model_dump(mode="json")
    changed["tasks"]["emotic_complex"]["metrics"]["micro_f1"]["ceilings"]["knn"] += 0.01
    (folder / "run.json").write_text(json.dumps(changed))
    capsys.readouterr()
    assert main(["rescore", str(folder)]) == 1
    assert "metrics: ceilings: micro_f1: knn" in capsys.readouterr().out
    assert main(["rescore", str(folder), "--features", "shipped"]) == 2
    assert "--features: these are not the features of the run" in capsys.readouterr().err
    shutil.rmtree(tmp_path / "cache")
    assert main(["rescore", str(folder)]) == 2
    assert "--features: the features of the run were not found" in capsys.readouterr().err
