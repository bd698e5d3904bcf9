"""Functions of `words` tasks."""

from harness.functions._kind import Dataset, Scorer, metric_list
from harness.kinds import Kind

dataset = Dataset(Kind.WORDS)
score = Scorer(Kind.WORDS)
metrics = metric_list(Kind.WORDS)
