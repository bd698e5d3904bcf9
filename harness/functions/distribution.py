"""Functions of `distribution` tasks."""

from harness.functions._kind import Dataset, Scorer, metric_list
from harness.kinds import Kind

dataset = Dataset(Kind.DISTRIBUTION)
score = Scorer(Kind.DISTRIBUTION)
metrics = metric_list(Kind.DISTRIBUTION)
