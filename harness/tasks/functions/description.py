"""Functions of `description` tasks."""

from harness.record.kinds import Kind
from harness.tasks.functions._kind import Dataset, Scorer, metric_list

dataset = Dataset(Kind.DESCRIPTION)
score = Scorer(Kind.DESCRIPTION)
metrics = metric_list(Kind.DESCRIPTION)
