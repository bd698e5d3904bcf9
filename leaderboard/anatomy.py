"""What a model's page shows of one task beyond its scores: where it is right, how sure, and on which items it fails."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import JsonValue
from scipy.stats import rankdata

from leaderboard.schema import ModelRecord, RunRecord, Sample, TaskRecord

SHOWN = 10
_BINS = 10
_GOOD = 0.5


@dataclass(frozen=True)
class Shown:
    """One item as a page shows it: prompt, what was said, what was true, and its own score."""

    item_id: str
    prompt: str
    answer: str
    truth: str
    score: float | None


@dataclass(frozen=True)
class Anatomy:
    """What a page shows of one task.

    Attributes:
        score_name: what an item's score is.
        good_from: an item counts as right from this score on.
        points: (valence, arousal, right) of each item that has a score.
        unscored: how many items have none, since nothing could be right or wrong about them.
        bins: (mean confidence, share right, items) of each tenth of confidence; empty where answers are texts.
        random: items drawn from a seed.
        worst: items of the lowest score, of equals those of the earliest id.
    """

    score_name: str
    good_from: float
    points: tuple[tuple[float, float, bool], ...]
    unscored: int
    bins: tuple[tuple[float, float, int], ...]
    random: tuple[Shown, ...]
    worst: tuple[Shown, ...]


def anatomy(task: TaskRecord, samples: Sequence[Sample]) -> Anatomy:
    """Take one task's samples apart; items whose answer is missing are left out."""
    there = [sample for sample in samples if sample.answer.missing is None]
    ordered = sorted(there, key=lambda sample: sample.item.item_id)
    name = _score_name(task, ordered[0]) if ordered else "-"
    scores = [_item_score(task, sample, name) for sample in ordered]
    known = [score for score in scores if score is not None]
    good = float(np.median(known)) if task.kind == "description" and known else _GOOD
    rows = np.random.default_rng(0).permutation(len(ordered))[:SHOWN]
    scored = [(score, row) for row, score in enumerate(scores) if score is not None]
    return Anatomy(
        score_name=name,
        good_from=good,
        points=tuple((ordered[row].item.valence, ordered[row].item.arousal, score >= good) for score, row in scored),
        unscored=len(ordered) - len(scored),
        bins=_bins(task, ordered, scores),
        random=tuple(_shown(ordered[row], scores[row]) for row in rows),
        worst=tuple(_shown(ordered[row], score) for score, row in sorted(scored)[:SHOWN]),
    )


def command(record: RunRecord, name: str) -> str:
    """Return the command that asks one task again, quoted for a POSIX shell."""
    task = record.tasks[name]
    words = ["vaemo-eval", *_model_words(record.model), "--tasks", name]
    features = task.features
    if features.id != "shipped":
        words += ["--features", f"{features.id}@{features.revision}" if features.revision else features.id]
    if task.num_fewshot:
        words += ["--num_fewshot", str(task.num_fewshot)]
    if record.apply_chat_template:
        words.append("--apply_chat_template")
    if record.system_instruction is not None:
        words += ["--system_instruction", record.system_instruction]
    if record.gen_kwargs:
        words += ["--gen_kwargs", _arguments(record.gen_kwargs)]
    if record.limit is not None:
        words += ["--limit", f"{record.limit:g}"]
    if record.repeats > 1:
        words += ["--repeats", str(record.repeats)]
    seeds = record.seeds
    words += ["--seed", f"{seeds.python},{seeds.numpy},{seeds.torch},{seeds.fewshot}"]
    return shlex.join(words)


def _arguments(given: Mapping[str, JsonValue]) -> str:
    """Return arguments as the command line takes them: K=V,K=V, or JSON where a value is no number or word."""
    plain = all(isinstance(value, int | float) or str(value).replace("_", "").isalnum() for value in given.values())
    return ",".join(f"{key}={value}" for key, value in given.items()) if plain else json.dumps(given)


def _model_words(model: ModelRecord) -> list[str]:
    """Return the words that name a model: a baseline, `provider/model` of an API, or a back end and its arguments."""
    if model.backend == "baseline":
        return ["--model", model.id]
    args = dict(model.args)
    effort = args.pop("reasoning_effort", None)
    words = ["--model", model.backend]
    if model.id == f"{model.backend}/{args.get('model')}":
        words = ["--model", model.id]
        del args["model"]
    if args:
        words += ["--model_args", ",".join(f"{key}={value}" for key, value in args.items())]
    return words if effort is None else [*words, "--reasoning-effort", str(effort)]


def _score_name(task: TaskRecord, sample: Sample) -> str:
    if task.kind == "ranking":
        return "AUC of the item's own labels"
    return next((name for name in ("correct", "f1", "cosine") if name in sample.scores), next(iter(sample.scores), "-"))


def _item_score(task: TaskRecord, sample: Sample, name: str) -> float | None:
    if task.kind != "ranking":
        return sample.scores.get(name)
    true = np.array([label in sample.item.labels for label in sample.item.choices])
    held = int(true.sum())
    if sample.answer.loglikelihoods is None or len(true) != len(sample.answer.loglikelihoods):
        return None
    if held in (0, len(true)):
        return None
    ranks = rankdata(sample.answer.loglikelihoods)
    return float((ranks[true].sum() - held * (held + 1) / 2) / (held * (len(true) - held)))


def _bins(
    task: TaskRecord, samples: Sequence[Sample], scores: Sequence[float | None]
) -> tuple[tuple[float, float, int], ...]:
    """Bin by the softmax of the choices' log-likelihoods (Guo et al. 2017, arXiv 1706.04599)."""
    if task.kind not in ("single_label", "choice") or any(one.answer.loglikelihoods is None for one in samples):
        return ()
    sure = np.array([_confidence(one.answer.loglikelihoods or (0.0,)) for one in samples])
    right = np.array([score or 0.0 for score in scores])
    places = np.minimum((sure * _BINS).astype(int), _BINS - 1)
    return tuple(
        (float(sure[places == place].mean()), float(right[places == place].mean()), int((places == place).sum()))
        for place in np.unique(places)
    )


def _confidence(loglikelihoods: Sequence[float]) -> float:
    scores = np.array(loglikelihoods)
    return float(1 / np.exp(scores - scores.max()).sum())


def _shown(sample: Sample, score: float | None) -> Shown:
    answer = sample.answer
    said = answer.text if answer.text is not None else ", ".join(sample.parsed.labels) or _best(sample)
    return Shown(sample.item.item_id, sample.prompt, said, sample.item.truth, score)


def _best(sample: Sample) -> str:
    pairs = zip(sample.answer.loglikelihoods or (), sample.item.choices, strict=False)
    return "ranked first: " + ", ".join(label for _, label in sorted(pairs, reverse=True)[:5])
