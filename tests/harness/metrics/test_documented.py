"""The page on metrics names every metric of labels, sets and rankings."""

from __future__ import annotations

import re
from math import inf, sqrt
from pathlib import Path

import pytest

from harness.metrics import Metric, all_metrics
from harness.record.kinds import Kind

ENDS = {"2 sqrt 2": 2 * sqrt(2), "k": inf}
PAGE = Path(__file__).resolve().parents[3] / "docs" / "metrics.md"


@pytest.mark.parametrize("name", [one.name for one in all_metrics() if one.kinds != {Kind.DESCRIPTION}])
def test_the_page_names_each_metric(name: str) -> None:
    assert f"`{name}`" in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("metric", all_metrics(), ids=lambda metric: metric.name)
def test_each_metric_spans_what_its_docstring_says(metric: Metric) -> None:
    said = re.search(r" in \[(.+?), (.+?)\]", metric.compute.__doc__ or "")
    if said:
        assert metric.span == tuple(ENDS[end] if end in ENDS else float(end) for end in said.groups())
    else:
        assert inf in map(abs, metric.span)
