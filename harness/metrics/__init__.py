"""Metrics, one function each; `registry` states the contract."""

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from harness.metrics.registry import Metric, declared

__all__ = ["Metric", "all_metrics", "metrics_of"]


@cache
def all_metrics() -> tuple[Metric, ...]:
    """Return every metric, sorted by module, then in the order of declaration."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    return tuple(sorted(declared(), key=lambda metric: metric.compute.__module__))


def metrics_of(families: Sequence[str]) -> list[Metric]:
    """Return the metrics of these families or names, in the order of `families`."""
    members = [one for family in families for one in all_metrics() if family in (*one.families, one.name)]
    return list(dict.fromkeys(members))
