"""Compare two models: the numbers of `vaemo-eval compare`, whether given as runs, models or entries."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from harness.runs.compare import compare as compare_folders
from leaderboard.cli import main
from leaderboard.compare import compare
from tests.leaderboard.editing import folder_of
from va_extractor.common.errors import InputError


def _correct(folder: Path) -> np.ndarray:
    rows = [json.loads(line) for line in gzip.decompress((folder / "samples.jsonl.gz").read_bytes()).splitlines()]
    return np.array([row["scores"]["correct"] for row in sorted(rows, key=lambda row: row["item"]["item_id"])])


def test_entries_are_compared_by_the_items_that_one_alone_has_right(results: Path) -> None:
    first, second = (folder_of(results, name) for name in ("baseline__majority", "baseline__uniform"))
    [one] = compare(first, second)
    assert one.main is not None
    gaps = _correct(first) - _correct(second)
    assert one.main.effect == pytest.approx(gaps.mean())
    discordant = int(np.abs(gaps).sum())
    assert one.main.p == pytest.approx(stats.binomtest(int((gaps > 0).sum()), discordant).pvalue, abs=0.02)


def test_runs_and_models_have_the_numbers_of_the_command_for_runs(runs: dict[str, Path], results: Path) -> None:
    of_models = compare(results / "results" / "baseline__majority", results / "results" / "baseline__uniform")
    assert [one.task for one in of_models] == ["norms_term", "norms_term_mc"]
    folders = (runs["majority"], runs["uniform"])
    for found in (of_models, compare(*folders)):
        assert [one.rows for one in found] == [one.rows for one in compare_folders(folders, [], 0)]


def test_a_model_does_not_differ_from_itself(runs: dict[str, Path]) -> None:
    for one in compare(runs["uniform"], runs["uniform"]):
        assert one.main is not None
        assert one.main.interval is not None
        assert (one.main.effect, one.main.interval.low, one.main.interval.high, one.main.p_holm) == (0, 0, 0, 1)


def test_the_command_prints_and_writes_a_page(
    runs: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    assert main(["compare", str(runs["gaussian"]), str(runs["uniform"]), "--out", str(page)]) == 0
    assert "+0.915" in capsys.readouterr().out
    assert "0.915" in page.read_text(encoding="utf-8")


def test_what_cannot_be_compared_is_refused(results: Path, tmp_path: Path) -> None:
    one = folder_of(results, "baseline__uniform", "norms_term")
    other = folder_of(results, "baseline__majority", "norms_term_mc")
    for second, code in ((other, "conflict"), (tmp_path, "missing"), (tmp_path / "nowhere", "missing")):
        with pytest.raises(InputError) as error:
            compare(one, second)
        assert (error.value.problem.code, error.value.problem.file) == (code, second)
