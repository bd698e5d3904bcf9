"""Functions of `multi_label` tasks."""

from harness.functions._kind import Dataset, Scorer, metric_list
from harness.kinds import Kind

dataset = Dataset(Kind.MULTI_LABEL)
score = Scorer(Kind.MULTI_LABEL)
metrics = metric_list(Kind.MULTI_LABEL)
