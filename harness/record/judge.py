"""What a judge said of a run, as it is written beside it (`judge.json`)."""

from __future__ import annotations

from typing import Any

from pydantic import FiniteFloat

from harness.record.base import Model
from harness.record.run import ModelRecord
from harness.record.score import Interval


class Estimate(Model):
    """A value with its interval over clusters of items; where either is None, `reason` says why."""

    value: FiniteFloat | None
    interval: Interval | None = None
    reason: str | None = None


class Agreement(Model):
    """Spearman's correlation of the verdicts with the difference in a measure, plain and with length held fixed."""

    rho: Estimate
    rho_at_equal_length: Estimate


class Judged(Model):
    """One pair: asked with the description first, and with the baseline's first.

    Attributes:
        item_id: the item described.
        prompts: what was sent, before the chat template.
        request_hashes: SHA-256 over prompt and generation arguments.
        answers: what came back.
        win: 1 where the description won in both orders, 0 where it lost in both, else 1/2; None where an answer could
            not be read.
    """

    item_id: str
    prompts: tuple[str, str]
    request_hashes: tuple[str, str]
    answers: tuple[str, str]
    win: FiniteFloat | None


class TaskJudgement(Model):
    """The verdicts on one task.

    Attributes:
        samples_sha256: of the samples judged.
        pairs: how many items were judged.
        not_described: items left out because model or baseline gave no description.
        not_parsed: pairs of which an answer could not be read, or is missing.
        missing: verdicts that did not arrive, of two a pair.
        win_rate: of the descriptions against the baseline's; 0.5 is even.
        win_rate_at_equal_length: what the verdicts imply for descriptions of equal length.
        first_place: share of decisive answers for what stood first; 0.5 is no preference for a place.
        length: Spearman's rank correlation of the verdicts with the difference in words; 0 is no preference for length.
        agreement: with each measure of descriptions.
        judged: every pair.
    """

    samples_sha256: str
    pairs: int
    not_described: int
    not_parsed: int
    missing: int
    win_rate: Estimate
    win_rate_at_equal_length: Estimate
    first_place: Estimate
    length: Estimate
    agreement: dict[str, Agreement]
    judged: tuple[Judged, ...]


class RubricRecord(Model):
    """What was asked: the rubric's version, its prompt, and the prompt's SHA-256."""

    version: int
    sha256: str
    prompt: str


class JudgeRecord(Model):
    """A judgement of a run.

    Attributes:
        created: UTC, ISO 8601.
        harness_version: version of VAEmo-Eval.
        packages: versions of the packages that decide numbers.
        run_created: when the judged run was made.
        run_model: the model judged.
        synthetic: True where the run was on synthetic features.
        model: the judge.
        apply_chat_template: whether its chat template was applied.
        gen_kwargs: its generation arguments.
        rubric: what it was asked.
        against: the baseline whose descriptions were compared.
        tasks: by name.
    """

    created: str
    harness_version: str
    packages: dict[str, str]
    run_created: str
    run_model: str
    synthetic: bool
    model: ModelRecord
    apply_chat_template: bool
    gen_kwargs: dict[str, Any]
    rubric: RubricRecord
    against: str
    tasks: dict[str, TaskJudgement]
