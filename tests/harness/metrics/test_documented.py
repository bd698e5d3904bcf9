"""The page on metrics names every metric of labels, sets and rankings."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.kinds import Kind
from harness.metrics import all_metrics

PAGE = Path(__file__).resolve().parents[3] / "docs" / "metrics.md"


@pytest.mark.parametrize("name", [one.name for one in all_metrics() if one.kinds != {Kind.DESCRIPTION}])
def test_the_page_names_each_metric(name: str) -> None:
    assert f"`{name}`" in PAGE.read_text(encoding="utf-8")
