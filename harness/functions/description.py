"""Functions of `description` tasks."""

from harness.functions._kind import Dataset, Scorer, metric_list
from harness.kinds import Kind

dataset = Dataset(Kind.DESCRIPTION)
score = Scorer(Kind.DESCRIPTION)
metrics = metric_list(Kind.DESCRIPTION)
