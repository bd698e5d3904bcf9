"""Tasks: what ours ask, and what is refused before any model is asked."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from harness.kinds import Kind, get
from harness.tasks.documents import Document
from harness.tasks.features import SHIPPED
from harness.tasks.load import Task, load_tasks
from harness.tasks.prompts.axes import Axes
from va_extractor.common.errors import InputError
from va_extractor.emotions.labels import BASIC, EMOTIC

KINDS = {
    "iimi_basic": get("single_label"),
    "iimi_basic_mc": get("single_label"),
    "emotic_complex": get("multi_label"),
    "emotic_complex_mc": get("ranking"),
    "emotic_describe": get("description"),
    "norms_term": get("choice"),
    "norms_term_mc": get("choice"),
    "norms_term_vad": get("choice"),
}
BASE = Path(__file__).parents[3] / "tasks" / "_base"
MINE = f"""
include: {BASE}/single_label.yaml
task: mine
doc_to_text: "{{{{ valence }}}}"
metadata: {{version: 1.0, title: Mine, source: iimi, labels: [{", ".join(BASIC)}], main_score: macro_f1}}
"""
SCORED = f"""
include: {BASE}/choice_mc.yaml
task: mine
doc_to_text: "{{{{ valence }}}} {{{{ arousal }}}}"
metadata: {{version: 1.0, title: Mine, source: norms, options: {BASE.parent}/norms/options.csv, main_score: accuracy}}
"""


@pytest.fixture(scope="module")
def ours() -> dict[str, Task]:
    return {task.name: task for task in load_tasks(list(KINDS), [], SHIPPED)}


def docs_of(task: Task) -> list[Document]:
    return list(task.engine.eval_docs)


def mine(folder: Path, *changes: tuple[str, str]) -> Path:
    text = MINE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "mine.yaml").write_text(text)
    return folder


@pytest.mark.parametrize(("name", "kind"), KINDS.items())
def test_every_task_is_sound(ours: dict[str, Task], name: str, kind: Kind) -> None:
    task = ours[name]
    assert task.kind is kind
    assert task.main_score in [metric.name for metric in kind.metrics]
    assert re.fullmatch(r"\d+\.\d+", task.version)
    assert task.by_likelihood == name.endswith("_mc")
    assert len(docs_of(task)) >= 142
    assert {label for doc in docs_of(task)[:1] for label in doc["choices"]} <= {
        *BASIC, *EMOTIC, *(label for other in docs_of(ours["norms_term"]) for label in other["item"].labels),
    }  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_a_prompt_tells_scales_and_values_and_nothing_of_the_answer(ours: dict[str, Task], name: str) -> None:
    task = ours[name]
    for doc in docs_of(task)[:20]:
        prompt = task.engine.doc_to_text(doc)
        assert f"Valence: {doc['valence']:.2f}\nArousal: {doc['arousal']:.2f}\n" in prompt
        assert "from -1.00 to 1.00" in prompt
        hidden: Any = {
            "item_id": "?", "cluster_id": "?", "labels": ["?"], "label_weights": None, "references": ["?"],
            "target": "?", "reference_kind": None,
        }  # fmt: skip
        assert task.engine.doc_to_text({**doc, **hidden}) == prompt


@pytest.mark.parametrize("name", KINDS)
def test_what_all_prompts_share_stands_in_front(ours: dict[str, Task], name: str) -> None:
    task = ours[name]
    fronts = {
        task.engine.doc_to_text(doc).split("Words: " if "norms" in name else "Valence: ")[0] for doc in docs_of(task)
    }
    assert len(fronts) == 1
    assert len(fronts.pop()) > 300


def test_scoring_by_likelihood_asks_the_same_choices(ours: dict[str, Task]) -> None:
    for name in ("iimi_basic", "norms_term"):
        words, scored = docs_of(ours[name]), docs_of(ours[f"{name}_mc"])
        for word, index in zip(words, scored, strict=True):
            assert word["choices"][index["target"]] == word["target"]
        texts = [ours[form].engine.doc_to_text(docs_of(ours[form])[0]) for form in (name, f"{name}_mc")]
        assert texts[0] == texts[1]


def test_a_record_tells_where_features_come_from(ours: dict[str, Task]) -> None:
    basic, norms = ours["iimi_basic"].features(), ours["norms_term"].features()
    assert (basic.id, basic.source, basic.split, basic.va_source, basic.synthetic, basic.fitted_on) == (
        SHIPPED, "iimi", "test", ("synthetic",), True, "train",
    )  # fmt: skip
    assert (norms.va_source, norms.synthetic, norms.fitted_on) == (("norms",), False, None)


def test_the_emotic_lookalike_is_not_synthetic_and_says_what_was_left_out(lookalike: Path) -> None:
    sets, described = load_tasks(["emotic_complex", "emotic_describe"], [], str(lookalike))
    assert sets.excluded() == {"no_face": 2}
    assert described.excluded() == {"no_face": 2}
    assert described.reference_kind() == "human (57 of 58 items)"
    assert (sets.features().id, sets.features().synthetic) == (lookalike.name, False)


def test_groups_unfold_and_each_task_comes_once() -> None:
    names = [task.name for task in load_tasks(["emotic_describe", "vaemo", "vaemo"], [], SHIPPED)]
    assert names == ["emotic_describe", "iimi_basic", "emotic_complex"]


def test_the_hash_changes_with_what_decides_the_answers(tmp_path: Path, ours: dict[str, Task]) -> None:
    hashes = {task.hash for task in ours.values()}
    changes: list[list[tuple[str, str]]] = [
        [],
        [("{{ valence }}", "v {{ valence }}")],
        [("anger, disgust", "disgust, anger")],
        [("task: mine", "task: mine\ngeneration_kwargs: {until: [x], max_gen_toks: 3}")],
    ]
    for number, change in enumerate(changes):
        folder = tmp_path / str(number)
        folder.mkdir()
        hashes.add(load_tasks(["mine"], [mine(folder, *change)], SHIPPED)[0].hash)
    assert len(hashes) == len(KINDS) + len(changes)
    again = tmp_path / "again"
    again.mkdir()
    assert load_tasks(["mine"], [mine(again, ("version: 1.0", "version: 2.0"))], SHIPPED)[0].hash in hashes


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ([("source: iimi", "source: nowhere")], "--features", "missing"),
        ([("macro_f1", "macro_auc")], "metadata.main_score", "conflict"),
        ([("version: 1.0, ", "")], "metadata.version", "missing"),
        ([(", surprise]", "]")], "labels", "unknown"),
    ],
)
def test_an_unsound_task_is_refused_before_any_model_is_asked(
    tmp_path: Path, changes: list[tuple[str, str]], field: str, code: str
) -> None:
    with pytest.raises(InputError) as raised:
        load_tasks(["mine"], [mine(tmp_path, *changes)], SHIPPED)
    assert (raised.value.problem.field, raised.value.problem.code) == (field, code)


@pytest.mark.parametrize(
    ("axis", "why"),
    [
        ({"language": "es"}, "log-likelihoods"),
        ({"reasoning": "step_by_step"}, "log-likelihoods"),
        ({"definitions": True}, "no definition"),
        ({"fewshot": "random"}, "no examples"),
        ({"label_order": 1}, "{{ options }}"),
    ],
)
def test_an_axis_is_refused_for_the_real_reason_before_a_missing_placeholder(
    tmp_path: Path, axis: dict[str, Any], why: str
) -> None:
    (tmp_path / "mine.yaml").write_text(SCORED)
    with pytest.raises(InputError) as raised:
        load_tasks(["mine"], [tmp_path], SHIPPED, axes=Axes.model_validate(axis))
    assert why in raised.value.problem.what


def test_an_unknown_task_is_named_with_the_nearest() -> None:
    with pytest.raises(InputError) as raised:
        load_tasks(["iimi_basik"], [], SHIPPED)
    assert (raised.value.problem.field, raised.value.problem.found) == ("--tasks", "iimi_basik")
    assert "'iimi_basic'" in (raised.value.problem.hint or "")


@pytest.mark.parametrize("members", ["[circle]", "[round]", "[iimi_basic, circle]"])
def test_a_group_that_contains_itself_is_named(tmp_path: Path, members: str) -> None:
    (tmp_path / "circle.yaml").write_text(f"group: circle\ntask: {members}\n")
    (tmp_path / "round.yaml").write_text("group: round\ntask: [circle]\n")
    with pytest.raises(InputError) as raised:
        load_tasks(["circle"], [tmp_path], SHIPPED)
    assert (raised.value.problem.field, raised.value.problem.found) == ("task", "circle")


def test_targets_are_in_the_form_that_is_asked_for(ours: dict[str, Task]) -> None:
    assert docs_of(ours["iimi_basic"])[0]["target"] in BASIC
    assert set(json.loads(docs_of(ours["emotic_complex"])[0]["target"])) <= set(EMOTIC)
