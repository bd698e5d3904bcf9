"""Write `model-index`, the older format of results in a model card's header, with `huggingface_hub`'s functions.

They join results of one dataset configuration under one task, so the configuration names source and task.
"""

from __future__ import annotations

from collections.abc import Sequence

import yaml
from huggingface_hub import EvalResult
from huggingface_hub.repocard_data import eval_results_to_model_index

from leaderboard.entry import Entry
from leaderboard.export.files import Export, by_model


def export(given: Sequence[Entry]) -> Export:
    """Return one YAML for each model, with every metric that has a value and a direction."""
    files = {}
    for model, entries in by_model(given).items():
        results = [result for one in entries for result in _results(one)]
        index = eval_results_to_model_index(entries[0].record.model.id, results)
        text = yaml.safe_dump({"model-index": index}, sort_keys=False, allow_unicode=True)
        files[f"{model}/model-index.yaml"] = text
    return Export(files)


def _results(one: Entry) -> list[EvalResult]:
    features = one.task.features
    return [
        EvalResult(
            task_type="text-generation",
            task_name=one.task_name,
            dataset_type=features.id,
            dataset_name=f"{features.id} ({features.source}{', SYNTHETIC SAMPLE' if features.synthetic else ''})",
            dataset_config=f"{features.source}/{one.task_name}",
            dataset_split=features.split,
            dataset_revision=features.revision,
            metric_type=name,
            metric_name=name,
            metric_value=score.value,
        )
        for name, score in one.task.metrics.items()
        if score.value is not None and score.higher_is_better is not None
    ]
