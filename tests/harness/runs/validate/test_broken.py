"""Broken task YAMLs with one fault each: validation finds it at its line and key, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.tasks import checks
from harness.tasks.features import SHIPPED
from harness.tasks.load import load_tasks
from harness.tasks.yamlfile import read
from tests.harness.runs.validate.writing import SOUND, changed, check
from va_extractor.common.errors import InputError

LABELS = "[anger, disgust, fear, happiness, neutral, sadness, surprise]"
MC = (
    SOUND.replace("single_label_dataset", "single_label_indexed")
    .replace("output_type: generate_until", "output_type: multiple_choice")
    .replace("doc_to_target: target", "doc_to_choice: choices\ndoc_to_target: target")
    .replace('generation_kwargs: {until: ["\\n\\n"], max_gen_toks: 64}\n', "")
)

# what is replaced, by what, and line (from 1), field and code of the problem
BROKEN: list[tuple[str, str, int, str | None, str]] = [
    # YAML
    ("version: 1.0", "version: [1.0", 19, None, "unreadable"),
    ("  title: Name", "\ttitle: Name", 19, None, "unreadable"),
    ("title: Name the emotion.", "title: Name: the emotion.", 19, None, "unreadable"),
    ("task: mine", "task: 'mine", 9, None, "unreadable"),
    ("  source: iimi", "   source: iimi", 20, None, "unreadable"),
    ("task: mine", "task: mine\ntask: other", 2, "task", "duplicate"),
    ("  source: iimi", "  source: iimi\n  source: emotic", 21, "metadata.source", "duplicate"),
    ("version: 1.0", "version: &one 1.0\n  title: *one", 19, None, "unsafe"),
    ("version: 1.0", "version: " + "[" * 20 + "]" * 20, 18, None, "limit"),
    ("version: 1.0", "version: !!python/name:os.system x", 18, None, "unreadable"),
    ("version: 1.0", "version: 2020-13-45", 18, None, "unreadable"),
    ("version: 1.0", "version: !function [a, b]", 18, None, "unreadable"),
    # keys
    ("doc_to_target", "doc_to_taget", 13, "doc_to_taget", "unknown"),
    ("training_split", "train_split", 3, "train_split", "unknown"),
    ("title: Name", "tittle: x\n  title: Name", 19, "metadata.tittle", "unknown"),
    ("max_gen_toks: 64", "max_gen_toks: 64, max_tokens: 3", 16, "generation_kwargs.max_tokens", "unknown"),
    ("task: mine", "task: mine\ndataset_path: org/name", 2, "dataset_path", "unsafe"),
    ("task: mine", "task: mine\ntag: iimi_basic", 2, "tag", "unsafe"),
    ("task: mine", "task: mine\nclass: x", 2, "class", "unsafe"),
    ("task: mine", "task: mine\nfilter_list: [{name: a, filter: [{function: lowercase}]}]", 2, "filter_list", "unsafe"),
    ("task: mine", "task: mine\nprocess_docs: x", 2, "process_docs", "unsafe"),
    ("task: mine", "task: mine\nrepeats: 1000000", 2, "repeats", "unknown"),
    # types and ranges
    ("task: mine", "task: 12", 1, "task", "type"),
    ("task: mine", "task: ../../mine", 1, "task", "type"),
    ("max_gen_toks: 64", "max_gen_toks: many", 16, "generation_kwargs.max_gen_toks", "type"),
    ("max_gen_toks: 64", "max_gen_toks: 0", 16, "generation_kwargs.max_gen_toks", "range"),
    ("max_gen_toks: 64", "max_gen_toks: 64, temperature: -1", 16, "generation_kwargs.temperature", "range"),
    ("max_gen_toks: 64", "max_gen_toks: 64, do_sample: maybe", 16, "generation_kwargs.do_sample", "type"),
    ('until: ["\\n\\n"]', "until: stop", 16, "generation_kwargs.until", "type"),
    ("output_type: generate_until", "output_type: generate", 6, "output_type", "type"),
    ("output_type: generate_until", "output_type: loglikelihood", 6, "output_type", "type"),
    ("test_split: test", "test_split: train", 5, "test_split", "type"),
    (f"labels: {LABELS}", "labels: anger", 21, "metadata.labels", "type"),
    (f"labels: {LABELS}", "labels: [anger]", 21, "metadata.labels", "range"),
    ("surprise]", "surprise, 3]", 21, "metadata.labels.7", "type"),
    ("[anger", "[yes, anger", 21, "metadata.labels.0", "type"),
    ("version: 1.0", "version: .nan", 18, "metadata.version", "type"),
    ("version: 1.0", "version: one", 18, "metadata.version", "type"),
    ("version: 1.0", "version: '1.0'", 18, "metadata.version", "type"),
    ("version: 1.0", "version: -3", 18, "metadata.version", "range"),
    ("max_gen_toks: 64", "max_gen_toks: 64, do_sample: true, temperature: 0.0", 16, "generation_kwargs.do_sample",
     "conflict"),
    ("max_gen_toks: 64", "max_gen_toks: 64, do_sample: true", 16, "generation_kwargs.do_sample", "conflict"),
    ("max_gen_toks: 64", "max_gen_toks: 64, temperature: 0.7", 16, "generation_kwargs.temperature", "conflict"),
    ('until: ["\\n\\n"]', 'until: ["\\n\\n", ""]', 16, "generation_kwargs.until.1", "conflict"),
    ("title: Name the emotion.", "title: 3", 19, "metadata.title", "type"),
    ("source: iimi", "source: ../iimi", 20, "metadata.source", "type"),
    ("!function harness.tasks.functions.single_label_score", "score", 14, "process_results", "type"),
    # what is missing
    ("  version: 1.0\n", "", 17, "metadata.version", "missing"),
    ("  title: Name the emotion.\n", "", 17, "metadata.title", "missing"),
    ("  source: iimi\n", "", 17, "metadata.source", "missing"),
    ("  main_score: macro_f1\n", "", 17, "metadata.main_score", "missing"),
    (f"  labels: {LABELS}\n", "", 17, "metadata.labels", "missing"),
    ("doc_to_target: target\n", "", 1, "doc_to_target", "missing"),
    ("test_split: test\n", "", 1, "test_split", "missing"),
    (", max_gen_toks: 64", "", 16, "generation_kwargs.max_gen_toks", "missing"),
    # includes
    ("task: mine", "include: nowhere.yaml\ntask: mine", 1, "include", "missing"),
    ("task: mine", "include: mine.yaml\ntask: mine", 1, "include", "conflict"),
    ("task: mine", "include: [3]\ntask: mine", 1, "include", "type"),
    # prompts
    ("format(valence)", "format(valance)", 10, "doc_to_text", "unknown"),
    ("format(arousal)", "format(arousal", 11, "doc_to_text", "unsafe"),
    ("{{ choices | join(', ') }}", "{% if choices %}{{ choices }}", 11, "doc_to_text", "unsafe"),
    ("{{ choices | join(', ') }}", "{{ choices | jion(', ') }}", 9, "doc_to_text", "unsafe"),
    ("'%.2f' | format(valence)", "valence * 0", 7, "doc_to_text", "conflict"),
    ("'%.2f' | format(valence)", "'%d' | format(valence)", 7, "doc_to_text", "conflict"),
    ("'%.2f' | format(arousal)", "'low' if arousal < -0.95 else 'high'", 7, "doc_to_text", "conflict"),
    ("Emotion:", "{{ dominance }} Emotion:", 7, "doc_to_text", "missing"),
    ("Emotion:", "{{ '%s' | format(dominance) }} Emotion:", 7, "doc_to_text", "missing"),
    ("Emotion:", "{{ 'D: ' ~ dominance }} Emotion:", 7, "doc_to_text", "missing"),
    ("Emotion:", "{{ [valence, dominance] | join }} Emotion:", 7, "doc_to_text", "missing"),
    ("Emotion:", "{{ dominance | float }} Emotion:", 7, "doc_to_text", "missing"),
    ("{{ choices | join(', ') }}", "joy, rage or love", 7, "doc_to_text",
     "conflict"),
    ("{{ choices | join(', ') }}", "danger, {{ choices[1:] | join(', ') }}", 7, "doc_to_text", "conflict"),
    ("{{ choices | join(', ') }}", "{{ choices | join }}", 7, "doc_to_text", "conflict"),
    ('until: ["\\n\\n"]', "until: [anger]", 16, "generation_kwargs.until.0", "conflict"),
    ('until: ["\\n\\n"]', 'until: ["\\n\\n", PRIS]', 16, "generation_kwargs.until.1", "conflict"),
    ("{{ choices | join(', ') }}", "{{ labels[0] }}", 9, "doc_to_text", "conflict"),
    ("{{ choices | join(', ') }}", "{{ target }}", 9, "doc_to_text", "conflict"),
    ("{{ choices | join(', ') }}", "{{ choices[9] }}", 7, "doc_to_text", "missing"),
    ("  Arousal: {{ '%.2f' | format(arousal) }}", "  Dom: {{ '%.1f' | format(dominance) }}", 7, "doc_to_text",
     "missing"),
    ("{{ choices | join(', ') }}", "{{ 'x' * 9 }}", 7, "doc_to_text", "missing"),
    ("Emotion:", "Emotion:" + " word" * 2000, 7, "doc_to_text", "limit"),
    # labels
    ("surprise]", "surprise, Anger]", 21, "metadata.labels.7", "duplicate"),
    ("surprise]", "surprise, surprised]", 21, "metadata.labels.7", "duplicate"),
    ("surprise]", "surprise, boredom]", 21, "metadata.labels.7", "missing"),
    ("neutral, ", "", 21, "metadata.labels", "unknown"),
    # what does not fit
    ("main_score: macro_f1", "main_score: macro_f2", 22, "metadata.main_score", "unknown"),
    ("main_score: macro_f1", "main_score: macro_auc", 22, "metadata.main_score", "conflict"),
    ("metric_list: !function harness.tasks.functions.single_label_metrics", "metric_list: [{metric: acc}]", 15,
     "metric_list", "type"),
    ("single_label_score", "ranking_score", 14, "process_results", "conflict"),
    ("single_label_metrics", "choice_metrics", 15, "metric_list", "conflict"),
    ("single_label_metrics", "single_label_score", 15, "metric_list", "conflict"),
    ("single_label_dataset", "single_label_indexed", 2, "custom_dataset", "conflict"),
    ("single_label_dataset", "single_label_documents", 2, "custom_dataset", "unsafe"),
    ("doc_to_target: target", "doc_to_target: target\ndoc_to_choice: choices", 14, "doc_to_choice", "conflict"),
    ("doc_to_target: target", "doc_to_target: valence", 13, "doc_to_target", "conflict"),
    ('generation_kwargs: {until: ["\\n\\n"], max_gen_toks: 64}\n', "", 1, "generation_kwargs", "missing"),
    # documents
    ("source: iimi", "source: affectnet", 20, "metadata.source", "missing"),
]  # fmt: skip


def test_the_yaml_that_is_broken_here_is_sound(tmp_path: Path) -> None:
    report = check(tmp_path, SOUND, controls=True)
    assert report.problems == []
    assert [control.name for control in report.controls] == ["oracle", "uniform", "majority", "shuffled"]
    assert check(tmp_path, MC, controls=True).problems == []


@pytest.mark.parametrize(
    "prompt",
    [
        "{% if dominance is not none %}Dominance: {{ dominance }}{% endif %} Emotion:",
        "{{ dominance if dominance else 'Not known' }} {% if dominance == none %}...{% endif %} Emotion:",
    ],
)
def test_a_column_that_is_missing_may_be_asked_for_but_not_printed(tmp_path: Path, prompt: str) -> None:
    assert check(tmp_path, changed("Emotion:", prompt)).problems == []


def test_names_that_are_offered_as_near_fit_the_task(tmp_path: Path) -> None:
    [found] = check(tmp_path, changed("main_score: macro_f1", "main_score: acc")).problems
    near, _, fitting = str(found.hint).partition("; take one of ")
    assert near.split("'")[1] in fitting.split(", ")


@pytest.mark.parametrize("case", BROKEN, ids=[f"{row[3]} {row[4]}" for row in BROKEN])
def test_one_problem_is_found_at_its_line_and_key(tmp_path: Path, case: tuple[str, str, int, str | None, str]) -> None:
    old, new, line, key, code = case
    [found] = check(tmp_path, changed(old, new)).errors
    assert (found.file, found.line, found.field, found.code) == (tmp_path / "mine.yaml", line, key, code), str(found)
    assert found.hint


@pytest.mark.parametrize(("old", "new"), [row[:2] for row in BROKEN[::6]])
def test_loading_raises_the_problem_that_validation_reports(tmp_path: Path, old: str, new: str) -> None:
    [found] = check(tmp_path, changed(old, new)).errors
    by_yaml = checks.of_yaml(read(tmp_path / "mine.yaml", [tmp_path]), [tmp_path])
    if not all(problem.remark for problem in by_yaml):
        with pytest.raises(InputError) as raised:
            load_tasks(["mine"], [tmp_path], SHIPPED)
        assert raised.value.problem == found
