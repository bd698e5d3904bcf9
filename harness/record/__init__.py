"""The run record: what `harness` writes and `leaderboard` reads.

A run is a folder: `run.json` (one `RunRecord`) and `samples/<task>.jsonl.gz` (one `Sample` a line). Every number in
`run.json` can be computed again from the samples alone. `docs/` has the JSON Schemas of both.
"""

from harness.record.run import (
    SCHEMA_VERSION,
    EmbedderRecord,
    FeaturesRecord,
    Git,
    ModelRecord,
    RunRecord,
    Seeds,
    TaskRecord,
    Usage,
)
from harness.record.sample import Answer, ContentFree, Finish, Item, ItemScores, Language, Parsed, Sample, Status
from harness.record.score import (
    AnswerCounts,
    Bias,
    ClassScore,
    Confusion,
    Interval,
    NormalizedScore,
    ReliabilityBin,
    Sampling,
    Score,
)

__all__ = [
    "SCHEMA_VERSION",
    "Answer",
    "AnswerCounts",
    "Bias",
    "ClassScore",
    "Confusion",
    "ContentFree",
    "EmbedderRecord",
    "FeaturesRecord",
    "Finish",
    "Git",
    "Interval",
    "Item",
    "ItemScores",
    "Language",
    "ModelRecord",
    "NormalizedScore",
    "Parsed",
    "ReliabilityBin",
    "RunRecord",
    "Sample",
    "Sampling",
    "Score",
    "Seeds",
    "Status",
    "TaskRecord",
    "Usage",
]
