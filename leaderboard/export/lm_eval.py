"""Write results as lm-eval 0.4.13 does and its tools read them: one `results_<time>.json` for each model."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from leaderboard.entry import Entry, folder_name, participant_id
from leaderboard.export.files import Export

_FILTER = "none"


def export(given: Sequence[Entry]) -> Export:
    """Return one file for each way of running a model; of several settings of a task, the newest."""
    groups: dict[str, dict[str, Entry]] = {}
    for one in sorted(given, key=lambda one: one.record.created):
        groups.setdefault(participant_id(one.record), {})[one.task_name] = one
    files = {}
    for tasks in groups.values():
        newest = max(tasks.values(), key=lambda one: one.record.created)
        time = newest.record.created.replace(":", "-").replace("+00-00", "")
        name = f"{folder_name(newest.record.model.id)}/results_{time}_{participant_id(newest.record)[-6:]}.json"
        files[name] = json.dumps(_results(newest, tasks), indent=2) + "\n"
    return Export(files)


def _results(newest: Entry, tasks: dict[str, Entry]) -> dict[str, Any]:
    model = newest.record.model
    return {
        "results": {name: _scores(name, one) for name, one in tasks.items()},
        "group_subtasks": {name: [] for name in tasks},
        "versions": {name: one.task.version for name, one in tasks.items()},
        "n-shot": {name: one.task.num_fewshot for name, one in tasks.items()},
        "higher_is_better": {
            name: {metric: score.higher_is_better for metric, score in one.task.metrics.items()}
            for name, one in tasks.items()
        },
        "n-samples": {name: {"original": one.task.items, "effective": one.task.items} for name, one in tasks.items()},
        "config": {"model": model.backend, "model_args": model.args, "bootstrap_iters": 0},
        "git_hash": newest.record.git.commit if newest.record.git else None,
        "date": datetime.fromisoformat(newest.record.created).timestamp(),
        "lm_eval_version": newest.record.packages.get("lm_eval"),
        "model_source": model.backend,
        "model_name": model.id,
        "model_name_sanitized": folder_name(model.id),
    }


def _scores(name: str, one: Entry) -> dict[str, Any]:
    """Return scores under lm-eval's keys; its stderr cannot express a skewed interval, so it is N/A."""
    scores: dict[str, Any] = {"alias": f"{name} (SYNTHETIC SAMPLE)" if one.task.features.synthetic else name}
    for metric, score in one.task.metrics.items():
        if score.value is not None:
            scores[f"{metric},{_FILTER}"] = score.value
            scores[f"{metric}_stderr,{_FILTER}"] = "N/A"
    return scores
