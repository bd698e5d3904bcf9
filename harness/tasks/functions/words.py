"""Functions of `words` tasks."""

from harness.record.kinds import Kind
from harness.tasks.functions._kind import Dataset, Scorer, metric_list

dataset = Dataset(Kind.WORDS)
score = Scorer(Kind.WORDS)
metrics = metric_list(Kind.WORDS)
