"""Functions of `conflict` tasks."""

from harness.record.kinds import Kind
from harness.tasks.functions._kind import Dataset, Scorer, metric_list

dataset = Dataset(Kind.CONFLICT)
score = Scorer(Kind.CONFLICT)
metrics = metric_list(Kind.CONFLICT)
