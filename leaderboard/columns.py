"""What makes entries comparable: the id of a column, and the id of one way of running a model."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from harness.record import RunRecord
from leaderboard.board import Setting
from leaderboard.entry import Entry, folder_name


def column_id(one: Entry) -> str:
    """Return the id of the column that an entry belongs to: the task, and a hash of what must be the same."""
    task = one.task
    parts = [
        *(task.version, task.task_hash, task.features.sha256, task.main_score),
        str((task.items, task.clusters)),
        task.reference_kind or "",
        task.embedder.weights_sha256 if task.embedder else "",
        setting_of(one).model_dump_json(),
    ]
    return f"{one.task_name}@{_digest(parts)[:8]}"


def setting_of(one: Entry) -> Setting:
    """Return how an entry's task was run."""
    return Setting(
        num_fewshot=one.task.num_fewshot,
        system_instruction=one.record.system_instruction,
        gen_kwargs=json.dumps(one.record.gen_kwargs, sort_keys=True),
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
