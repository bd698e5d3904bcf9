"""Functions of `distribution` tasks."""

from harness.record.kinds import Kind
from harness.tasks.functions._kind import Dataset, Scorer, metric_list

dataset = Dataset(Kind.DISTRIBUTION)
score = Scorer(Kind.DISTRIBUTION)
metrics = metric_list(Kind.DISTRIBUTION)
