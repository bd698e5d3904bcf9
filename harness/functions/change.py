"""Functions of `change` tasks."""

from harness.functions._kind import Dataset, Scorer, metric_list
from harness.kinds import Kind

dataset = Dataset(Kind.CHANGE)
score = Scorer(Kind.CHANGE)
metrics = metric_list(Kind.CHANGE)
