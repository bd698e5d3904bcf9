"""The model behind the cache: known and equal requests are not sent, and every answer comes back in its place."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lm_eval.api.instance import Instance
from lm_eval.api.model import LM

from harness.models.cache.model import CachedLM
from harness.models.cache.store import FILE, AnswerCache, Given
from harness.record import Answer
from va_extractor.common.errors import InputError

GREEDY: dict[str, Any] = {"do_sample": False, "temperature": 0.0}
SAMPLED: dict[str, Any] = {"do_sample": True, "temperature": 1.0}


class _Scripted(LM):  # type: ignore[misc]  # lm-eval has no types
    """Answers each prompt by itself in upper case and the number of the request; may fail after some answers.

    Attributes:
        asked: every prompt that it was asked.
    """

    def __init__(self, fails_after: int | None = None, tells: bool = True, backwards: bool = False) -> None:
        super().__init__()
        self.asked: list[str] = []
        self._fails_after, self._tells, self._backwards = fails_after, tells, backwards

    def generate_until(self, requests: list[Instance]) -> list[Given]:
        answers: list[Given] = [""] * len(requests)
        order = list(enumerate(requests))
        for index, request in order[::-1] if self._backwards else order:
            if len(self.asked) == self._fails_after:
                raise ConnectionError("the server is gone")
            self.asked.append(request.args[0])
            answers[index] = f"{request.args[0].upper()} {len(self.asked)}"
            if self._tells:
                self.cache_hook.add_partial("generate_until", request.args, answers[index])
        return answers

    def loglikelihood(self, requests: list[Instance]) -> list[tuple[float, bool]]:
        self.asked += [request.args[0] + request.args[1] for request in requests]
        return [(-float(len(request.args[1])), True) for request in requests]

    def loglikelihood_rolling(self, requests: list[Instance]) -> list[float]:
        raise NotImplementedError


def requests(prompts: Sequence[str], arguments: Any = GREEDY, kind: Any = "generate_until") -> list[Instance]:
    return [
        Instance(kind, {}, (prompt, arguments), 0, metadata=("task", number, 1))
        for number, prompt in enumerate(prompts)
    ]


def store(path: Path) -> AnswerCache:
    return AnswerCache(path / FILE)


@given(prompts=st.lists(st.sampled_from("abcdef")), known=st.lists(st.sampled_from("abcdef")), tells=st.booleans())
def test_each_distinct_unknown_request_is_asked_once_and_answers_keep_their_places(
    tmp_path_factory: pytest.TempPathFactory, prompts: list[str], known: list[str], tells: bool
) -> None:
    kept = store(tmp_path_factory.mktemp("store"))
    CachedLM(_Scripted(), kept, "00", (0,)).generate_until(requests(known))
    inner = _Scripted(tells=tells)
    asker = CachedLM(inner, kept, "00", (0,))
    answers = asker.generate_until(requests(prompts))
    assert [str(answer)[0] for answer in answers] == [prompt.upper() for prompt in prompts]
    assert sorted(inner.asked) == sorted(set(prompts) - set(known))
    assert asker.counts.known == len(set(prompts) & set(known))
    assert asker.counts.known + asker.counts.equal + len(inner.asked) == len(prompts)
    inner.asked.clear()
    assert asker.generate_until(requests(prompts)) == answers
    assert inner.asked == []
    kept.close()


def test_a_model_that_fails_is_asked_again_only_for_what_had_not_arrived(tmp_path: Path) -> None:
    kept = store(tmp_path)
    with pytest.raises(ConnectionError):
        CachedLM(_Scripted(fails_after=3), kept, "00", (0,)).generate_until(requests("abcde"))
    second = _Scripted()
    CachedLM(second, kept, "00", (0,)).generate_until(requests("abcde"))
    assert second.asked == ["d", "e"]


def test_models_do_not_get_each_others_answers(tmp_path: Path) -> None:
    kept = store(tmp_path)
    CachedLM(_Scripted(), kept, "00", (0,)).generate_until(requests("ab"))
    other = _Scripted()
    CachedLM(other, kept, "01", (0,)).generate_until(requests("ab"))
    assert other.asked == ["a", "b"]


@pytest.mark.parametrize("backwards", [False, True])
def test_equal_requests_of_a_sampling_model_are_draws_of_their_own(tmp_path: Path, backwards: bool) -> None:
    kept = store(tmp_path)
    inner = _Scripted(backwards=backwards)
    asker = CachedLM(inner, kept, "00", (0,))
    first = asker.generate_until(requests("aab", SAMPLED))
    asker.repeat = 1
    second = asker.generate_until(requests("aab", SAMPLED))
    assert len(inner.asked) == 6
    assert len({*first, *second}) == 6
    again = CachedLM(_Scripted(), kept, "00", (0,))
    assert again.generate_until(requests("aab", SAMPLED)) == first
    again.repeat = 1
    assert again.generate_until(requests("aab", SAMPLED)) == second
    assert again.inner.asked == []
    reseeded = CachedLM(_Scripted(), kept, "00", (1,))
    reseeded.generate_until(requests("aab", SAMPLED))
    assert len(reseeded.inner.asked) == 3


def test_log_likelihoods_are_kept_a_choice_each(tmp_path: Path) -> None:
    kept = store(tmp_path)
    pairs = [("p", " joy"), ("p", " fear"), ("p", " joy"), ("q", " joy")]
    given = [Instance("loglikelihood", {}, pair, 0, metadata=("task", 0, 1)) for pair in pairs]
    asker = CachedLM(_Scripted(), kept, "00", (0,))
    assert asker.loglikelihood(given) == [(-4.0, True), (-5.0, True), (-4.0, True), (-4.0, True)]
    assert asker.inner.asked == ["p joy", "p fear", "q joy"]
    again = CachedLM(_Scripted(), kept, "00", (0,))
    assert again.loglikelihood(given) == asker.loglikelihood(given)
    assert again.inner.asked == []


class _Absent(_Scripted):
    """Gives answers that are missing, empty or no number."""

    def generate_until(self, requests: list[Instance]) -> list[Given]:
        self.asked += [request.args[0] for request in requests]
        answers: list[Given] = [Answer(missing="status 500"), Answer(text="")]
        return answers[: len(requests)]

    def loglikelihood(self, requests: list[Instance]) -> list[tuple[float, bool]]:
        self.asked += [request.args[0] for request in requests]
        return [(float("nan"), False) for _ in requests]


def test_an_answer_that_is_missing_or_no_number_is_not_kept(tmp_path: Path) -> None:
    kept = store(tmp_path)
    asker = CachedLM(_Absent(), kept, "00", (0,))
    asker.generate_until(requests("ab"))
    asker.loglikelihood(requests("x", " joy", "loglikelihood"))
    assert len(kept) == 1
    again = CachedLM(_Absent(), kept, "00", (0,))
    again.generate_until(requests("ab"))
    assert again.inner.asked == ["a"]


@pytest.mark.parametrize("foreign", [(-1.0, True), Answer(loglikelihoods=(0.1, 0.2))])
def test_an_answer_of_another_kind_is_refused(tmp_path: Path, foreign: Given) -> None:
    with closing(store(tmp_path)) as kept:
        CachedLM(_Scripted(), kept, "00", (0,)).generate_until(requests("a"))
    with closing(sqlite3.connect(tmp_path / FILE)) as db, db:
        text = foreign.model_dump_json() if isinstance(foreign, Answer) else json.dumps(foreign)
        db.execute("UPDATE answers SET answer = ?", (text,))
    with pytest.raises(InputError) as raised:
        CachedLM(_Scripted(), store(tmp_path), "00", (0,)).generate_until(requests("a"))
    assert (raised.value.problem.code, raised.value.problem.file) == ("unreadable", tmp_path / FILE)


def test_without_a_file_equal_requests_are_sent_once_and_nothing_can_be_resumed() -> None:
    asker = CachedLM(_Scripted(), AnswerCache(None), "00", (0,))
    assert asker.generate_until(requests("aab")) == ["A 1", "A 1", "B 2"]
    assert (asker.counts.equal, asker.counts.new, asker.resume_hint) == (1, 2, None)


class _Stopped(_Scripted):
    """Says after its first call that it stopped."""

    stopped: str | None = None

    def generate_until(self, requests: list[Instance]) -> list[Given]:
        self.stopped = "--max-requests 1"
        return super().generate_until(requests)


def test_a_model_that_stopped_is_not_asked_any_more(tmp_path: Path) -> None:
    asker = CachedLM(_Stopped(), store(tmp_path), "00", (0,))
    asker.generate_until(requests("a"))
    [known, absent] = asker.generate_until(requests("ab"))
    assert known == "A 1"
    assert absent == Answer(missing="not asked: --max-requests 1")
    assert asker.inner.asked == ["a"]


class _Swallowing(_Scripted):
    """Takes every exception for a fault of the server, and asks again."""

    def generate_until(self, requests: list[Instance]) -> list[Given]:
        for request in requests:
            for _ in range(3):
                self.asked.append(request.args[0])
                try:
                    self.cache_hook.add_partial("generate_until", request.args, "x")
                    break
                except Exception:  # noqa: S112
                    continue
        return ["x"] * len(requests)


def test_an_answer_that_cannot_be_kept_ends_the_run_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = store(tmp_path)
    asker = CachedLM(_Swallowing(), kept, "00", (0,))

    def full(*_: object) -> None:
        raise InputError("the disk is full", code="unwritable")

    monkeypatch.setattr(kept, "put", full)
    with pytest.raises(InputError) as raised:
        asker.generate_until(requests("abc"))
    assert raised.value.problem.code == "unwritable"
    assert asker.inner.asked == ["a"]


class _Changing(_Scripted):
    """Leaves something out of its requests, and says of which version the model is."""

    changes: tuple[str, ...] = ()
    version: str | None = None

    def get_model_info(self) -> dict[str, Any]:
        return {"model_sha": self.version}

    def generate_until(self, requests: list[Instance]) -> list[Given]:
        self.changes, self.version = ("temperature not sent",), "2024-08-06"
        return super().generate_until(requests)


def test_changes_and_versions_are_known_where_nothing_is_asked(tmp_path: Path) -> None:
    kept = store(tmp_path)
    first = CachedLM(_Changing(), kept, "00", (0,))
    first.generate_until(requests("ab"))
    again = CachedLM(_Changing(), kept, "00", (0,))
    again.generate_until(requests("ab"))
    assert again.inner.asked == []
    assert (
        (again.changes, again.versions)
        == (first.changes, first.versions)
        == (
            ("temperature not sent",),
            ("2024-08-06",),
        )
    )
