"""Every metric, one function each; see `registry` for the contract."""

from harness.kinds import Kind
from harness.metrics import description, labels, ranked
from harness.metrics.registry import Metric, declared

__all__ = ["Metric", "all_metrics", "description", "labels", "metrics_of", "ranked"]


def all_metrics() -> list[Metric]:
    """Return every metric."""
    return declared()


def metrics_of(kind: Kind) -> list[Metric]:
    """Return the metrics that answer `kind`, in the order of declaration."""
    return [metric for metric in declared() if kind in metric.kinds]
