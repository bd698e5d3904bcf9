"""Write the tables of metrics in `docs/`, one for each module of this package.

A block begins with `<!-- metrics NAME -->` and ends with `<!-- /metrics -->`; `python -m harness.metrics.page docs`
fills them.
"""

from __future__ import annotations

import re
import sys
from math import inf, sqrt
from pathlib import Path

from harness.metrics import Metric, all_metrics

PAGES = ("metrics.md", "description-metrics.md")
_BLOCK = re.compile(r"(<!-- metrics (\w+) -->\n).*?(<!-- /metrics -->)", re.DOTALL)
_ARROWS = {None: "", True: " ↑", False: " ↓"}
_HEAD = (
    "| metric | what it is | computed as | range, chance | interval | no value where | families |\n"
    + "| --- " * 7
    + "|"
)


def blocks(text: str) -> list[str]:
    """Return the modules that have a block on a page."""
    return [found[2] for found in _BLOCK.finditer(text)]


def page(text: str) -> str:
    """Return a page with every block filled."""
    return _BLOCK.sub(lambda found: f"{found[1]}\n{table(found[2])}\n\n{found[3]}", text)


def table(module: str) -> str:
    """Return the metrics of a module as a table in Markdown, a row each."""
    return "\n".join([f"{_HEAD}|", *(_row(metric) for metric in all_metrics() if module_of(metric) == module)])


def module_of(metric: Metric) -> str:
    """Return the module of `harness.metrics` that declares a metric."""
    return metric.compute.__module__.rpartition(".")[2]


def _row(metric: Metric) -> str:
    low, high = map(_end, metric.span)
    chance = "" if metric.chance is None else f"; {_chance(metric)}"
    cells = (
        f"`{metric.name}`{_ARROWS[metric.higher_is_better]}",
        metric.line,
        _computed(metric),
        f"{low} to {high}{chance}",
        metric.interval,
        ", or ".join([*(reason for reason, _ in metric.reasons), metric.undefined]),
        ", ".join(sorted(metric.families)),
    )
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _computed(metric: Metric) -> str:
    """Return the docstring of a metric without its array's shape and its range, which has a column of its own."""
    text = " ".join((metric.compute.__doc__ or "").split()).removeprefix("Return (draws,) ")
    return re.sub(r",? in \[[^\]]+\]", "", text).removesuffix(".")


def _chance(metric: Metric) -> str:
    return "chance simulated" if metric.chance == "simulated" else f"chance {metric.chance:g}"


def _end(value: float) -> str:
    names = {inf: "∞", -inf: "−∞", 2 * sqrt(2): "2√2"}
    return names.get(value, f"{value:g}".replace("-", "−"))


if __name__ == "__main__":
    for name in PAGES:
        path = Path(sys.argv[1]) / name
        path.write_text(page(path.read_text(encoding="utf-8")), encoding="utf-8")
