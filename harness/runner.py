"""One run: ask a model every task, keep what it said, score it, and write the record after each task."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness import _compat, bootstrap, chance, models, record
from harness.api.settings import NO_LIMITS, ApiSettings
from harness.baselines.names import check_answers
from harness.content_free import content_free
from harness.describing import Instruments, instruments
from harness.intervals import LEVEL
from harness.kinds import Kind
from harness.samples import make_samples
from harness.scoring import score
from harness.tasks import Task, load_tasks
from leaderboard.schema import ModelRecord, RunRecord, Sample, Seeds, TaskRecord, Usage
from va_extractor.errors import InputError

if TYPE_CHECKING:
    from lm_eval.api.model import LM

Say = Callable[[str], None]


@dataclass(frozen=True)
class RunConfig:
    """A run, as the command line states it; names and meanings are lm-eval's where lm-eval has them."""

    model: str
    model_args: Mapping[str, Any]
    tasks: tuple[str, ...]
    features: str
    include_paths: tuple[Path, ...]
    output_path: Path
    num_fewshot: int | None
    batch_size: str | int | None
    device: str | None
    limit: float | None
    apply_chat_template: bool
    system_instruction: str | None
    gen_kwargs: Mapping[str, Any]
    seeds: tuple[int, int, int, int]
    embedder: str | None
    level: float = LEVEL
    trust_code: bool = False
    repeats: int = 1
    api: ApiSettings = NO_LIMITS


@dataclass(frozen=True)
class Done:
    """A finished run: its record and its folder."""

    record: RunRecord
    folder: Path


def run(config: RunConfig, say: Say) -> Done | None:
    """Run every task of `config`.

    Everything the user gave is checked before the model is loaded, and each task's samples and scores are on disk
    before the next one is asked.

    Args:
        config: the run.
        say: told what happens, one line at a time.

    Returns:
        The finished run; None on all but the first process of a data-parallel run.

    Raises:
        InputError: something given is wrong, or the model failed; what was finished stays in the run folder.
    """
    _compat.quiet()
    tasks = load_tasks(config.tasks, config.include_paths, config.features, trust_code=config.trust_code)
    choice = models.choose(config.model, config.model_args)
    models.check(choice, config.batch_size, config.device, config.api)
    _check_fit(choice, tasks, config)
    if choice.hint:
        say(choice.hint)
    by = instruments(config.embedder) if any(task.kind is Kind.DESCRIPTION for task in tasks) else None
    started = datetime.now(UTC)
    folder = record.make_folder(config.output_path, choice.id, started)
    with _kept_if_used(folder):
        lm = models.open_model(choice, config.batch_size, config.device, config.api)
        settings = _settings(config, choice)
        if _compat.chat_template_of(lm) and not settings.apply_chat_template:
            say(f"{choice.id} has a chat template; --apply_chat_template would use it")
        model = _describe(choice, lm, settings)
        progress = _Progress(config, lm, model, settings, by, folder, started)
        for task in tasks:
            say(f"{task.name}: asking {choice.id}")
            progress.answer(task, say)
        return progress.done()


@dataclass
class _Progress:
    """A run in progress; `run.json` always tells of the tasks finished so far."""

    config: RunConfig
    lm: LM
    model: ModelRecord
    settings: _compat.AskSettings
    by: Instruments | None
    folder: Path
    started: datetime
    clock: float = field(default_factory=time.monotonic)
    requests: int = 0
    tokens: list[tuple[int | None, int | None]] = field(default_factory=list)
    finished: dict[str, TaskRecord] = field(default_factory=dict)
    record: RunRecord | None = None

    def answer(self, task: Task, say: Say) -> None:
        """Ask one task, write its samples, score it, and write the record."""
        _compat.set_seeds(self.settings.seeds)
        try:
            passes = _compat.ask_again(self.lm, task.name, task.engine, self.settings, self.config.repeats)
            free = content_free(self.lm, task, self.settings) if task.calibrated else {}
        except InputError:
            raise
        except Exception as error:  # back ends raise whatever they like; the user gets their words in one line
            sys.stderr.write("\n")  # a back end's progress bar may have left the line open
            kept = f"; finished tasks are kept in {self.folder}" if self.finished else ""
            raise InputError(
                f"--model {self.config.model}: failed on task {task.name}: {models.first_line(error)}{kept}"
            ) from error
        if passes is None:
            return
        asked, *again = passes
        say(f"{task.name}: {sum(map(len, passes))} answers, scoring")
        if again and all([one.results for one in repeat] == [one.results for one in asked] for repeat in again):
            say(f"{task.name}: every repeat came out alike; see whether the back end samples, and with another seed")
        with _compat.rare_collection():
            samples = make_samples(task.kind, asked, self.by, again, free)
            path, sha256 = record.write_samples(self.folder, task.name, samples)
        self.requests += sum(len(one.results) for repeat in passes for one in repeat)
        self.requests += sum(len(one.loglikelihoods) for said in free.values() for one in said)
        self.tokens.append(_count_tokens(self.lm, samples))
        self.finished[task.name] = _task_record(task, samples, path, sha256, by=self.by, level=self.config.level)
        self.record = self._record()
        record.write_run(self.folder, self.record)

    def done(self) -> Done | None:
        """Return the finished run; None where this process kept no record."""
        return Done(self.record, self.folder) if self.record else None

    def _record(self) -> RunRecord:
        prompts, answers = zip(*self.tokens, strict=True)
        path, note = _compat.scoring_path(self.lm)
        return RunRecord(
            created=self.started.isoformat(timespec="seconds"),
            harness_version=record.own_version(),
            packages=record.packages(),
            git=record.git(),
            model=self.model.model_copy(update={"scoring_path": path, "scoring_note": note}),
            synthetic=any(task.features.synthetic for task in self.finished.values()),
            seeds=self.settings.seeds,
            limit=self.settings.limit,
            level=self.config.level,
            apply_chat_template=self.settings.apply_chat_template,
            system_instruction=self.settings.system_instruction,
            gen_kwargs=dict(self.settings.gen_kwargs),
            repeats=self.config.repeats,
            usage=Usage(
                requests=self.requests,
                prompt_tokens=_total(prompts),
                answer_tokens=_total(answers),
                wall_seconds=round(time.monotonic() - self.clock, 3),
            ),
            tasks=self.finished,
        )


def _settings(config: RunConfig, choice: models.ModelChoice) -> _compat.AskSettings:
    return _compat.AskSettings(
        num_fewshot=config.num_fewshot,
        limit=config.limit,
        apply_chat_template=config.apply_chat_template or choice.chat_only,
        system_instruction=config.system_instruction,
        gen_kwargs=config.gen_kwargs,
        seeds=Seeds(
            python=config.seeds[0],
            numpy=config.seeds[1],
            torch=config.seeds[2],
            fewshot=config.seeds[3],
            bootstrap=bootstrap.SEED,
            chance=chance.SEED,
        ),
    )


def _describe(choice: models.ModelChoice, lm: LM, settings: _compat.AskSettings) -> ModelRecord:
    template = _compat.chat_template_of(lm) if settings.apply_chat_template else None
    return models.record(choice, lm, record.sha256_text([template]) if template else None)


def _check_fit(choice: models.ModelChoice, tasks: Sequence[Task], config: RunConfig) -> None:
    """Refuse what cannot work before the model is loaded."""
    for task in tasks:
        if choice.backend == "baseline":
            check_answers(choice.args["name"], task.kind, task.name)
        if choice.chat_only and task.by_likelihood:
            raise InputError(
                f"--model {choice.given}: a chat back end gives no log-likelihoods, which task {task.name} needs; "
                f"run its generation form {task.name.removesuffix('_mc')}"
            )
        if config.repeats > 1:
            _check_sampling(choice, task, config)
        if (config.num_fewshot or 0) > 0 and not task.engine.has_training_docs():
            raise InputError(f"--num_fewshot {config.num_fewshot}: task {task.name} has no train split to show")


def _check_sampling(choice: models.ModelChoice, task: Task, config: RunConfig) -> None:
    """Refuse to repeat what comes out alike every time."""
    flag = f"--repeats {config.repeats}: "
    if choice.backend == "baseline":
        raise InputError(f"{flag}{choice.id} answers alike every time; repeat a model that samples")
    if task.by_likelihood:
        raise InputError(f"{flag}task {task.name} asks for log-likelihoods, which come out alike every time")
    arguments = _compat.generation_arguments(task.engine, config.gen_kwargs)
    sample, temperature = arguments.get("do_sample"), arguments.get("temperature")
    if sample is not True or not isinstance(temperature, int | float) or temperature <= 0:
        raise InputError(
            f"{flag}task {task.name} is answered greedily (do_sample={sample}, temperature={temperature}); "
            "add --gen_kwargs do_sample=true,temperature=0.7"
        )
    if "seed" in arguments:
        raise InputError(f"{flag}--gen_kwargs seed would give every repeat the same seed; leave it out")


def _task_record(
    task: Task, samples: Sequence[Sample], path: str, sha256: str, *, by: Instruments | None, level: float
) -> TaskRecord:
    labels = task.question.labels
    scores = score(task.kind, labels, samples, level)
    described = task.kind is Kind.DESCRIPTION
    return TaskRecord(
        version=task.version,
        task_hash=task.hash,
        kind=task.kind.value,
        output_type=task.engine.OUTPUT_TYPE,
        labels=labels,
        headline=task.headline,
        num_fewshot=task.engine.config.num_fewshot,
        items=len(samples),
        clusters=scores.clusters,
        excluded=task.excluded(),
        reference_kind=task.reference_kind() if described else None,
        embedder=by.record if by and described else None,
        features=task.features(),
        answers=scores.answers,
        metrics=scores.metrics,
        per_class=scores.per_class,
        confusion=scores.confusion,
        bias=scores.bias,
        reliability=scores.reliability,
        samples=path,
        samples_sha256=sha256,
    )


@contextmanager
def _kept_if_used(folder: Path) -> Iterator[None]:
    try:
        yield
    finally:
        record.remove_if_empty(folder)


def _count_tokens(lm: LM, samples: Sequence[Sample]) -> tuple[int | None, int | None]:
    """Count prompt tokens, once an item and repeat, and tokens of answers or of scored choices."""
    given = [(sample, answer) for sample in samples for answer in (sample.answer, *sample.repeats)]
    answers = [
        text for sample, answer in given for text in (sample.item.choices if answer.text is None else [answer.text])
    ]
    return _compat.count_tokens(lm, [sample.prompt for sample, _ in given]), _compat.count_tokens(lm, answers)


def _total(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None
