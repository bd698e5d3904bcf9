"""Functions of `ranking` tasks."""

from harness.record.kinds import Kind
from harness.tasks.functions._kind import Dataset, Scorer, metric_list

dataset = Dataset(Kind.RANKING)
score = Scorer(Kind.RANKING)
metrics = metric_list(Kind.RANKING)
