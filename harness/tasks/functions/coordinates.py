"""Functions of `coordinates` tasks."""

from harness.record.kinds import Kind
from harness.tasks.functions._kind import Dataset, Scorer, metric_list

dataset = Dataset(Kind.COORDINATES)
score = Scorer(Kind.COORDINATES)
metrics = metric_list(Kind.COORDINATES)
