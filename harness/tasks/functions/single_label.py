"""Functions of `single_label` tasks; `indexed` serves their log-likelihood form."""

from harness.record.kinds import Kind
from harness.tasks.functions._kind import Dataset, Scorer, metric_list

dataset = Dataset(Kind.SINGLE_LABEL)
indexed = Dataset(Kind.SINGLE_LABEL, by_index=True)
score = Scorer(Kind.SINGLE_LABEL)
metrics = metric_list(Kind.SINGLE_LABEL)
