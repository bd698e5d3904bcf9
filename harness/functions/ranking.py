"""Functions of `ranking` tasks."""

from harness.functions._kind import Dataset, Scorer, metric_list
from harness.kinds import Kind

dataset = Dataset(Kind.RANKING)
score = Scorer(Kind.RANKING)
metrics = metric_list(Kind.RANKING)
