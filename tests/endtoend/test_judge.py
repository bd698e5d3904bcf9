"""`vaemo-eval judge`: verdicts beside a run, from judges of known habits and from a real tiny model."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from lm_eval.api.instance import Instance
from lm_eval.api.model import LM
from scipy.stats import spearmanr

from harness.cli import main
from harness.models import choice as models
from harness.record import Answer
from harness.record.folder import read_samples
from harness.record.judge import JudgeRecord, TaskJudgement
from harness.scoring.anchors import Anchor, anchors_of
from harness.tasks.features import VARIABLE
from tests.endtoend.conftest import Finished

if TYPE_CHECKING:
    from tests.endtoend.conftest import Command

Habit = Callable[[float, str, str], str]


class Judge(LM):  # type: ignore[misc]  # lm-eval has no types
    """Answers by a habit: from the given valence and the two texts to a letter."""

    def __init__(self, habit: Habit) -> None:
        super().__init__()
        self.habit = habit

    def generate_until(self, requests: list[Instance]) -> list[str]:
        """Answer each prompt by the habit."""
        return [self.habit(*self._shown(str(request.args[0]))) for request in requests]

    @staticmethod
    def _shown(prompt: str) -> tuple[float, str, str]:
        form = r"pleasant\): (\S+)\n.*Description A:\n(.*)\n\nDescription B:\n(.*)\n\nAnswer"
        found = re.search(form, prompt, re.DOTALL)
        assert found is not None
        return float(found[1]), found[2], found[3]

    def loglikelihood(self, requests: Sequence[Instance]) -> list[tuple[float, bool]]:
        """Refuse."""
        raise NotImplementedError

    def loglikelihood_rolling(self, requests: Sequence[Instance]) -> list[float]:
        """Refuse."""
        raise NotImplementedError


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Describe 30 faces by the sentences of their nearest train items; return the run's folder."""
    results = tmp_path_factory.mktemp("results")
    asked = ["--model", "baseline:knn", "--tasks", "emotic_describe,iimi_basic", "--limit", "30"]
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(VARIABLE, raising=False)
        assert main([*asked, "--output_path", str(results)]) == 0
    [record] = results.rglob("run.json")
    return record.parent


@pytest.fixture
def run(described: Path, tmp_path: Path) -> Finished:
    """Copy the run."""
    copy = shutil.copytree(described, tmp_path / "results" / "run")
    return Finished(0, f"Record: {copy / 'run.json'}", "", tmp_path)


def judged(run: Finished, name: str = "judge.json") -> TaskJudgement:
    record = JudgeRecord.model_validate_json((run.folder / name).read_bytes())
    return record.tasks["emotic_describe"]


def against(run: Finished, name: str = "prototype") -> Anchor:
    task = run.record.tasks["emotic_describe"]
    return anchors_of(task, read_samples(run.folder, task)).baselines[name]


def knowing(run: Finished) -> Habit:
    """Return the habit of preferring the text that the reader finds to lie in the given quadrant more surely."""
    fits: dict[tuple[str, str], float] = {}
    for row in run.samples("emotic_describe"):
        valence = f"{row['item']['valence']:.2f}"
        fits[valence, row["parsed"]["text"]] = row["scores"]["same_quadrant"]
    prototype = against(run)
    for row, answer, scores in zip(run.samples("emotic_describe"), prototype.answers, prototype.scores, strict=True):
        valence = f"{row['item']['valence']:.2f}"
        fits[valence, answer.text or ""] = scores["same_quadrant"] or 0.0

    def habit(valence: float, first: str, second: str) -> str:
        one, other = (fits[f"{valence:.2f}", text] for text in (first, second))
        return "T" if one == other else "A" if one > other else "B"

    return habit


def ask(vaemo_eval: Command, monkeypatch: pytest.MonkeyPatch, run: Finished, habit: Habit, *more: str) -> Finished:
    monkeypatch.setattr(models, "open_model", lambda *_: Judge(habit))
    return vaemo_eval("judge", run.folder, "--model", "vllm", *more)


def test_a_judge_that_knows_goes_along_with_the_measure_and_the_run_stays_as_it_was(
    vaemo_eval: Command, monkeypatch: pytest.MonkeyPatch, run: Finished
) -> None:
    before = (run.folder / "run.json").read_bytes()
    done = ask(vaemo_eval, monkeypatch, run, knowing(run))
    assert done.code == 0, done.err
    found = judged(run)
    rows = run.samples("emotic_describe")
    gaps: list[Any] = [
        row["scores"]["same_quadrant"] - scores["same_quadrant"]
        for row, scores in zip(rows, against(run).scores, strict=True)
    ]
    wins = [-1.0 if one.win is None else one.win for one in found.judged]
    assert wins == [0.5 if gap == 0 else float(gap > 0) for gap in gaps]
    assert found.win_rate.value == pytest.approx(np.mean(wins))
    own = found.agreement["same_quadrant"].rho
    assert own.value == pytest.approx(spearmanr(wins, gaps).statistic)
    assert own.interval is not None
    assert 0.5 < own.interval.low <= own.value <= own.interval.high <= 1  # type: ignore[operator]
    assert found.first_place.value == pytest.approx(0.5)
    assert found.samples_sha256 == run.record.tasks["emotic_describe"].samples_sha256
    assert (run.folder / "run.json").read_bytes() == before
    assert "SYNTHETIC SAMPLE" in done.out
    again = ask(vaemo_eval, monkeypatch, run, knowing(run))
    assert (again.code, "--out: exists" in again.err) == (2, True)


class Failing(Judge):
    """Gives every second verdict only, and says how many it was asked for."""

    asked = 0

    def generate_until(self, requests: list[Instance]) -> list[Answer]:  # type: ignore[override]
        """Answer each second prompt."""
        type(self).asked += len(requests)
        return [Answer(text="A") if place % 2 else Answer(missing="HTTP 503") for place in range(len(requests))]


def test_verdicts_that_did_not_arrive_are_asked_for_again_and_no_other(
    vaemo_eval: Command, monkeypatch: pytest.MonkeyPatch, run: Finished
) -> None:
    failing = Failing(lambda *_: "A")
    monkeypatch.setattr(models, "open_model", lambda *_: failing)
    done = vaemo_eval("judge", run.folder, "--model", "vllm")
    assert (done.code, "verdicts are missing: HTTP 503" in done.err) == (2, True), done.err
    assert not (run.folder / "judge.json").exists()
    first = Failing.asked
    vaemo_eval("judge", run.folder, "--model", "vllm")
    assert Failing.asked - first == first // 2
    assert ask(vaemo_eval, monkeypatch, run, lambda *_: "A").code == 0
    assert judged(run).not_parsed == 0
    assert not list(run.folder.glob("judge.json.*"))


def test_verdicts_that_never_arrive_are_left_out_where_the_user_says_so(
    vaemo_eval: Command, monkeypatch: pytest.MonkeyPatch, run: Finished
) -> None:
    monkeypatch.setattr(models, "open_model", lambda *_: Failing(lambda *_: "A"))
    done = vaemo_eval("judge", run.folder, "--model", "vllm", "--allow-missing")
    assert done.code == 0, done.err
    found = judged(run)
    assert found.missing * 2 >= found.pairs
    assert f"{found.missing} verdicts missing" in done.out
    assert found.not_parsed == sum("" in one.answers for one in found.judged) > 0
    assert found.win_rate.value is None or found.not_parsed < found.pairs


def by_item(run: Finished, answers: Sequence[Answer]) -> dict[str, tuple[Any, Answer]]:
    rows = run.samples("emotic_describe")
    return {row["item"]["item_id"]: (row, answer) for row, answer in zip(rows, answers, strict=True)}


def test_a_judge_of_places_is_found_out_and_a_judge_of_length_loses_at_equal_length(
    vaemo_eval: Command, monkeypatch: pytest.MonkeyPatch, run: Finished
) -> None:
    assert ask(vaemo_eval, monkeypatch, run, lambda *_: "A", "--out", str(run.folder / "a.json")).code == 0
    places = judged(run, "a.json")
    assert places.first_place.value == 1
    assert {one.win for one in places.judged} == {0.5}
    assert places.agreement["lift"].rho.value is None
    assert places.agreement["lift"].rho.reason

    def longer(_: float, first: str, second: str) -> str:
        sizes = len(first.split()), len(second.split())
        return "T" if sizes[0] == sizes[1] else "AB"[sizes[0] < sizes[1]]

    assert ask(vaemo_eval, monkeypatch, run, longer, "--out", str(run.folder / "b.json"), "--cache", "off").code == 0
    length = judged(run, "b.json")
    wins, gaps = [], []
    answers = against(run).answers
    rows = by_item(run, answers)
    for one in length.judged:
        row, answer = rows[one.item_id]
        mine, theirs = row["parsed"]["text"], answer.text or ""
        gaps.append(len(mine.split()) - len(theirs.split()))
        wins.append(-1.0 if one.win is None else one.win)
    assert wins == [0.5 if gap == 0 else float(gap > 0) for gap in gaps]
    assert length.length.value == pytest.approx(spearmanr(wins, gaps).statistic)
    assert length.length.interval is not None
    assert length.length.interval.low > 0


def test_an_unreadable_judge_gives_no_number_but_a_reason(
    vaemo_eval: Command, monkeypatch: pytest.MonkeyPatch, run: Finished
) -> None:
    done = ask(vaemo_eval, monkeypatch, run, lambda *_: "It depends.", "--limit", "4")
    assert done.code == 0, done.err
    found = judged(run)
    assert (found.pairs, found.not_parsed, found.win_rate.value) == (4, 4, None)
    assert found.win_rate.reason
    assert found.win_rate.reason in done.out


def test_a_real_model_judges_through_its_chat_template(vaemo_eval: Command, tiny_model: Path, run: Finished) -> None:
    rubric = run.folder / "rubric.yaml"
    rubric.write_text("version: 7\nprompt: 'V {valence:.1f} A {arousal:.1f} one {first} two {second}'\n")
    done = vaemo_eval(
        *("judge", run.folder, "--model", tiny_model, "--device", "cpu", "--apply_chat_template", "--limit", "3"),
        *("--rubric", rubric, "--gen_kwargs", "max_gen_toks=4", "--against", "majority"),
    )
    assert done.code == 0, done.err
    record = JudgeRecord.model_validate_json((run.folder / "judge.json").read_bytes())
    assert record.rubric.version == 7
    assert record.rubric.sha256 == hashlib.sha256(record.rubric.prompt.encode()).hexdigest()
    assert record.apply_chat_template
    assert record.model.chat_template_sha256 is not None
    assert record.model.args["pretrained"] == tiny_model.name
    found = record.tasks["emotic_describe"]
    assert len(found.judged) == 3
    answers = against(run, "majority").answers
    rows = by_item(run, answers)
    for one in found.judged:
        row, answer = rows[one.item_id]
        mine, theirs = row["parsed"]["text"], answer.text
        assert one.prompts[0].endswith(f"one {mine} two {theirs}")
        assert one.prompts[1].endswith(f"one {theirs} two {mine}")
        decides = json.dumps([one.prompts[0], record.gen_kwargs], sort_keys=True)
        assert one.request_hashes[0] == hashlib.sha256(decides.encode()).hexdigest()
    assert record.gen_kwargs["max_gen_toks"] == 4


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--model", "baseline:uniform"], "a baseline reads no prompts"),
        (["--model", "vllm", "--tasks", "iimi_basic"], "--tasks: "),
        (["--model", "vllm", "--against", "nobody"], "--against: "),
        (["--model", "vllm", "--rubric", "none.yaml"], "none.yaml: no such file"),
        (["--model", "vllm", "--limit", "0"], "--limit: "),
        (["--model", "no-such-thing"], "no-such-thing"),
        (["--model", "vllm", "--gen_kwargs", "max_tokens=8"], "write max_gen_toks=N"),
        (["--model", "vllm", "--gen_kwargs", "temperature=0.7"], "add do_sample=true"),
    ],
)
def test_bad_arguments_end_in_one_line(vaemo_eval: Command, run: Finished, arguments: list[str], named: str) -> None:
    done = vaemo_eval("judge", run.folder, *arguments)
    assert done.code == 2
    [line] = done.err.strip().splitlines()
    assert line.startswith("vaemo-eval: ")
    assert named in line
    assert not (run.folder / "judge.json").exists()


def test_a_dead_judge_is_one_line_and_leaves_nothing(
    vaemo_eval: Command, monkeypatch: pytest.MonkeyPatch, run: Finished
) -> None:
    def fail(*_: object) -> str:
        raise ConnectionError("refused by 127.0.0.1")

    done = ask(vaemo_eval, monkeypatch, run, fail)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "failed as judge: ConnectionError: refused by 127.0.0.1" in done.err
    assert not (run.folder / "judge.json").exists()
