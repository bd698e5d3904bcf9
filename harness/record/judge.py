"""The record of a judgement, `judge.json`."""

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
    """Spearman's correlation of the verdicts with the difference in a measure, plain and at equal length."""

    rho: Estimate
    rho_at_equal_length: Estimate


class Judged(Model):
    """One pair, judged with the description first and with the baseline's first.

    Attributes:
        item_id: the item described.
        prompts: before the chat template.
        request_hashes: SHA-256 over prompt and generation arguments.
        answers: of the judge.
        win: 1 where the description won in both orders, 0 where it lost in both, else 1/2; None where an answer was not
            parsed.
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
        pairs: number of items judged.
        not_described: items left out because model or baseline gave no description.
        not_parsed: pairs with an answer that was not parsed or is missing.
        missing: verdicts that did not arrive, of two a pair.
        win_rate: of the descriptions against the baseline's; 0.5 is even.
        win_rate_at_equal_length: the win rate adjusted to descriptions of equal length.
        first_place: fraction of decisive answers for the first text; 0.5 is no preference.
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
    """The rubric: its version, prompt, and the SHA-256 of the prompt."""

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
        rubric: the prompt of the judge.
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
