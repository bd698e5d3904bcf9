"""Functions of `multi_label` tasks."""

from harness.record.kinds import Kind
from harness.tasks.functions._kind import Dataset, Scorer, metric_list

dataset = Dataset(Kind.MULTI_LABEL)
score = Scorer(Kind.MULTI_LABEL)
metrics = metric_list(Kind.MULTI_LABEL)
