"""Two models on the same items: against a paired t test on the items' own scores, in the terminal and as a page."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from leaderboard.cli import main
from leaderboard.compare import compare
from tests.leaderboard.editing import folder_of


def _correct(folder: Path) -> np.ndarray:
    rows = [json.loads(line) for line in gzip.decompress((folder / "samples.jsonl.gz").read_bytes()).splitlines()]
    return np.array([row["scores"]["correct"] for row in sorted(rows, key=lambda row: row["item"]["item_id"])])


def test_the_difference_is_that_of_the_items(results: Path) -> None:
    first, second = (folder_of(results, name) for name in ("baseline__majority", "baseline__uniform"))
    (pair,) = compare(first, second).pairs
    gaps = _correct(first) - _correct(second)
    assert pair.difference == pytest.approx(gaps.mean())
    between = stats.ttest_1samp(gaps, 0.0).confidence_interval(0.95)
    assert (pair.low, pair.high) == pytest.approx((between.low, between.high), abs=0.015)
    assert pair.p == pytest.approx(stats.ttest_1samp(gaps, 0.0).pvalue, abs=0.01)
    assert pair.detectable == pytest.approx(2.8 * gaps.std(ddof=1) / np.sqrt(len(gaps)), rel=0.1)


def test_runs_and_models_compare_alike_and_holm_takes_both_tasks(runs: dict[str, Path], results: Path) -> None:
    of_runs = compare(runs["majority"], runs["uniform"])
    of_models = compare(results / "results" / "baseline__majority", results / "results" / "baseline__uniform")
    assert of_runs == of_models
    assert [pair.task for pair in of_runs.pairs] == ["norms_term", "norms_term_mc"]
    alone = compare(*(folder_of(results, name) for name in ("baseline__majority", "baseline__uniform")))
    assert of_runs.pairs[0].p == pytest.approx(min(1.0, 2 * alone.pairs[0].p))


def test_a_model_does_not_differ_from_itself(runs: dict[str, Path]) -> None:
    for pair in compare(runs["uniform"], runs["uniform"]).pairs:
        assert (pair.difference, pair.low, pair.high, pair.p) == (0.0, 0.0, 0.0, 1.0)


def test_the_command_prints_and_writes_a_page(
    runs: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    assert main(["compare", str(runs["gaussian"]), str(runs["uniform"]), "--out", str(page)]) == 0
    assert "+0.915" in capsys.readouterr().out
    assert "0.915" in page.read_text(encoding="utf-8")


def test_what_cannot_be_compared_is_one_line(
    runs: dict[str, Path], results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = folder_of(results, "baseline__uniform", "norms_term")
    other = folder_of(results, "baseline__majority", "norms_term_mc")
    assert main(["compare", str(one), str(other)]) == 2
    assert "no task of the same version, features and setting" in capsys.readouterr().err
    assert main(["compare", str(one), str(tmp_path)]) == 2
    assert "holds no run and no entry" in capsys.readouterr().err
