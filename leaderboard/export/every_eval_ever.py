"""Write Every Eval Ever 0.3.0: one aggregate JSON and one JSONL of samples for each entry, joined by identifiers."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from harness.record import Sample, Score
from harness.stats.intervals import LEVEL
from leaderboard.entry import Entry, folder_name
from leaderboard.export.files import Export
from leaderboard.reproduce import command

SCHEMA = "0.3.0"
_ITEM_SCORES = ("correct", "f1", "cosine")


def export(given: Sequence[Entry]) -> Export:
    """Return two files for each entry."""
    files = {}
    for one in given:
        rows = "".join(json.dumps(_row(one, sample)) + "\n" for sample in one.samples)
        path = _path(one)
        files[f"{path}_samples.jsonl"] = rows
        files[f"{path}.json"] = json.dumps(_aggregate(one, f"{path}_samples.jsonl", rows), indent=2) + "\n"
    return Export(files)


def _path(one: Entry) -> str:
    """Return `data/<collection>/<organisation>/<model>/<uuid>`, the uuid made from the entry's digest."""
    organisation, _, name = folder_name(one.record.model.id).partition("__")
    return f"data/vaemo-eval/{organisation}/{name}/{uuid.UUID(one.digest[:32], version=4)}"


def _id(one: Entry) -> str:
    return f"{one.task_name}/{one.record.model.id}/{_epoch(one)}"


def _epoch(one: Entry) -> str:
    return str(int(datetime.fromisoformat(one.record.created).timestamp()))


def _aggregate(one: Entry, file: str, rows: str) -> dict[str, Any]:
    record, model = one.record, one.record.model
    metrics = one.task.metrics.items()
    return {
        "schema_version": SCHEMA,
        "evaluation_id": _id(one),
        "evaluation_timestamp": record.created,
        "retrieved_timestamp": _epoch(one),
        "source_metadata": {
            "source_name": "VAEmo-Eval",
            "source_type": "evaluation_run",
            "source_organization_name": "VAEmo-Eval",
            "evaluator_relationship": "other",
        },
        "eval_library": {
            "name": "vaemo-eval",
            "version": record.harness_version,
            "additional_details": {"lm_eval": record.packages.get("lm_eval", "unknown")},
        },
        "model_info": {
            "name": model.id,
            "id": model.id,
            "inference_engine": {"name": model.backend},
            "additional_details": {
                "deployment_type": "unknown",
                "model_availability": "unknown",
                "revision": model.revision or "unknown",
            },
        },
        "evaluation_results": [_result(one, name, score) for name, score in metrics if score.value is not None],
        "detailed_evaluation_results": {
            "format": "jsonl",
            "file_path": file,
            "hash_algorithm": "sha256",
            "checksum": hashlib.sha256(rows.encode()).hexdigest(),
            "total_rows": len(one.samples),
        },
    }


def _result(one: Entry, name: str, score: Score) -> dict[str, Any]:
    return {
        "evaluation_result_id": f"{_id(one)}/{name}",
        "evaluation_name": one.task_name,
        "source_data": _source(one),
        "evaluation_timestamp": one.record.created,
        "metric_config": {
            "metric_id": name,
            "metric_name": name,
            "lower_is_better": score.higher_is_better is False,
            "additional_details": {
                "task_version": one.task.version,
                "task_hash": one.task.task_hash,
                "chance": str(score.chance),
                "baselines": json.dumps(score.baselines),
            },
        },
        "score_details": {"score": score.value, "uncertainty": _uncertainty(one, score)},
        "generation_config": {"generation_args": {"execution_command": command(one.record, one.task_name)}},
    }


def _uncertainty(one: Entry, score: Score) -> dict[str, Any]:
    known: dict[str, Any] = {"num_samples": one.task.items}
    if score.interval is not None:
        known["confidence_interval"] = {
            "lower": score.interval.low,
            "upper": score.interval.high,
            "confidence_level": LEVEL,
            "method": score.interval.method,
        }
        if score.interval.draws is not None:
            known["num_bootstrap_samples"] = score.interval.draws
    return known


def _source(one: Entry) -> dict[str, Any]:
    features = one.task.features
    details = {"source": features.source, "sha256": features.sha256, "valence_arousal": ", ".join(features.va_source)}
    if features.revision is None:
        return {"dataset_name": features.id, "source_type": "other", "additional_details": details}
    return {
        "dataset_name": features.id,
        "source_type": "hf_dataset",
        "hf_repo": features.id,
        "hf_split": features.split,
        "samples_number": one.task.items,
        "additional_details": details | {"revision": features.revision},
    }


def _row(one: Entry, sample: Sample) -> dict[str, Any]:
    item = sample.item
    truth = list(item.labels) if item.choices else list(item.references)
    said = _said(sample)
    score = next((sample.scores[name] for name in _ITEM_SCORES if sample.scores.get(name) is not None), None) or 0.0
    return {
        "schema_version": SCHEMA,
        "evaluation_id": _id(one),
        "model_id": one.record.model.id,
        "evaluation_name": one.task_name,
        "evaluation_result_id": f"{_id(one)}/{one.task.main_score}",
        "sample_id": item.item_id,
        "sample_hash": hashlib.sha256((sample.prompt + "".join(truth)).encode()).hexdigest(),
        "interaction_type": "single_turn",
        "input": {
            "raw": sample.prompt,
            "formatted": sample.prompt,
            "reference": truth,
            "choices": list(item.choices) or None,
        },
        "output": {"raw": [said]},
        "messages": None,
        "answer_attribution": [
            {
                "turn_idx": 0,
                "source": "output.raw",
                "extracted_value": sample.parsed.text or ", ".join(sample.parsed.labels),
                "extraction_method": "custom",
                "is_terminal": True,
            }
        ],
        "evaluation": {"score": score, "is_correct": sample.scores.get("correct", score) == 1.0},
        "metadata": {"cluster_id": item.cluster_id, "status": sample.parsed.status, "request": sample.request_hash},
    }


def _said(sample: Sample) -> str:
    return sample.answer.text if sample.answer.text is not None else json.dumps(sample.answer.loglikelihoods)
