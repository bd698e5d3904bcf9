"""Functions of `conflict` tasks."""

from harness.functions._kind import Dataset, Scorer, metric_list
from harness.kinds import Kind

dataset = Dataset(Kind.CONFLICT)
score = Scorer(Kind.CONFLICT)
metrics = metric_list(Kind.CONFLICT)
