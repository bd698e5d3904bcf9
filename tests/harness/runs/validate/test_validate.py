"""What validation tells of documents, options and controls."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.runs.validate import Settings, Target, names, validate
from harness.tasks import documents as docs
from harness.tasks.catalogue import TASKS
from harness.tasks.checks.data import Facts, min_detectable_difference
from harness.tasks.load import load_tasks
from tests.harness.runs.validate.writing import SOUND, changed, check
from tests.making import features
from va_extractor.common.errors import InputError, Problem
from va_extractor.dataset import write_split
from va_extractor.emotions.prototypes import norms
from va_extractor.schema import Provenance

OPTIONS = """\
include: {base}
task: mine
doc_to_text: "{{{{ choices | join(', ') }}}} {{{{ valence }}}} {{{{ arousal }}}}"
metadata:
  version: 1.0
  title: Pick the word.
  source: norms
  options: options.csv
  main_score: accuracy
"""


def choice(folder: Path, *rows: str) -> Problem:
    """Validate a task of given options and return what was found at them."""
    docs._options.cache_clear()
    docs.split.cache_clear()
    text = OPTIONS.format(base=TASKS / "_base" / "choice.yaml")
    if rows:
        (folder / "options.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    report = check(folder, text, controls=True)
    [found] = report.errors
    assert (found.line, found.field) == (8, "metadata.options")
    return found


def test_options_are_found_missing_alike_and_in_a_telling_order(tmp_path: Path) -> None:
    assert choice(tmp_path).code == "missing"
    assert choice(tmp_path, "term,option_1,option_2", "sad,sad,happy").code == "missing"
    terms = list(norms())
    others = [terms[(index + 40) % len(terms)] for index in range(len(terms))]
    first = [f"{term},{term},{other}" for term, other in zip(terms, others, strict=True)]
    assert choice(tmp_path, "term,option_1,option_2", *first).what.startswith("majority: ")
    alike = [f"{term},{term},{term} too" for term in terms]
    assert choice(tmp_path, "term,option_1,option_2", *alike).code == "duplicate"


def test_a_task_that_valence_and_arousal_do_not_help_with_is_found(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    labels = ["anger", "fear", "sadness"]
    table = features(
        120,
        item_id=[f"i{row}" for row in range(120)],
        cluster_id=[f"c{row}" for row in range(120)],
        valence=rng.uniform(-1, 1, 120).round(3).tolist(),
        arousal=rng.uniform(-1, 1, 120).round(3).tolist(),
        labels=[[labels[row % 3]] for row in range(120)],
    )
    provenance = Provenance(source="iimi", title="noise", licence="none", citation="none", original_scale=(-1, 1))
    write_split(table, provenance, tmp_path / "features", "test")
    text = changed("[anger, disgust, fear, happiness, neutral, sadness, surprise]", "[anger, fear, sadness]")
    report = check(tmp_path, text, controls=True, features=str(tmp_path / "features"))
    [problem] = [problem for problem in report.problems if not problem.remark]
    assert (problem.line, problem.field) == (20, "metadata.source")
    assert problem.what.startswith("shuffled: ")


def test_too_few_items_are_found_and_the_detectable_difference_is_the_textbooks() -> None:
    # two proportions of 0.5 and 0.7 need 93 a group for 80 % power (Fleiss, Levin & Paik 2003, without continuity)
    assert min_detectable_difference(93) == pytest.approx(0.2, abs=0.006)


def test_several_faults_are_found_in_one_pass(tmp_path: Path) -> None:
    text = changed("macro_f1", "macro_f2").replace("training_split", "train_split").replace("valence)", "valance)")
    assert {problem.line for problem in check(tmp_path, text).errors} == {3, 10, 22}


def test_a_group_names_tasks_that_exist(tmp_path: Path) -> None:
    text = "group: mine\ntask: [iimi_basic, iimi_basik]\nmetadata: {version: 1, title: Two.}\n"
    path = tmp_path / "group.yaml"
    path.write_text(text, encoding="utf-8")
    [problem] = validate(Target(path, tmp_path), Settings("shipped"), names([], [])).problems
    assert (problem.line, problem.field, problem.found) == (2, "task.1", "iimi_basik")


def test_features_on_the_hub_are_pinned(tmp_path: Path) -> None:
    found = check(tmp_path, SOUND, features="org/features").problems[0]
    assert (found.field, found.hint) == ("metadata.source", "give --features org/features@REVISION")


VARIANT = """\
include: {base}
task: mine
{more}
metadata:
  version: 1.0
  title: Name the emotion.
  source: iimi
  labels: [anger, disgust, fear, happiness, neutral, sadness, surprise]
  main_score: macro_f1
  axes: {axes}
"""
UNLISTED = """\
doc_to_text: |-
  A face was measured on {{ scales }}. Which emotion is it?

  {{ values }}
  Emotion:
"""


@pytest.mark.parametrize(
    ("more", "axes", "key", "words"),
    [
        ("", "{decimals: 0}", None, ""),
        ("", "{va_format: lexical}", None, ""),
        ("", "{fewshot: nearest, shots: 4}", None, ""),
        (UNLISTED, "{decimals: 1}", "doc_to_text", "'happiness', 'neutral' and 2 more"),
        (
            'generation_kwargs: {until: ["\\nValencia:", tristeza], max_gen_toks: 64}',
            "{language: es}",
            "generation_kwargs.until.1",
            "'tristeza'",
        ),
    ],
)
def test_prompts_of_axes_tell_values_and_name_labels(
    tmp_path: Path, more: str, axes: str, key: str | None, words: str
) -> None:
    base = TASKS / ("axes/iimi_basic_es.yaml" if "language: es" in axes else "iimi/iimi_basic.yaml")
    text = VARIANT.format(base=base, more=more, axes=axes)
    found = [problem for problem in check(tmp_path, text).problems if not problem.remark]
    assert [problem.field for problem in found] == ([key] if key else [])
    assert all(words in problem.what for problem in found)


def test_values_too_coarse_for_the_axes_are_found(tmp_path: Path) -> None:
    rows = 80
    table = features(
        rows,
        item_id=[f"i{row}" for row in range(rows)],
        cluster_id=[f"c{row}" for row in range(rows)],
        valence=np.linspace(-0.4, 0.4, rows).tolist(),
        arousal=np.linspace(-0.9, 0.9, rows).tolist(),
        labels=[[["anger", "fear"][row % 2]] for row in range(rows)],
    )
    provenance = Provenance(source="iimi", title="flat", licence="none", citation="none", original_scale=(-1, 1))
    write_split(table, provenance, tmp_path / "features", "test")
    text = VARIANT.format(base=TASKS / "iimi" / "iimi_basic.yaml", more="", axes="{decimals: 0}")
    text = text.replace("[anger, disgust, fear, happiness, neutral, sadness, surprise]", "[anger, fear]")
    found = check(tmp_path, text, features=str(tmp_path / "features")).problems
    [problem] = [problem for problem in found if problem.field == "metadata.axes"]
    assert "it differs in 0 of 40 pairs" in problem.what


def test_what_is_counted_is_said_as_one_or_several() -> None:
    assert str(Facts(1, 1, 0.9)) == "1 item in 1 cluster"
    assert str(Facts(2, 1, 0.9)) == "2 items in 1 cluster"


def test_a_name_that_is_taken_is_found(tmp_path: Path) -> None:
    [problem] = check(tmp_path, changed("task: mine", "task: iimi_basic")).problems
    assert (problem.line, problem.field, problem.code) == (1, "task", "duplicate")


LINES = SOUND.splitlines()
JUNK = st.sampled_from(
    ["", "~", "[]", "{}", "3", "-1.5", "true", "[[x]]", "{a: {b: c}}", "!function x", "'", "|", "2020-01-01"]
)


@given(line=st.integers(0, len(LINES) - 1), junk=st.one_of(JUNK, st.text(max_size=12)), keep=st.booleans())
def test_whatever_a_line_holds_is_told_in_problems_or_runs(line: int, junk: str, keep: bool) -> None:
    changed_line = f"{LINES[line].partition(':')[0]}: {junk}" if keep else junk
    text = "\n".join([*LINES[:line], changed_line, *LINES[line + 1 :]]) + "\n"
    with TemporaryDirectory() as folder:
        report = check(Path(folder), text)
        assert all("\n" not in str(problem) for problem in report.problems)
        if report.name == "mine":
            try:
                load_tasks(["mine"], [Path(folder)], "shipped")
            except InputError:
                assert report.errors, text
