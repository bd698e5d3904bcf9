"""Prompts: unchanged by default, whole for every value of every axis, and one line where a task cannot follow."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from harness.kinds import get
from harness.kinds.reading import to_answer
from harness.scoring.samples import judge
from harness.tasks.documents import EVALUATED, FITTED, Document, Question, documents
from harness.tasks.features import SHIPPED, load
from harness.tasks.load import Task, load_tasks
from harness.tasks.prompts import sandbox
from harness.tasks.prompts.axes import LANGUAGES, Axes, AxisValue, levels
from harness.tasks.prompts.languages import definitions, stimuli
from harness.tasks.prompts.languages import words as wording
from harness.tasks.prompts.ready import shuffled
from harness.text.languages import words
from va_extractor.common.errors import InputError
from va_extractor.dataset import write_split
from va_extractor.emotions.labels import BASIC, EMOTIC

FORMER = yaml.safe_load((Path(__file__).parent / "former_prompts.yaml").read_text(encoding="utf-8"))
CORE = ("iimi_basic", "emotic_complex", "emotic_describe")
SCALES = {"-1..1": (-1, 1), "0..1": (0, 1), "1..9": (1, 9), "percent": (0, 100)}
RIGHT = {get("single_label"): "Emotion", get("multi_label"): "Emotions", get("description"): "Description"}


def from_scale(value: float, scale: str) -> float:
    low, high = SCALES[scale]
    return (value - low) / (high - low) * 2.0 - 1.0


@cache
def task(name: str, features: str = SHIPPED, **axes: Any) -> Task:
    return load_tasks([name], [], features, axes=Axes(**axes) if axes else None)[0]


def docs_of(found: Task, name: str = EVALUATED) -> list[Document]:
    return asked(found.question, name)


@cache
def asked(question: Question, name: str) -> list[Document]:
    return documents(question, name)


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Write the first rows of each split that ships, for tests of what is the same for every item."""
    root = tmp_path_factory.mktemp("few")
    for source in (load(SHIPPED, name) for name in ("iimi", "emotic")):
        for split, table in source.tables.items():
            write_split(table.slice(0, 40), source.provenance[split], root, split)
    return str(root)


def prompt(found: Task, number: int = 0) -> str:
    return str(found.engine.doc_to_text(docs_of(found)[number]))


@pytest.mark.parametrize("name", FORMER)
def test_by_default_every_prompt_is_that_of_version_1_to_the_byte(name: str, lookalike: Path) -> None:
    for features in (SHIPPED, str(lookalike)) if name.startswith("emotic") else (SHIPPED,):
        found = task(name, features)
        for doc in [*docs_of(found), *docs_of(found, FITTED)]:
            assert found.engine.doc_to_text(doc) == sandbox.render(FORMER[name], doc)


EVERY = [(name, axis) for name in FORMER for axis in Axes.model_fields]


def takes(name: str, axis: str, value: AxisValue) -> bool:
    """Say, apart from the code under test, which tasks can follow an axis."""
    scored, norms = name.endswith("_mc"), name.startswith("norms")
    if axis == "dimensions":
        return value == "VA" or norms
    if axis == "language":
        return value == "en" or (not scored and not norms)
    if axis == "reasoning":
        return value == "direct" or not scored
    if axis == "fewshot":
        return value == "none" or not norms
    if axis == "definitions":
        return not value or (not norms and name != "emotic_describe")
    return axis != "label_order" or value is None or name != "emotic_describe"


@pytest.mark.parametrize(("name", "axis"), EVERY)
def test_every_value_of_every_axis_renders_whole_or_is_one_line(name: str, axis: str, few: str) -> None:
    stated = task(name).question.axes
    for value in levels(axis):
        axes = stated.model_copy(update={axis: value})
        if not takes(name, axis, value):
            with pytest.raises(InputError) as raised:
                load_tasks([name], [], few, axes=axes)
            problem = raised.value.problem
            assert (problem.field, problem.code) == (f"metadata.axes.{axis}", "unsupported")
            continue
        [found] = load_tasks([name], [], few, axes=axes)
        for doc in found.engine.eval_docs:
            text = found.engine.doc_to_text(doc)
            assert not re.search(r"[{}]|\b(None|nan|undefined)\b", text), text
            assert text == text.strip()
            assert 150 < len(text) < 8_000


def test_dominance_is_given_where_the_source_has_it_and_refused_where_not(lookalike: Path) -> None:
    text = prompt(task("norms_term_vad"))
    assert "Dominance says how much in control one is: -1.00 is most controlled" in text
    with pytest.raises(InputError) as raised:
        task("iimi_basic", dimensions="VAD")
    assert raised.value.problem.field == "metadata.axes.dimensions"


@pytest.mark.parametrize("language", LANGUAGES[1:])
@pytest.mark.parametrize("name", CORE)
def test_a_whole_prompt_is_in_its_language_and_its_numbers_are_untouched(name: str, language: str) -> None:
    english, native = prompt(task(name)), prompt(task(name, language=language))
    numbers = re.compile(r"-?\d\.\d\d")
    assert sorted(numbers.findall(native)) == sorted(numbers.findall(english))
    letters = re.sub(r"JSON", "", native)
    if language not in ("es", "de"):
        assert not re.search("[A-Za-z]", letters)
    labels = {"iimi_basic": BASIC, "emotic_complex": EMOTIC}.get(name, ())
    for label in labels:
        assert words(language).labels[label.casefold()][0] in native


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reasoning", ["direct", "step_by_step"])
@pytest.mark.parametrize("name", CORE)
def test_an_answer_as_the_examples_show_it_is_read_as_right(name: str, language: str, reasoning: str) -> None:
    found = task(name, language=language, reasoning=reasoning, fewshot="nearest", shots=2)
    shown, cue = [], words(language).answer
    for doc in docs_of(found)[:5]:
        blocks = found.engine.doc_to_text(doc).split("\n\n")[1:3]
        shown.append([block.splitlines()[-1] for block in blocks])
        if reasoning == "step_by_step":
            assert all(line.startswith(cue) for line in shown[-1])
    # every example's last line, as an answer to a question with the same label, must be read
    train = {doc["item"].item_id: doc for doc in docs_of(found, FITTED)}
    assert train
    line = shown[0][0]
    answer = line if reasoning == "step_by_step" else line.partition(wording(language).colon.strip())[2].strip()
    [parsed], _ = (
        judge(found.kind, [docs_of(found)[0]["item"]], [to_answer([answer])], None)
        if (found.kind is not get("description"))
        else ([None], None)
    )
    if parsed is not None:
        assert parsed.status == "ok"
        assert parsed.labels


@given(st.integers(0, 2**31), st.sampled_from([BASIC, EMOTIC]))
def test_shuffling_permutes_the_offer_alike_for_a_seed(seed: int, labels: tuple[str, ...]) -> None:
    assert sorted(shuffled(labels, seed)) == sorted(labels)
    assert shuffled(labels, seed) == shuffled(labels, seed)
    assert shuffled(labels, None) == labels


@pytest.mark.parametrize(
    "name", ["iimi_basic", "iimi_basic_mc", "emotic_complex", "emotic_complex_mc", "norms_term_mc"]
)
def test_shuffling_moves_the_offer_and_no_target(name: str) -> None:
    plain, moved = task(name), task(name, label_order=3)
    for one, other in zip(docs_of(plain), docs_of(moved), strict=True):
        assert (one["choices"], one["target"], one["item"].labels) == (
            other["choices"],
            other["target"],
            other["item"].labels,
        )
        offer = [text.engine.doc_to_text(doc) for text, doc in ((plain, one), (moved, other))]
        assert offer[0] != offer[1]
        assert sorted(offer[0]) == sorted(offer[1])
    assert prompt(task("iimi_basic", label_order=1)) != prompt(task("iimi_basic", label_order=2))


@given(st.sampled_from(["0..1", "1..9", "percent"]), st.sampled_from(["numeric", "both"]), st.integers(0, 419))
def test_examples_and_question_stand_on_the_same_scale(scale: str, form: str, number: int) -> None:
    found = task("iimi_basic", scale=scale, va_format=form, decimals=4, fewshot="nearest", shots=3)
    doc = docs_of(found)[number]
    shown = [float(text) for text in re.findall(r"^Valence: ([\d.]+)%?", found.engine.doc_to_text(doc), re.MULTILINE)]
    assert len(shown) == 4
    assert from_scale(shown[-1], scale) == pytest.approx(doc["valence"], abs=1e-3)
    known = [one["valence"] for one in docs_of(found, FITTED)]
    for value in shown[:-1]:
        assert min(abs(from_scale(value, scale) - one) for one in known) < 1e-3
        assert from_scale(value, scale) == pytest.approx(doc["valence"], abs=0.35)


def test_an_example_names_what_its_item_is(lookalike: Path) -> None:
    found = task("emotic_complex", str(lookalike), fewshot="nearest", shots=1, decimals=3)
    items = [doc["item"] for doc in docs_of(found, FITTED)]
    train = {(f"{item.valence:.3f}", f"{item.arousal:.3f}"): item for item in items}
    for doc in docs_of(found):
        lines = found.engine.doc_to_text(doc).split("\n\n")[1].splitlines()
        valence, arousal, answer = (line.partition(": ")[2] for line in lines)
        shown = train[valence, arousal]
        assert json.loads(answer) == list(shown.labels)
        assert shown.cluster_id != doc["item"].cluster_id


def test_definitions_stimuli_and_order_stand_where_they_belong() -> None:
    defined = prompt(task("emotic_complex", definitions=True))
    assert all(f"\n{label}: {definitions()[label.casefold()]}" in defined for label in EMOTIC)
    for number, text in stimuli().items():
        assert prompt(task("iimi_basic", emphasis=number)).startswith(f"{text}\nA person's face")
    assert len(stimuli()) == 21
    turned = prompt(task("iimi_basic", order="AV"))
    assert turned.index("Arousal says") < turned.index("Valence says")
    assert turned.index("\nArousal: ") < turned.index("\nValence: ")
    unsaid = prompt(task("iimi_basic", say_scale=False))
    assert "1.00" not in unsaid.rpartition("\n\n")[0]
    graded = prompt(task("iimi_basic", va_format="lexical", scale="1..9"))
    assert re.search(r"very low \(below 2\.60\).*very high \(above 7\.40\)", graded)
    assert re.search(r"\nValence: (very )?(low|high|medium)\n", graded)


@pytest.mark.parametrize(
    ("axes", "field", "code"),
    [
        ("{emphasis: EP12}", "metadata.axes.emphasis", "type"),
        ("{scael: percent}", "metadata.axes.scael", "unknown"),
        ("{scale: 0..2}", "metadata.axes.scale", "type"),
        ("{decimals: 5}", "metadata.axes.decimals", "range"),
        ("{language: es}", "doc_to_text", "conflict"),
        ("{fewshot: nearest, shots: 32}\n  source: norms", "metadata.source", "duplicate"),
    ],
)
def test_axes_that_do_not_fit_are_refused(tmp_path: Path, axes: str, field: str, code: str) -> None:
    (tmp_path / "mine.yaml").write_text(
        f"include: {_yaml('iimi_basic')}\ntask: mine\nmetadata:\n  version: 1.0\n  title: A variant.\n  source: iimi\n"
        f"  labels: [{', '.join(BASIC)}]\n  main_score: macro_f1\n  axes: {axes}\n"
    )
    with pytest.raises(InputError) as raised:
        load_tasks(["mine"], [tmp_path], SHIPPED)
    assert (raised.value.problem.field, raised.value.problem.code) == (field, code)


def test_a_task_with_its_prompt_written_out_takes_no_axes(tmp_path: Path) -> None:
    text = (
        f"include: {_yaml('iimi_basic')}\ntask: mine\ndoc_to_text: 'V={{{{ valence }}}} A={{{{ arousal }}}}'\n"
        f"metadata:\n  version: 1.0\n  title: One.\n  source: iimi\n"
        f"  labels: [{', '.join(BASIC)}]\n  main_score: macro_f1\n"
    )
    (tmp_path / "mine.yaml").write_text(text)
    assert prompt(load_tasks(["mine"], [tmp_path], SHIPPED)[0]).startswith("V=")
    (tmp_path / "mine.yaml").write_text(f"{text}  axes: {{scale: percent}}\n")
    with pytest.raises(InputError) as raised:
        load_tasks(["mine"], [tmp_path], SHIPPED)
    assert (raised.value.problem.line, raised.value.problem.field) == (10, "metadata.axes.scale")


@pytest.mark.parametrize(("axis", "value"), [("definitions", True), ("emphasis", "NP03")])
def test_english_definitions_and_emphasis_are_refused_in_other_languages(axis: str, value: AxisValue) -> None:
    with pytest.raises(InputError) as raised:
        task("iimi_basic", language="es", **{axis: value})
    assert raised.value.problem.field == "metadata.axes.language"


@pytest.mark.parametrize("name", ["iimi_basic_es", "iimi_basic_zh", "emotic_describe_de"])
def test_a_task_in_another_language_states_the_translation_and_goes_back_to_english(name: str) -> None:
    base, language = name.rsplit("_", 1)
    stated = task(name).engine.config.doc_to_text
    assert stated == wording(language).prompts[base]
    assert stated == task(base, language=language).engine.config.doc_to_text
    assert task(name, language="en", order="AV").hash == task(base, order="AV").hash


def test_the_hash_tells_variants_apart_and_the_default_from_none() -> None:
    axes: list[dict[str, Any]] = [{}, {"scale": "percent"}, {"language": "es"}, {"fewshot": "nearest"}, {"shots": 5}]
    assert len({task("iimi_basic", **one).hash for one in axes}) == len(axes)


def test_variants_do_not_share_their_documents_prompts() -> None:
    one, other = task("iimi_basic", scale="percent"), task("iimi_basic")
    assert "%" in docs_of(one)[0]["values"]
    assert "%" not in docs_of(other)[0]["values"]
    assert docs_of(one)[0]["choices"] is docs_of(other)[0]["choices"]
    assert replace(one.question, axes=other.question.axes) == other.question


def _yaml(name: str) -> Path:
    from harness.tasks.catalogue import find

    return find()[name].path
