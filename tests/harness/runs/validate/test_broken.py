"""Broken task YAMLs, one fault each: the fault is found, at its line and key, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness.runs.validate.writing import SOUND, changed, check

LABELS = "[anger, disgust, fear, happiness, neutral, sadness, surprise]"
MC = (
    SOUND.replace("single_label.dataset", "single_label.indexed")
    .replace("output_type: generate_until", "output_type: multiple_choice")
    .replace("doc_to_target: target", "doc_to_choice: choices\ndoc_to_target: target")
    .replace('generation_kwargs: {until: ["\\n\\n"], max_gen_toks: 64}\n', "")
)

# what is replaced, by what, the line (from 1) and key to be named, and a word of the message
BROKEN: list[tuple[str, str, int, str, str]] = [
    # YAML
    ("version: 1.0", "version: [1.0", 19, "-", "not valid YAML"),
    ("  title: Name", "\ttitle: Name", 19, "-", "not valid YAML"),
    ("title: Name the emotion.", "title: Name: the emotion.", 19, "-", "not valid YAML"),
    ("task: mine", "task: 'mine", 9, "-", "not valid YAML"),
    ("  source: iimi", "   source: iimi", 20, "-", "not valid YAML"),
    ("task: mine", "task: mine\ntask: other", 2, "task", "twice"),
    ("  source: iimi", "  source: iimi\n  source: emotic", 21, "metadata.source", "twice"),
    ("version: 1.0", "version: &one 1.0\n  licence: *one", 19, "-", "alias"),
    ("version: 1.0", "version: " + "[" * 20 + "]" * 20, 18, "-", "nested"),
    ("version: 1.0", "version: !!python/name:os.system x", 18, "-", "not valid YAML"),
    ("version: 1.0", "version: 2020-13-45", 18, "-", "not valid YAML"),
    ("version: 1.0", "version: !function [a, b]", 18, "-", "one name"),
    # keys
    ("doc_to_target", "doc_to_taget", 13, "doc_to_taget", "did you mean doc_to_target"),
    ("training_split", "train_split", 3, "train_split", "did you mean training_split"),
    ("title: Name", "tittle: x\n  title: Name", 19, "metadata.tittle", "did you mean title"),
    ("max_gen_toks: 64", "max_gen_toks: 64, max_tokens: 3", 16, "generation_kwargs.max_tokens", "max_gen_toks"),
    ("task: mine", "task: mine\ndataset_path: org/name", 2, "dataset_path", "not pinned"),
    ("task: mine", "task: mine\ntag: iimi_basic", 2, "tag", "place of another task"),
    ("task: mine", "task: mine\nclass: x", 2, "class", "no Python class"),
    ("task: mine", "task: mine\nrepeats: 1000000", 2, "repeats", "unknown key"),
    # types and ranges
    ("task: mine", "task: 12", 1, "task", "int"),
    ("task: mine", "task: ../../mine", 1, "task", "no name"),
    ("max_gen_toks: 64", "max_gen_toks: many", 16, "generation_kwargs.max_gen_toks", "many"),
    ("max_gen_toks: 64", "max_gen_toks: 0", 16, "generation_kwargs.max_gen_toks", "greater than or equal to 1"),
    ("max_gen_toks: 64", "max_gen_toks: 64, temperature: -1", 16, "generation_kwargs.temperature", "greater"),
    ("max_gen_toks: 64", "max_gen_toks: 64, do_sample: maybe", 16, "generation_kwargs.do_sample", "boolean"),
    ('until: ["\\n\\n"]', "until: stop", 16, "generation_kwargs.until", "list"),
    ("output_type: generate_until", "output_type: generate", 6, "output_type", "generate_until"),
    ("output_type: generate_until", "output_type: loglikelihood", 6, "output_type", "multiple_choice"),
    ("test_split: test", "test_split: train", 5, "test_split", "test"),
    (f"labels: {LABELS}", "labels: anger", 21, "metadata.labels", "list"),
    (f"labels: {LABELS}", "labels: [anger]", 21, "metadata.labels", "at least 2"),
    ("surprise]", "surprise, 3]", 21, "metadata.labels.7", "in quotes"),
    ("[anger", "[yes, anger", 21, "metadata.labels.0", "in quotes"),
    (
        "task: mine",
        "task: mine\nfilter_list: [{name: a, filter: [{function: lowercase}]}, "
        "{name: b, filter: [{function: uppercase}]}]",
        2, "filter_list", "has 2 entries; give at most 1",
    ),
    ("version: 1.0", "version: .nan", 18, "metadata.version", "finite number"),
    ("version: 1.0", "version: one", 18, "metadata.version", "valid number"),
    ("version: 1.0", "version: '1.0'", 18, "metadata.version", "valid number"),
    ("version: 1.0", "version: -3", 18, "metadata.version", "greater than 0"),
    ("max_gen_toks: 64", "max_gen_toks: 64, do_sample: true, temperature: 0.0", 16, "generation_kwargs.do_sample",
     "the temperature is 0"),
    ("max_gen_toks: 64", "max_gen_toks: 64, do_sample: true", 16, "generation_kwargs.do_sample", "is not said"),
    ("max_gen_toks: 64", "max_gen_toks: 64, temperature: 0.7", 16, "generation_kwargs.temperature", "not to be drawn"),
    ('until: ["\\n\\n"]', 'until: ["\\n\\n", ""]', 16, "generation_kwargs.until.1", "ends every answer at once"),
    ("title: Name the emotion.", "title: 3", 19, "metadata.title", "in quotes"),
    ("source: iimi", "source: ../iimi", 20, "metadata.source", "no name"),
    ("!function harness.tasks.functions.single_label.score", "score", 14, "process_results", "no function"),
    ("task: mine", "task: mine\nnum_fewshot: 0", 2, "num_fewshot", "greater than or equal to 1"),
    ("task: mine", "task: mine\nnum_fewshot: '2'", 2, "num_fewshot", "integer"),
    ("task: mine", "task: mine\ntarget_delimiter: 3", 2, "target_delimiter", "in quotes"),
    # what is missing
    ("  version: 1.0\n", "", 17, "metadata.version", "missing"),
    ("  title: Name the emotion.\n", "", 17, "metadata.title", "missing"),
    ("  source: iimi\n", "", 17, "metadata.source", "missing"),
    ("  headline: macro_f1\n", "", 17, "metadata.headline", "missing"),
    (f"  labels: {LABELS}\n", "", 17, "metadata.labels", "missing"),
    ("doc_to_target: target\n", "", 1, "doc_to_target", "missing"),
    ("test_split: test\n", "", 1, "test_split", "missing"),
    (", max_gen_toks: 64", "", 16, "generation_kwargs.max_gen_toks", "missing"),
    ("fewshot_split: train\n", "num_fewshot: 3\n", 4, "num_fewshot", "no split"),
    # includes
    ("task: mine", "include: nowhere.yaml\ntask: mine", 1, "include", "no such file"),
    ("task: mine", "include: mine.yaml\ntask: mine", 1, "include", "again"),
    ("task: mine", "include: [3]\ntask: mine", 1, "include", "file name"),
    # prompts
    ("format(valence)", "format(valance)", 10, "doc_to_text", "did you mean valence"),
    ("format(arousal)", "format(arousal", 11, "doc_to_text", "not Jinja"),
    ("{{ choices | join(', ') }}", "{% if choices %}{{ choices }}", 11, "doc_to_text", "not Jinja"),
    ("{{ choices | join(', ') }}", "{{ choices | jion(', ') }}", 9, "doc_to_text", "filter 'jion'"),
    ("'%.2f' | format(valence)", "valence * 0", 7, "doc_to_text", "hides valence: it tells 0 of 105 pairs"),
    ("'%.2f' | format(valence)", "'%d' | format(valence)", 7, "doc_to_text", "hides valence"),
    ("'%.2f' | format(arousal)", "'low' if arousal < -0.95 else 'high'", 7, "doc_to_text", "hides arousal"),
    ("Emotion:", "{{ dominance }} Emotion:", 7, "doc_to_text", "no dominance"),
    ("Emotion:", "{{ '%s' | format(dominance) }} Emotion:", 7, "doc_to_text", "no dominance"),
    ("Emotion:", "{{ 'D: ' ~ dominance }} Emotion:", 7, "doc_to_text", "no dominance"),
    ("Emotion:", "{{ [valence, dominance] | join }} Emotion:", 7, "doc_to_text", "no dominance"),
    ("Emotion:", "{{ dominance | float }} Emotion:", 7, "doc_to_text", "no dominance"),
    ("{{ choices | join(', ') }}", "joy, rage or love", 7, "doc_to_text",
     "'anger', 'disgust', 'fear', 'happiness', 'neutral' and 2 more"),
    ("{{ choices | join(', ') }}", "danger, {{ choices[1:] | join(', ') }}", 7, "doc_to_text", "name 'anger', which"),
    ("{{ choices | join(', ') }}", "{{ choices | join }}", 7, "doc_to_text", "420 of 420 items"),
    ('until: ["\\n\\n"]', "until: [anger]", 16, "generation_kwargs.until.0", "within the answer 'anger'"),
    ('until: ["\\n\\n"]', 'until: ["\\n\\n", PRIS]', 16, "generation_kwargs.until.1", "within the answer 'surprise'"),
    ("{{ choices | join(', ') }}", "{{ labels[0] }}", 9, "doc_to_text", "gives the answer away"),
    ("{{ choices | join(', ') }}", "{{ target }}", 9, "doc_to_text", "gives the answer away"),
    ("{{ choices | join(', ') }}", "{{ choices[9] }}", 7, "doc_to_text", "does not render on 420 of 420"),
    ("  Arousal: {{ '%.2f' | format(arousal) }}", "  Dom: {{ '%.1f' | format(dominance) }}", 7, "doc_to_text",
     "no dominance"),
    ("{{ choices | join(', ') }}", "{{ 'x' * 9 }}", 7, "doc_to_text", "multiplies something"),
    ("Emotion:", "Emotion:" + " word" * 2000, 7, "doc_to_text", "characters, more than 8000"),
    # labels
    ("surprise]", "surprise, Anger]", 21, "metadata.labels.7", "same text"),
    ("surprise]", "surprise, surprised]", 21, "metadata.labels.7", "the beginning of"),
    ("surprise]", "surprise, boredom]", 21, "metadata.labels.7", "true of no item"),
    ("neutral, ", "", 21, "metadata.labels", "unknown label 'neutral'"),
    # what does not fit
    ("headline: macro_f1", "headline: macro_f2", 22, "metadata.headline", "did you mean macro_f1"),
    ("headline: macro_f1", "headline: macro_auc", 22, "metadata.headline", "does not fit"),
    ("metric_list: !function harness.tasks.functions.single_label.metrics", "metric_list: [{metric: acc}]", 15,
     "metric_list.0.metric", "no metric 'acc'"),
    ("single_label.score", "ranking.score", 14, "process_results", "kind ranking"),
    ("single_label.metrics", "choice.metrics", 15, "metric_list", "kind choice"),
    ("single_label.metrics", "single_label.score", 15, "metric_list", "not made for this key"),
    ("single_label.dataset", "single_label.indexed", 2, "custom_dataset", "does not go with generate_until"),
    ("single_label.dataset", "single_label.documents", 2, "custom_dataset", "no function"),
    ("doc_to_target: target", "doc_to_target: target\ndoc_to_choice: choices", 14, "doc_to_choice", "no part"),
    ("doc_to_target: target", "doc_to_target: valence", 13, "doc_to_target", "not the right answer"),
    ('generation_kwargs: {until: ["\\n\\n"], max_gen_toks: 64}\n', "", 1, "generation_kwargs", "missing"),
    ("task: mine", "task: mine\nfilter_list: [{name: a, filter: [{function: lowcase}]}]", 2,
     "filter_list.0.filter.0.function", "no filter 'lowcase'"),
    # documents
    ("source: iimi", "source: affectnet", 20, "metadata.source", "no source 'affectnet'"),
]  # fmt: skip


def test_the_yaml_that_is_broken_here_is_sound(tmp_path: Path) -> None:
    report = check(tmp_path, SOUND, controls=True)
    assert report.findings == []
    assert [control.name for control in report.controls] == ["oracle", "uniform", "majority", "shuffled"]
    assert check(tmp_path, MC, controls=True).findings == []


@pytest.mark.parametrize(
    "prompt",
    [
        "{% if dominance is not none %}Dominance: {{ dominance }}{% endif %} Emotion:",
        "{{ dominance if dominance else 'Not known' }} {% if dominance == none %}...{% endif %} Emotion:",
    ],
)
def test_a_column_that_is_missing_may_be_asked_for_but_not_printed(tmp_path: Path, prompt: str) -> None:
    assert check(tmp_path, changed("Emotion:", prompt)).findings == []


def test_names_that_are_offered_as_near_fit_the_task(tmp_path: Path) -> None:
    metric_list = "metric_list: !function harness.tasks.functions.single_label.metrics"
    [found] = check(tmp_path, changed(metric_list, "metric_list: [{metric: acc}]")).findings
    offered = found.what.partition("did you mean ")[2].rstrip("?)").split(" or ")
    assert set(filter(None, offered)) <= set(found.mend.removeprefix("take one of ").split(", "))


@pytest.mark.parametrize("case", BROKEN, ids=[f"{row[3]} {row[4]}" for row in BROKEN])
def test_one_fault_is_found_at_its_line_and_key(tmp_path: Path, case: tuple[str, str, int, str, str]) -> None:
    old, new, line, key, words = case
    found = [finding for finding in check(tmp_path, changed(old, new)).findings if finding.error]
    assert [(one.line, one.key) for one in found] == [(line, key)], [str(one) for one in found]
    assert words in str(found[0])
    assert str(found[0]).startswith(f"{tmp_path / 'mine.yaml'}:{line} {key}: ")
    assert found[0].mend
