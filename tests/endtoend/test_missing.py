"""Answers that did not arrive: never scored as wrong, and every command says what is missing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from lm_eval.api.instance import Instance
from lm_eval.api.model import LM
from sklearn.metrics import accuracy_score

from harness.models import back_ends
from harness.record import Answer
from leaderboard.cli import main as leaderboard

if TYPE_CHECKING:
    from tests.endtoend.conftest import Command

RUN = ("--model", "local-completions", "--model_args", "model=m,base_url=http://h", "--limit", "40")


class Gaps(LM):  # type: ignore[misc]  # lm-eval has no types
    """Says `joy` or `happiness` to every item, in the ways that answers can end.

    Attributes:
        absent: how many of the first items get no answer.
        asked: how many requests came.
        stopped: as of our API back end.
    """

    def __init__(self, absent: int = 0, stops: bool = False) -> None:
        super().__init__()
        self.absent, self.stops, self.asked = absent, stops, 0
        self.stopped: str | None = None

    def generate_until(self, requests: list[Instance]) -> list[Answer]:
        """Answer; every tenth item in a way of its own."""
        self.asked += len(requests)
        answers = [self._answer(number) for number in range(len(requests))]
        if self.stops:
            self.stopped = "--max-requests 30: as many were sent"
        return answers

    def loglikelihood(self, requests: list[Instance]) -> list[tuple[float, bool]]:
        """Give none."""
        raise NotImplementedError

    def loglikelihood_rolling(self, requests: list[Instance]) -> list[float]:
        """Give none."""
        raise NotImplementedError

    def _answer(self, number: int) -> Answer:
        if number < self.absent:
            return Answer(missing="status 500, five times")
        said: dict[int, dict[str, Any]] = {
            31: {"text": "", "reasoning": "Well, the person", "finish": "length"},
            32: {"text": "happ", "finish": "content_filter"},
            33: {"text": "happiness", "finish": "refusal"},
            34: {"text": "happiness", "finish": "length", "reasoning": "pleasant, so anger is out"},
        }
        return Answer(prompt_tokens=50, answer_tokens=2, **said.get(number, {"text": "happiness", "finish": "stop"}))


@pytest.fixture
def gaps(monkeypatch: pytest.MonkeyPatch) -> Gaps:
    """Put the model in place of a back end."""
    model = Gaps()
    monkeypatch.setattr(back_ends, "create_model", lambda *_: model)
    return model


def test_every_way_to_end_is_counted_and_reasoning_is_kept_and_not_read(vaemo_eval: Command, gaps: Gaps) -> None:
    done = vaemo_eval(*RUN, "--tasks", "iimi_basic")
    assert done.code == 0, done.err
    task = done.record.tasks["iimi_basic"]
    counts = task.answers
    assert (counts.ok, counts.truncated, counts.filtered, counts.refused, counts.missing) == (37, 1, 1, 1, 0)
    assert counts.cut_off == 2
    rows = done.samples("iimi_basic")
    answers = [row["answer"] for row in rows]
    assert [answer["reasoning"] for answer in answers if answer.get("reasoning")] == [
        "Well, the person",
        "pleasant, so anger is out",
    ]
    gold = [row["item"]["labels"][0] for row in rows]
    said = ["happiness" if row["parsed"]["labels"] else "" for row in rows]
    assert task.metrics["accuracy"].value == pytest.approx(accuracy_score(gold, said))
    assert "2 cut off by the token limit" in done.out
    assert (done.record.usage.prompt_tokens, done.record.usage.answer_tokens) == (40 * 50, 40 * 2)
    assert vaemo_eval("rescore", done.folder).code == 0


def test_scores_are_withheld_where_an_answer_is_missing_and_the_run_says_what_to_do(
    vaemo_eval: Command, gaps: Gaps, tmp_path: Path
) -> None:
    gaps.absent = 3
    done = vaemo_eval(*RUN, "--tasks", "iimi_basic")
    assert done.code == 3, done.err
    assert "iimi_basic: 37 answers, scoring" in done.out
    task = done.record.tasks["iimi_basic"]
    assert task.answers.missing == 3
    assert task.answers.refused_rate == 1 / 37  # of the answers that arrived
    assert "refused 2.7%" in done.out
    assert all(score.value is None for score in task.metrics.values())
    assert "3 of 40 items lack an answer" in str(task.metrics["accuracy"].reason)
    assert "repeat the command to resume: 37 answers are in" in " ".join(done.out.split())
    assert "--allow-missing" in " ".join(done.out.split())
    assert vaemo_eval("rescore", done.folder).code == 0
    assert vaemo_eval("report", done.folder).code == 0
    page = (done.folder / "report.html").read_text(encoding="utf-8")
    assert "3 answers are missing. Scores are withheld" in page
    compared = vaemo_eval("compare", done.folder, done.folder)
    assert (compared.code, "3 answers are missing" in compared.err) == (2, True)
    gaps.absent, gaps.asked = 0, 0
    again = vaemo_eval(*RUN, "--tasks", "iimi_basic")
    assert again.code == 0, again.err
    assert gaps.asked == 3
    assert again.record.tasks["iimi_basic"].metrics["accuracy"].value is not None
    assert again.record.usage.known == 37


def test_the_rest_is_scored_where_the_user_says_so_and_marked(vaemo_eval: Command, gaps: Gaps) -> None:
    gaps.absent = 3
    done = vaemo_eval(*RUN, "--tasks", "iimi_basic,emotic_complex", "--allow-missing")
    assert done.code == 0, done.err
    rows = done.samples("iimi_basic")[3:]
    gold = [row["item"]["labels"][0] for row in rows]
    said = ["happiness" if row["parsed"]["labels"] else "" for row in rows]
    score = done.record.tasks["iimi_basic"].metrics["accuracy"]
    assert score.value == pytest.approx(accuracy_score(gold, said))
    assert score.note is not None
    assert "over the other items only: 3 of 40 items lack an answer" in score.note
    assert done.record.allow_missing
    assert "3 answers are missing: scored over the rest" in done.out
    assert vaemo_eval("rescore", done.folder).code == 0
    assert vaemo_eval("report", done.folder).code == 0
    assert "Scores cover the other items only" in (done.folder / "report.html").read_text(encoding="utf-8")


def test_where_every_answer_is_missing_nothing_is_scored(vaemo_eval: Command, gaps: Gaps) -> None:
    gaps.absent = 40
    done = vaemo_eval(*RUN, "--tasks", "iimi_basic,emotic_describe", "--allow-missing")
    assert "Traceback" not in done.err
    assert done.record.tasks["emotic_describe"].answers.missing == 40
    assert all(score.value is None for task in done.record.tasks.values() for score in task.metrics.values())
    assert vaemo_eval("rescore", done.folder).code == 0
    assert vaemo_eval("report", done.folder).code == 0


def test_a_description_that_is_missing_has_no_scores(vaemo_eval: Command, gaps: Gaps) -> None:
    gaps.absent = 2
    done = vaemo_eval(*RUN, "--tasks", "emotic_describe", "--allow-missing")
    assert done.code == 0, done.err
    rows = done.samples("emotic_describe")
    assert [bool(row["scores"]) for row in rows] == [False] * 2 + [True] * 38
    value = done.record.tasks["emotic_describe"].metrics["cosine"].value
    present = [row["scores"]["cosine"] for row in rows[2:]]
    assert value == pytest.approx(sum(present) / 38)
    assert vaemo_eval("rescore", done.folder).code == 0


def test_a_run_that_stops_writes_what_it_has_and_says_how_to_go_on(vaemo_eval: Command, gaps: Gaps) -> None:
    gaps.stops, gaps.absent = True, 10
    done = vaemo_eval(*RUN, "--tasks", "iimi_basic,norms_term")
    assert done.code == 3, done.err
    assert list(done.record.tasks) == ["iimi_basic"]
    assert done.record.stopped == "--max-requests 30: as many were sent"
    line = " ".join(done.out.split())
    assert "incomplete: --max-requests 30: as many were sent; repeat the command to resume: 30 answers are in" in line
    gaps.stops, gaps.stopped, gaps.absent, gaps.asked = False, None, 0, 0
    again = vaemo_eval(*RUN, "--tasks", "iimi_basic,norms_term")
    assert again.code == 0, again.err
    assert gaps.asked == 10 + 40
    assert again.record.stopped is None


def test_no_leaderboard_takes_a_task_with_missing_answers(
    vaemo_eval: Command, gaps: Gaps, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    gaps.absent = 3
    done = vaemo_eval(*RUN[:4], "--tasks", "norms_term", "--allow-missing")
    assert done.code == 0, done.err
    assert leaderboard(["check", str(done.folder)]) == 1
    assert "3 answers are missing" in capsys.readouterr().out
    assert leaderboard(["export", str(done.folder), "--to", "csv", "--out", str(tmp_path / "x")]) == 2
    assert "3 answers are missing" in capsys.readouterr().err
