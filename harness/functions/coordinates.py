"""Functions of `coordinates` tasks."""

from harness.functions._kind import Dataset, Scorer, metric_list
from harness.kinds import Kind

dataset = Dataset(Kind.COORDINATES)
score = Scorer(Kind.COORDINATES)
metrics = metric_list(Kind.COORDINATES)
