"""Functions of `confidence` tasks."""

from harness.record.kinds import Kind
from harness.tasks.functions._kind import Dataset, Scorer, metric_list

dataset = Dataset(Kind.CONFIDENCE)
score = Scorer(Kind.CONFIDENCE)
metrics = metric_list(Kind.CONFIDENCE)
