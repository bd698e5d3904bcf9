"""Judge a run's descriptions against a baseline's with a language model, and write `judge.json`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from harness.kinds import get
from harness.kinds.arrays import column
from harness.kinds.reading import to_answer
from harness.kinds.recorded import read_run
from harness.metrics.algebra import weighted_mean
from harness.models import back_ends
from harness.models import choice as models
from harness.models import lm_eval as _compat
from harness.models.api.limits import NO_LIMITS, ApiSettings
from harness.models.cache.key import model_key
from harness.models.cache.model import CachedLM
from harness.models.cache.store import AnswerCache
from harness.record import Answer, RunRecord, Sample, provenance
from harness.record import folder as record
from harness.record.judge import Agreement, Estimate, Judged, JudgeRecord, RubricRecord, TaskJudgement
from harness.runs.config import Cache, cache_file
from harness.runs.preflight import check_generation
from harness.scoring import judge
from harness.scoring.anchors import anchors_of
from harness.stats.arrays import Floats, Ints, Weights
from harness.stats.bootstrap import resample
from harness.stats.clusters import cluster_index
from harness.stats.intervals import FEW_VALUES, percentile
from harness.tasks.load import quiet
from harness.tasks.sampling import sample
from harness.text.descriptions import parse_description
from va_extractor.common.errors import InputError, nearest

DRAWS = 500
FILE = "judge.json"
ARGUMENTS: Mapping[str, Any] = {"until": [], "max_gen_toks": 16, "do_sample": False, "temperature": 0.0}
Scores = Mapping[str, float | None]
Point = tuple[float, float]


def _lift(scores: Scores, _: Point) -> float | None:
    own, others = scores.get("cosine"), scores.get("cosine_shuffled")
    return None if own is None or others is None else own - others


def _nearness(scores: Scores, given: Point) -> float | None:
    read = scores.get("read_valence"), scores.get("read_arousal")
    return None if read[0] is None or read[1] is None else -float(np.hypot(read[0] - given[0], read[1] - given[1]))


MEASURES: Mapping[str, Callable[[Scores, Point], float | None]] = {
    "same_quadrant": lambda scores, _: scores.get("same_quadrant"),
    "read_back_nearness": _nearness,
    "lift": _lift,
    "wheel_f1": lambda scores, _: scores.get("wheel_f1"),
}


@dataclass(frozen=True)
class JudgeConfig:
    """The settings of a judgement; names are lm-eval's where it has them."""

    model: str
    model_args: Mapping[str, Any]
    tasks: tuple[str, ...]
    against: str
    rubric: Path
    limit: int
    batch_size: str | int | None
    device: str | None
    apply_chat_template: bool
    gen_kwargs: Mapping[str, Any]
    allow_missing: bool = False
    features: str | None = None
    api: ApiSettings = NO_LIMITS
    cache: Cache = None


@dataclass(frozen=True)
class _Compared:
    """A task's judged pairs.

    Attributes:
        samples: with a description of the model and one of the baseline.
        pairs: the two descriptions of each.
        others: item scores of the baseline's.
        left_out: number of samples without both.
    """

    samples: list[Sample]
    pairs: list[judge.Pair]
    others: list[Scores]
    left_out: int


def judge_run(folder: Path, config: JudgeConfig, out: Path, say: Callable[[str], None]) -> JudgeRecord:
    """Judge every description task of a run and write the record.

    Raises:
        InputError: the run has no descriptions, an argument is wrong, the judge failed, or `out` exists.
    """
    quiet()
    if out.exists():
        raise InputError("exists", code="conflict", file=out, field="--out", hint="move it, or give another --out")
    run = read_run(folder)
    rubric = judge.load_rubric(config.rubric)
    compared = {name: _pairs(folder, run, name, config) for name in _tasks(folder, run, config)}
    choice = models.choose(config.model, config.model_args)
    if choice.backend == "baseline":
        raise InputError(
            "a baseline reads no prompts", code="unsupported", field="--model", found=config.model,
            hint="give a language model",
        )  # fmt: skip
    models.check(choice, config.batch_size, config.device, config.api)
    check_generation(config.gen_kwargs, ARGUMENTS, "a judgement")
    chat = config.apply_chat_template or choice.chat_only
    arguments = {**ARGUMENTS, **config.gen_kwargs}
    tasks = {}
    with closing(AnswerCache(cache_file(config.cache, out.parent))) as cache:
        lm = models.open_model(choice, config.batch_size, config.device, config.api)
        key = model_key(choice.id, back_ends.model_revision(lm), choice.backend, choice.all_args(config.api))
        cached = CachedLM(lm, cache, key, ())
        for name, one in compared.items():
            say(f"{name}: {choice.id} judges {len(one.pairs)} pairs, each in both orders")
            asked = judge.prompts(one.pairs, rubric)
            answers = _ask(cached, asked, arguments, config, chat=chat)
            judged = _judged(one.samples, asked, [answer.text or "" for answer in answers], arguments)
            tasks[name] = _judgement(one, answers, judged, run.tasks[name].samples_sha256, config)
    template = back_ends.chat_template_of(lm) if chat else None
    found = JudgeRecord(
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        harness_version=provenance.own_version(),
        packages=provenance.packages(),
        run_created=run.created,
        run_model=run.model.id,
        synthetic=run.synthetic,
        model=models.record(choice, lm, provenance.sha256_text([template]) if template else None),
        apply_chat_template=chat,
        gen_kwargs=arguments,
        rubric=RubricRecord(
            version=rubric.version, sha256=hashlib.sha256(rubric.prompt.encode()).hexdigest(), prompt=rubric.prompt
        ),
        against=config.against,
        tasks=tasks,
    )
    record.write_whole(out, (found.model_dump_json(indent=2) + "\n").encode())
    return found


def _tasks(folder: Path, run: RunRecord, config: JudgeConfig) -> list[str]:
    described = [name for name, task in run.tasks.items() if get(task.kind).references]
    for name in config.tasks:
        if name not in described:
            raise InputError(
                "no such task of descriptions", code="unknown", file=folder, field="--tasks", found=name,
                hint=nearest(name, described),
            )  # fmt: skip
    if not described:
        raise InputError(
            "no descriptions to judge", code="missing", file=folder, hint="run a task such as emotic_describe"
        )
    return list(config.tasks) or described


def _pairs(folder: Path, run: RunRecord, name: str, config: JudgeConfig) -> _Compared:
    samples = record.read_samples(folder, run.tasks[name])
    known = anchors_of(run.tasks[name], samples, config.features).baselines
    if config.against not in known:
        raise InputError(
            f"no such baseline of task {name}", code="unknown", field="--against", found=config.against,
            hint=nearest(config.against, known),
        )  # fmt: skip
    chosen = sample([one.item for one in samples], config.limit)
    baseline = known[config.against]
    kept = [
        (one, judge.Pair(one.item.valence, one.item.arousal, one.parsed.text, text), baseline.scores[index])
        for index, one in ((index, samples[index]) for index in chosen)
        if one.parsed.text and (text := parse_description(baseline.answers[index].text or "").text)
    ]
    if not kept:
        raise InputError(
            f"no description in the {len(chosen)} answers drawn", code="missing", file=folder, field=f"tasks.{name}"
        )
    samples, pairs, others = map(list, zip(*kept, strict=True))
    return _Compared(samples, pairs, others, len(chosen) - len(kept))


def _ask(
    lm: CachedLM, asked: Sequence[str], arguments: Mapping[str, Any], config: JudgeConfig, *, chat: bool
) -> list[Answer]:
    try:
        results = _compat.generate(lm, asked, arguments, chat=chat)
    except InputError:
        raise
    except Exception as error:  # back ends raise errors of any type
        raise InputError(
            f"failed as judge: {models.first_line(error)}", code="model", field="--model", found=config.model
        ) from error
    answers = [to_answer([one]) for one in results]
    absent = [one.missing for one in answers if one.missing]
    if absent and (not config.allow_missing or len(absent) == len(answers)):
        raise InputError(
            f"{len(absent)} of {len(answers)} verdicts are missing: {absent[0]}", code="incomplete", field="--model",
            found=config.model, hint=f"{lm.resume_hint or 'no answer is in the cache'}, or add --allow-missing",
        )  # fmt: skip
    return answers


def _judgement(
    compared: _Compared, answers: Sequence[Answer], judged: Sequence[Judged], samples_sha256: str, config: JudgeConfig
) -> TaskJudgement:
    verdicts, gap = judge.read([one.text or "" for one in answers]), judge.length_gap(compared.pairs)
    clusters = cluster_index([sample.item for sample in compared.samples])
    estimate = partial(_estimate, clusters=clusters)
    return TaskJudgement(
        samples_sha256=samples_sha256,
        pairs=len(judged),
        not_described=compared.left_out,
        not_parsed=int(np.isnan(verdicts.wins).sum()),
        missing=sum(one.missing is not None for one in answers),
        win_rate=estimate(partial(weighted_mean, verdicts.wins)),
        win_rate_at_equal_length=estimate(
            lambda weights: np.array([judge.win_rate_at_equal_length(compared.pairs, verdicts, row) for row in weights])
        ),
        first_place=estimate(partial(weighted_mean, verdicts.first)),
        length=estimate(partial(judge.agreement, verdicts, gap)),
        agreement={
            measure: Agreement(
                rho=estimate(partial(judge.agreement, verdicts, difference)),
                rho_at_equal_length=estimate(partial(judge.agreement_at_equal_length, verdicts, difference, gap)),
            )
            for measure, difference in _differences(compared).items()
        },
        judged=tuple(judged),
    )


def _judged(
    samples: Sequence[Sample], asked: Sequence[str], said: Sequence[str], arguments: Mapping[str, Any]
) -> list[Judged]:
    wins = judge.read(said).wins
    hashes = [_hash(prompt, arguments) for prompt in asked]
    return [
        Judged(
            item_id=sample.item.item_id,
            prompts=(asked[first], asked[first + 1]),
            request_hashes=(hashes[first], hashes[first + 1]),
            answers=(said[first], said[first + 1]),
            win=None if np.isnan(win) else float(win),
        )
        for sample, win, first in zip(samples, wins, range(0, len(asked), 2), strict=True)
    ]


def _differences(compared: _Compared) -> dict[str, Floats]:
    """Return (n,) differences, description minus baseline, of each measure."""

    def values(rows: Sequence[Scores], measure: str) -> Floats:
        places = [(sample.item.valence, sample.item.arousal) for sample in compared.samples]
        return column([MEASURES[measure](scores, place) for scores, place in zip(rows, places, strict=True)])

    mine = [sample.scores for sample in compared.samples]
    return {measure: values(mine, measure) - values(compared.others, measure) for measure in MEASURES}


def _estimate(compute: Callable[[Weights], Floats], *, clusters: Ints) -> Estimate:
    value = float(compute(np.ones((1, clusters.size)))[0])
    if np.isnan(value):
        return Estimate(value=None, reason="undefined: no verdict was parsed, or values are constant")
    if clusters.max() == 0:
        return Estimate(value=value, reason="no interval: all items form one cluster")
    [spread] = resample([compute], clusters, draws=DRAWS)
    found = percentile(spread)
    return Estimate(value=value, interval=found, reason=None if found else FEW_VALUES)


def _hash(prompt: str, arguments: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps([prompt, dict(arguments)], sort_keys=True).encode()).hexdigest()
