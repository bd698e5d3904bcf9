"""Write results for the Hub: `.eval_results/*.yaml` with `eval.yaml`, and `model-index`, the older form.

The classes and functions of the formats are `huggingface_hub`'s own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml
from huggingface_hub import EvalResult, EvalResultEntry, eval_result_entries_to_yaml
from huggingface_hub.repocard_data import eval_results_to_model_index

from harness.kinds import get
from leaderboard.entry import Entry
from leaderboard.export.files import Export, by_model, grouped
from va_extractor.common.errors import Problem
from va_extractor.common.plain_text import one_line


def eval_results(given: Sequence[Entry]) -> Export:
    """Return one YAML for each model and features dataset, with main scores on 0-100, and one `eval.yaml` a dataset.

    Entries on features that are not on the Hub are left out: the format requires a Hub dataset.
    """
    on_hub = [one for one in given if _is_on_hub(one)]
    left_out = [
        Problem(
            "not at a Hub revision",
            code="unsupported",
            file=str(one.path),
            field="features.id",
            found=one.task.features.id,
        )
        for one in given
        if not _is_on_hub(one)
    ]
    files = {}
    for model, entries in by_model(on_hub).items():
        for dataset, members in _by_dataset(entries).items():
            found = [entry for entry in map(_entry, members) if entry is not None]
            name = f"{model}/.eval_results/{dataset.replace('/', '__')}.yaml"
            files[name] = _yaml(eval_result_entries_to_yaml(found))
    for dataset, members in _by_dataset(on_hub).items():
        files[f"{dataset.replace('/', '__')}/eval.yaml"] = _yaml(_benchmark(dataset, members))
    return Export(files, tuple(left_out))


def _is_on_hub(one: Entry) -> bool:
    return one.task.features.revision is not None and "/" in one.task.features.id


def _by_dataset(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    return grouped(entries, lambda one: one.task.features.id)


def _entry(one: Entry) -> EvalResultEntry | None:
    score = one.main_score
    if score.value is None or score.higher_is_better is False:
        return None
    shots = f", {one.task.num_fewshot} examples" if one.task.num_fewshot else ""
    found = score.interval
    between = f", 95 % interval {100 * found.low:.1f} to {100 * found.high:.1f}" if found else ""
    return EvalResultEntry(
        dataset_id=one.task.features.id,
        task_id=one.task_name,
        value=round(100 * score.value, 4),
        dataset_revision=one.task.features.revision,
        date=one.record.created,
        notes=one_line(f"{one.task.main_score}, task version {one.task.version}{shots}{between}"),
    )


def _benchmark(dataset: str, members: Sequence[Entry]) -> dict[str, Any]:
    tasks = {one.task_name: one for one in members if get(one.task.kind).calibrated}
    return {
        "name": f"VAEmo-Eval on {dataset}",
        "description": "What language models understand of emotion from two numbers, valence and arousal.",
        "evaluation_framework": "inspect-ai",
        "tasks": [
            {
                "id": name,
                "config": one.task.features.source,
                "split": one.task.features.split,
                "field_spec": {"input": "prompt", "target": "target", "choices": "choices"},
                "solvers": [{"name": "multiple_choice"}],
                "scorers": [{"name": "choice"}],
            }
            for name, one in tasks.items()
        ],
    }


def _yaml(value: object) -> str:
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True)


def model_index(given: Sequence[Entry]) -> Export:
    """Return one YAML for each model, with every metric that has a value and a direction.

    Results of one dataset configuration are joined under one task, so the configuration names source and task.
    """
    files = {}
    for model, entries in by_model(given).items():
        results = [result for one in entries for result in _results(one)]
        index = eval_results_to_model_index(entries[0].record.model.id, results)
        files[f"{model}/model-index.yaml"] = _yaml({"model-index": index})
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
