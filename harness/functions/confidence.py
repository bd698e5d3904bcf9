"""Functions of `confidence` tasks."""

from harness.functions._kind import Dataset, Scorer, metric_list
from harness.kinds import Kind

dataset = Dataset(Kind.CONFIDENCE)
score = Scorer(Kind.CONFIDENCE)
metrics = metric_list(Kind.CONFIDENCE)
