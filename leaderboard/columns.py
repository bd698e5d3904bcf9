"""What makes entries comparable: the id of a column, and the id of one way of running a model."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from harness.record import RunRecord
from leaderboard.board import Setting
from leaderboard.entry import folder_name


def column_id(record: RunRecord, name: str) -> str:
    """Return the id of the column that a task's entry belongs to: the task, and a hash of what must be the same."""
    task = record.tasks[name]
    parts = [
        *(task.version, task.task_hash, task.features.sha256, task.headline),
        str((task.items, task.clusters)),
        task.reference_kind or "",
        task.embedder.weights_sha256 if task.embedder else "",
        setting_of(record, name).model_dump_json(),
    ]
    return f"{name}@{_digest(parts)[:8]}"


def setting_of(record: RunRecord, name: str) -> Setting:
    """Return how a task was run."""
    return Setting(
        num_fewshot=record.tasks[name].num_fewshot,
        system_instruction=record.system_instruction,
        gen_kwargs=json.dumps(record.gen_kwargs, sort_keys=True),
    )


def participant_id(record: RunRecord) -> str:
    """Return the id of one way of running a model: its folder name, and a hash of what else decides its answers."""
    model = record.model
    parts = [
        model.id,
        model.revision,
        model.backend,
        model.args,
        model.chat_template_sha256,
        record.apply_chat_template,
    ]
    return f"{folder_name(model.id)}-{_digest(parts)[:6]}"


def _digest(parts: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
