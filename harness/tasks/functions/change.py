"""Functions of `change` tasks."""

from harness.record.kinds import Kind
from harness.tasks.functions._kind import Dataset, Scorer, metric_list

dataset = Dataset(Kind.CHANGE)
score = Scorer(Kind.CHANGE)
metrics = metric_list(Kind.CHANGE)
