"""Functions of `choice` tasks; `indexed` serves their log-likelihood form."""

from harness.record.kinds import Kind
from harness.tasks.functions._kind import Dataset, Scorer, metric_list

dataset = Dataset(Kind.CHOICE)
indexed = Dataset(Kind.CHOICE, by_index=True)
score = Scorer(Kind.CHOICE)
metrics = metric_list(Kind.CHOICE)
