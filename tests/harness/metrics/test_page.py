"""The tables of metrics in `docs/` are those that the metrics declare."""

from __future__ import annotations

import re
from math import inf, sqrt
from pathlib import Path

import pytest

from harness.kinds import all_kinds
from harness.metrics import Metric, all_metrics
from harness.metrics.page import PAGES, blocks, module_of, page

ENDS = {"2 sqrt 2": 2 * sqrt(2), "k": inf}
DOCS = Path(__file__).resolve().parents[3] / "docs"


def test_every_module_has_one_block_and_every_block_is_current() -> None:
    texts = [(DOCS / name).read_text(encoding="utf-8") for name in PAGES]
    assert sorted(name for text in texts for name in blocks(text)) == sorted(set(map(module_of, all_metrics())))
    for text in texts:
        assert text == page(text)
        assert page(text.replace("| no value where |", "| changed |")) == text


def test_families_of_metrics_and_of_kinds_are_the_same() -> None:
    chosen = {family for kind in all_kinds() for family in kind.families}
    declared = {family for metric in all_metrics() for family in metric.families}
    assert declared <= chosen
    assert chosen <= declared | {metric.name for metric in all_metrics()}


@pytest.mark.parametrize("metric", all_metrics(), ids=lambda metric: metric.name)
def test_each_metric_spans_what_its_docstring_says(metric: Metric) -> None:
    said = re.search(r" in \[(.+?), (.+?)\]", metric.compute.__doc__ or "")
    if said:
        assert metric.span == tuple(ENDS[end] if end in ENDS else float(end) for end in said.groups())
    else:
        assert inf in map(abs, metric.span)
