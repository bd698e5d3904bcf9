"""One run: ask a model every task, keep what it said, score it, and write the record after each task."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from harness.kinds.measures import Instruments, instruments
from harness.kinds.reading import to_answer
from harness.models import back_ends
from harness.models import choice as models
from harness.models import lm_eval as _compat
from harness.models.cache.key import model_key
from harness.models.cache.model import CachedLM
from harness.models.cache.store import AnswerCache
from harness.models.content_free import content_free
from harness.record import ModelRecord, RunRecord, Sample, TaskRecord, Usage, provenance
from harness.record import folder as record
from harness.runs.config import RunConfig, ask_settings, cache_file, tasks_of
from harness.runs.preflight import check_fit, warn_of_limit, warn_of_scale
from harness.scoring.anchors import Anchors, anchors
from harness.scoring.readers import by_reader
from harness.scoring.samples import make_samples
from harness.scoring.score import score
from harness.tasks.load import Task
from va_extractor.common.errors import InputError

if TYPE_CHECKING:
    from lm_eval.api.model import LM

Say = Callable[[str], None]
_REASONS = 3  # why answers are missing, the commonest


@dataclass(frozen=True)
class Done:
    """A run that was written: its record, its folder, and why it is not whole (None where it is)."""

    record: RunRecord
    folder: Path
    incomplete: str | None


def run(
    config: RunConfig, say: Say, show: Callable[[Done], None] = lambda done: None, loaded: LM | None = None
) -> Done | None:
    """Run every task of `config`.

    Everything the user gave is checked before the model is loaded. Each answer is on disk when it arrives, and each
    task's samples and scores are before the next one is asked.

    Args:
        config: the run.
        say: called with each line of progress.
        show: called with the run when it is written.
        loaded: the model, where it is loaded already, for several runs of one task; who loaded it warns of `--limit`.

    Returns:
        The run; None on all but the first process of a data-parallel run.

    Raises:
        InputError: something given is wrong, or the model failed; what was answered stays in the cache.
    """
    tasks = tasks_of(config)
    choice = models.choose(config.model, config.model_args)
    check_fit(choice, tasks, config)
    models.check(choice, config.batch_size, config.device, config.api)
    if choice.hint:
        say(choice.hint)
    by = instruments(config.embedder) if any(task.kind.measured for task in tasks) else None
    settings = ask_settings(config, choice)
    if loaded is None:
        warn_of_limit(tasks, settings)
        warn_of_scale(tasks)
    started = datetime.now(UTC)
    folder = record.make_folder(config.output_path, choice.id, started)
    with ExitStack() as stack:
        stack.callback(record.remove_if_empty, folder)
        cache = None
        if _is_cached(choice):
            cache = stack.enter_context(closing(AnswerCache(cache_file(config.cache, config.output_path))))
        lm = loaded or models.open_model(choice, config.batch_size, config.device, config.api)
        if back_ends.chat_template_of(lm) and not settings.apply_chat_template:
            say(f"{choice.id} has a chat template; --apply_chat_template would use it")
        model = _describe(config, choice, lm, settings)
        asked = lm if cache is None else _cached(lm, cache, choice, config)
        progress = _Progress(config, asked, model, settings, by, folder, started)
        with _saying_how_to_resume(asked, say):
            done = progress.run(tasks, say)
        if done is None:
            return None
        show(done)
        if done.incomplete:
            say("; ".join(filter(None, [f"incomplete: {done.incomplete}", back_ends.resume_hint(asked)])))
        return done


def _is_cached(choice: models.ModelChoice) -> bool:
    """Return whether answers are kept: not a baseline's, which come from the item, nor those of data-parallel runs."""
    return choice.backend != "baseline" and _compat.processes() == 1


def _cached(lm: LM, cache: AnswerCache, choice: models.ModelChoice, config: RunConfig) -> CachedLM:
    key = model_key(choice.id, back_ends.model_revision(lm), choice.backend, choice.all_args(config.api))
    return CachedLM(lm, cache, key, config.seeds[:3])


@contextmanager
def _saying_how_to_resume(asked: LM | CachedLM, say: Say) -> Iterator[None]:
    """Add to an error, or to Ctrl-C, how to resume."""
    try:
        yield
    except InputError as error:
        hints = filter(None, [error.problem.hint, back_ends.resume_hint(asked)])
        raise InputError.of(replace(error.problem, hint="; ".join(hints) or None)) from error
    except KeyboardInterrupt:
        say(f"stopped; {back_ends.resume_hint(asked) or 'no answer is kept'}")
        raise


@dataclass
class _Progress:
    """A run in progress; `run.json` has the tasks finished so far, and says which are not."""

    config: RunConfig
    lm: LM | CachedLM
    model: ModelRecord
    settings: _compat.AskSettings
    by: Instruments | None
    folder: Path
    started: datetime
    clock: float = field(default_factory=time.monotonic)
    requests: int = 0
    tokens: list[tuple[int | None, int | None]] = field(default_factory=list)
    finished: dict[str, TaskRecord] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    record: RunRecord | None = None

    def run(self, tasks: Sequence[Task], say: Say) -> Done | None:
        """Run one task after the other; return None if this process kept no record."""
        self.left = [task.name for task in tasks]
        for task in tasks:
            if back_ends.stopped(self.lm):
                break
            say(f"{task.name}: asking {self.model.id}")
            self.left.remove(task.name)
            self.answer(task, say)
        if self.record is None:
            return None
        absent = sum(task.answers.missing for task in self.finished.values())
        lacking = f"{absent} answers are missing" if absent and not self.config.allow_missing else None
        return Done(self.record, self.folder, self.record.stopped or lacking)

    def answer(self, task: Task, say: Say) -> None:
        """Ask one task, write its samples, score it, and write the record."""
        _compat.set_seeds(self.settings.seeds)
        before = back_ends.counts(self.lm).known
        try:
            passes = _compat.ask_again(self.lm, task.name, task.engine, self.settings, self.config.repeats)
            free = content_free(self.lm, task, self.settings) if task.calibrated else {}
        except InputError:
            raise
        except Exception as error:  # back ends raise whatever they like; the user gets their words in one line
            sys.stderr.write("\n")  # a back end's progress bar may have left the line open
            why = f"failed on task {task.name}: {models.first_line(error)}"
            raise InputError(why, code="model", field="--model", found=self.config.model) from error
        if passes is None:
            return
        asked, *again = passes
        reasons = Counter(to_answer(one.results).missing for repeat in passes for one in repeat)
        known = back_ends.counts(self.lm).known - before
        say(f"{task.name}: {reasons.pop(None, 0)} answers, scoring")
        if known:
            say(f"{task.name}: {known} requests were answered from the cache; --cache off would send them again")
        for reason, count in reasons.most_common(_REASONS):
            say(f"{task.name}: {count} missing: {reason}")
        if again and all([one.results for one in repeat] == [one.results for one in asked] for repeat in again):
            say(f"{task.name}: every repeat came out alike; see whether the back end samples, and with another seed")
        with _compat.rare_collection():
            samples = make_samples(task.kind, asked, self.by, again, free)
            path, sha256 = record.write_samples(self.folder, task.name, samples, task.question.labels)
            others = anchors(
                task.question,
                [sample.item for sample in samples],
                by_likelihood=task.by_likelihood,
                by=self._instruments(task),
            )
        self.requests += sum(len(one.results) for repeat in passes for one in repeat)
        self.requests += sum(len(one.loglikelihoods) for said in free.values() for one in said)
        self.tokens.append(_count_tokens(self.lm, samples))
        self.finished[task.name] = self._task_record(task, samples, others, path, sha256)
        self.record = self._record()
        record.write_run(self.folder, self.record)

    def _record(self) -> RunRecord:
        prompts, answers = zip(*self.tokens, strict=True)
        path, note = back_ends.scoring_path(self.lm)
        counts = back_ends.counts(self.lm)
        return RunRecord(
            created=self.started.isoformat(timespec="seconds"),
            harness_version=provenance.own_version(),
            packages=provenance.packages(),
            git=provenance.git(),
            model=self.model.model_copy(
                update={
                    "revision": self.model.revision or back_ends.reported(self.lm),
                    "scoring_path": path,
                    "scoring_note": note,
                    "changed": back_ends.changes(self.lm),
                }
            ),
            synthetic=any(task.features.synthetic for task in self.finished.values()),
            seeds=self.settings.seeds,
            limit=self.settings.limit,
            apply_chat_template=self.settings.apply_chat_template,
            system_instruction=self.settings.system_instruction,
            gen_kwargs=dict(self.settings.gen_kwargs),
            reasoning_budget=self.settings.reasoning_budget,
            repeats=self.config.repeats,
            stopped=back_ends.stopped(self.lm)
            or (f"unfinished: {', '.join(self.left)} not run" if self.left else None),
            allow_missing=self.config.allow_missing,
            usage=Usage(
                requests=self.requests,
                prompt_tokens=_total(prompts),
                answer_tokens=_total(answers),
                wall_seconds=round(time.monotonic() - self.clock, 3),
                equal=counts.equal,
                known=counts.known,
            ),
            tasks=self.finished,
        )

    def _instruments(self, task: Task) -> Instruments | None:
        return self.by if task.kind.measured else None

    def _task_record(
        self, task: Task, samples: Sequence[Sample], others: Anchors, path: str, sha256: str
    ) -> TaskRecord:
        labels, by = task.question.labels, self._instruments(task)
        lost = task.lost_labels(sample.item for sample in samples)
        scores = score(task.kind, labels, samples, others=others, allow_missing=self.config.allow_missing, lost=lost)
        return TaskRecord(
            version=task.version,
            task_hash=task.hash,
            kind=task.kind.name,
            derive=task.question.derive,
            output_type=task.engine.OUTPUT_TYPE,
            labels=labels,
            main_score=task.main_score,
            num_fewshot=task.engine.config.num_fewshot,
            axes=task.question.axes.changed,
            items=len(samples),
            excluded=task.excluded(),
            lost_labels=lost,
            reference_kind=task.reference_kind(),
            embedder=by.record if by else None,
            features=task.features(),
            **vars(scores),
            readers={}
            if task.by_likelihood
            else by_reader(task.kind, labels, samples, main_score=task.main_score, by=by, centroids=scores.centroids),
            samples=path,
            samples_sha256=sha256,
        )


def _describe(config: RunConfig, choice: models.ModelChoice, lm: LM, settings: _compat.AskSettings) -> ModelRecord:
    template = back_ends.chat_template_of(lm) if settings.apply_chat_template else None
    found = models.record(choice, lm, provenance.sha256_text([template]) if template else None)
    return found.model_copy(update={"args": models.public_args(choice.all_args(config.api))})


def _count_tokens(lm: LM | CachedLM, samples: Sequence[Sample]) -> tuple[int | None, int | None]:
    """Count prompt tokens, once an item and repeat, and tokens of answers or of scored choices.

    What the provider counted is taken where it counted every answer that arrived; else the model's tokenizer counts.
    """
    given = [
        (sample, answer) for sample in samples for answer in (sample.answer, *sample.repeats) if answer.missing is None
    ]
    stated = [(answer.prompt_tokens, answer.answer_tokens) for _, answer in given]
    if stated and all(None not in pair for pair in stated):
        return _total([prompt for prompt, _ in stated]), _total([answer for _, answer in stated])
    answers = [
        text for sample, answer in given for text in (sample.item.choices if answer.text is None else [answer.text])
    ]
    return back_ends.count_tokens(lm, [sample.prompt for sample, _ in given]), back_ends.count_tokens(lm, answers)


def _total(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None
