"""What a hostile task YAML may try: each is refused before anything it names is imported, read or rendered at length.

Every attack is tried on the way of a run (`load_tasks`, as `--include_path` does) and on that of `validate`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from harness.cli import main
from harness.tasks import yamlfile as taskfile
from harness.tasks.load import load_tasks
from harness.tasks.prompts import sandbox
from tests.harness.runs.validate.writing import SOUND, changed, check
from va_extractor.common.errors import InputError, Problem

CODE = """
from pathlib import Path

Path({canary!r}).write_text("ran")

def run(*args, **kwargs):
    Path({canary!r}).write_text("ran")

Task = run
"""
DATASET = "custom_dataset: !function harness.tasks.functions.single_label_dataset"
FUNCTIONS = [
    "os.system",
    "subprocess.Popen",
    "builtins.eval",
    "builtins.exec",
    "pickle.loads",
    "importlib.import_module",
    "harness.record.folder.write_run",
    "harness.tasks.functions._kind.Dataset",
    "harness.tasks.functions.single_label.Dataset",
    "harness.tasks.functions.single_label.__builtins__",
    "harness.tasks.functions.single_label_dataset.__class__",
    "harness.tasks.functions..single_label.dataset",
    "harness.tasks.functions.single_label_dataset ",
    "harness.tasks.functions.evil_dataset",
    "evil.run",
    "evil.__builtins__",
    "sub.evil.run",
    "..evil.run",
    "/srv/evil.run",
    "sys",
    "",
]
ELSEWHERE = {
    "in a list of metrics": changed("harness.tasks.functions.single_label_metrics", "evil.run"),
    "as the scorer": changed("harness.tasks.functions.single_label_score", "evil.run"),
    "as the prompt": SOUND + "gen_prefix: !function evil.run\n",
    "before the documents": SOUND + "process_docs: !function evil.run\n",
    "within metadata": changed("source: iimi", "source: !function evil.run"),
    "within generation arguments": changed("max_gen_toks: 64", "max_gen_toks: !function evil.run"),
    "as an aggregation": changed(
        "!function harness.tasks.functions.single_label_metrics",
        "[{metric: accuracy, aggregation: !function evil.run}]",
    ),
    "as a sampler": SOUND + "fewshot_config: {sampler: !function evil.run}\n",
    "as a filter": SOUND + "filter_list: [{name: a, filter: [{function: custom, filter_fn: !function evil.run}]}]\n",
    "as a class": SOUND + "class: !function evil.Task\n",
    "as an object of Python": changed("version: 1.0", "version: !!python/object/apply:os.system [true]"),
    "as a name of Python": changed("version: 1.0", "version: !!python/name:os.system"),
    "as another task's tag": SOUND + "tag: iimi_basic\n",
    "as code of a model": SOUND + "unsafe_code: true\n",
    "as a dataset with a script": SOUND + "dataset_path: evil.py\n",
}
TEMPLATES = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ valence['__class__'] }}",
    "{{ valence | attr('__class__') }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ self.__init__ }}",
    "{{ joiner.__init__.__globals__['os'].system('true') }}",
    "{{ choices.append('x') }}",
    "{{ choices.__len__() }}",
    "{% include '/etc/passwd' %}",
    "{% import '/etc/passwd' as x %}",
    "{% extends '/etc/passwd' %}",
    "{% for i in range(99999) %}{% for j in range(99999) %}x{% endfor %}{% endfor %}",
    "{% for a in choices %}{% for b in choices %}{% for c in choices %}x{% endfor %}{% endfor %}{% endfor %}",
    "{% for a in choices recursive %}{{ loop(choices) }}{% endfor %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% set x = 'xxxxxxxx' %}" + "{% set x = x ~ x %}" * 40 + "{{ x }}",
    "{{ 'a' * 999999999 }}",
    "{{ choices * 999999 }}",
    "{{ 9 ** 9 ** 9 ** 9 }}",
    "{{ 99999999999999999999 }}",
    "{{ '%999999999d' | format(1) }}",
    "{{ '%*d' | format(999999999, 1) }}",
    "{{ '%.999999999f' | format(1.0) }}",
    "{{ '%999999999d' % 1 }}",
    "{{ '{:>999999999}'.format(1) }}",
    "{{ 'x' | center(999999999) }}",
    "{{ 'x' | indent(999999999) }}",
    "{{ 'a'" + " | replace('a', 'aaaaaaaaaaaaaaaa')" * 12 + " }}",
    "{{ 'aa'" + " | join('aaaaaaaaaaaaaaaa')" * 12 + " }}",
    "{{ lipsum(n=99999) }}",
    "{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' | regex_replace('(a+)+$', '') }}",
    "{% filter upper %}x{% endfilter %}",
    "{% call x() %}x{% endcall %}",
    "{% raw %}" + "x" * 30_000 + "{% endraw %}",
    "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
    "{{ " + "-" * 500 + "1 }}",
    "{{ [" + "1," * 1000 + "] }}",
    "{% for a in [choices, choices] %}{{ a }}{% endfor %}",
    "{{ valence | map('upper') }}",
    "{{ debug }}{% debug %}",
]
PATHS = {
    "an include of the system": SOUND + "include: /etc/passwd\n",
    "an include above": SOUND + "include: ../outside.yaml\n",
    "an include by a link": SOUND + "include: link.yaml\n",
    "an include of a device": SOUND + "include: /dev/zero\n",
    "a source above": changed("source: iimi", "source: ../../outside"),
    "a source by its path": changed("source: iimi", "source: /etc"),
    "a name that leaves the run folder": changed("task: mine", "task: ../../mine"),
    "features of its own": changed("source: iimi", "source: iimi\n  features: /etc"),
    "a laughing list": "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n" + SOUND,
    "a laughing merge": "a: &a {x: 1}\nb: {<<: [*a, *a]}\n" + SOUND,
    "a deep nest": SOUND + "include: " + "[" * 50_000 + "\n",
    "a long file": SOUND + "#" * 300_000 + "\n",
    "a number without end": changed("version: 1.0", "version: " + "9" * 6000),
}
OPTIONS = ["/etc/passwd", "../outside.csv", "link.csv", "/dev/zero", ".", "x\0y", "folder"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of tasks with code beside them, and files outside that a task must not reach."""
    tasks = tmp_path / "tasks"
    (tasks / "sub").mkdir(parents=True)
    (tasks / "folder").mkdir()
    code = CODE.format(canary=str(tmp_path / "canary"))
    for path in (tasks / "evil.py", tasks / "sub" / "evil.py", tmp_path / "evil.py"):
        path.write_text(code, encoding="utf-8")
    (tmp_path / "outside.yaml").write_text("doc_to_text: reached\n", encoding="utf-8")
    (tmp_path / "outside.csv").write_text("term,option_1\n", encoding="utf-8")
    (tasks / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    (tasks / "link.csv").symlink_to(tmp_path / "outside.csv")
    return tasks


def refuse(folder: Path, text: str) -> Problem:
    """Try a YAML both ways; return the problem that loading raises."""
    report = check(folder, text)
    assert report.errors
    with pytest.raises(InputError) as refused:
        load_tasks(["mine"], [folder], "shipped")
    assert not (folder.parent / "canary").exists()
    assert "\n" not in str(refused.value)
    return refused.value.problem


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_that_is_not_ours_is_refused(folder: Path, name: str) -> None:
    found = refuse(folder, SOUND.replace(DATASET, f"custom_dataset: !function '{name}'"))
    assert (found.line, found.field, found.code) == (2, "custom_dataset", "unsafe")


@pytest.mark.parametrize("text", ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_code_is_refused_wherever_it_stands(folder: Path, text: str) -> None:
    refuse(folder, text)


@pytest.mark.parametrize("template", TEMPLATES, ids=[template[:50] for template in TEMPLATES])
def test_a_template_that_does_more_than_fill_in_is_refused(folder: Path, template: str) -> None:
    refuse(folder, changed("Emotion:", template))
    values = {"valence": 0.5, "arousal": 0.1, "choices": ["anger"] * 26}
    with pytest.raises(sandbox.BadTemplateError):
        sandbox.render(template, values)


@pytest.mark.parametrize("text", PATHS.values(), ids=PATHS.keys())
def test_a_file_outside_the_folder_or_too_large_is_refused(folder: Path, text: str) -> None:
    assert "reached" not in str(refuse(folder, text))


@pytest.mark.parametrize("name", OPTIONS)
def test_options_outside_the_folder_are_refused(folder: Path, name: str) -> None:
    text = SOUND.replace("single_label", "choice").replace("macro_f1", "accuracy")
    quoted = name.replace("\0", "\\0")
    text = (
        text.replace("  labels: [", f'  options: "{quoted}"\n#[').replace("training_split", "#").replace("fewshot", "#")
    )
    assert refuse(folder, text).field == "metadata.options"


def test_no_control_character_of_a_yaml_reaches_the_terminal(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "mine.yaml").write_text(changed("title: Name the emotion.", 'title: "\\e[2Jgone\\n"'), encoding="utf-8")
    assert main(["ls", "tasks", "--include_path", str(folder)]) == 0
    for broken in (changed("task: mine", 'task: "\\e[2J"'), changed("task: mine", 'task: mine\n"\\e[2J": 1')):
        (folder / "mine.yaml").write_text(broken, encoding="utf-8")
        assert main(["validate", str(folder / "mine.yaml"), "--no-controls"]) == 1
    printed = capsys.readouterr()
    assert "\x1b" not in printed.out + printed.err


def test_an_endless_file_of_options_is_refused(folder: Path) -> None:
    with (folder / "options.csv").open("wb") as file:
        file.truncate(1024**3)
    text = SOUND.replace("single_label", "choice").replace("macro_f1", "accuracy")
    text = text.replace("  labels: [", "  options: options.csv\n#[")
    found = refuse(folder, text)
    assert (found.field, found.code) == ("metadata.options", "limit")


def test_a_module_beside_a_yaml_cannot_take_the_place_of_ours(folder: Path) -> None:
    shadow = folder / "harness" / "functions"
    shadow.mkdir(parents=True)
    (shadow / "single_label.py").write_text(CODE.format(canary=str(folder.parent / "canary")), encoding="utf-8")
    (folder / "mine.yaml").write_text(SOUND, encoding="utf-8")
    [task] = load_tasks(["mine"], [folder], "shipped")
    assert len(task.engine.eval_docs) == 420
    assert not (folder.parent / "canary").exists()


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ '%.2f' | format(valence) }}", "0.50"),
        ("{{ '%+.0f%%' | format(valence * 100) }}", "+50%"),
        ("{{ choices | join(', ') }}", "anger, fear"),
        ("{{ choices[0] | upper }}/{{ choices[-1] }}/{{ choices[:1] | join }}", "ANGER/fear/anger"),
        ("{% for choice in choices %}{{ loop.index }}. {{ choice }}\n{% endfor %}", "1. anger\n2. fear\n"),
        ("{% if dominance is none %}-{% elif valence > 0 and not arousal < 0 %}+{% endif %}", "-"),
        ("{{ 'high' if valence > 0.3 else 'low' }} {{ (valence * 4 + 5) | round(1) }}", "high 7.0"),
        ("{{ valence + 1 }} {{ choices | length }} {{ 'a' ~ 'b' | replace('b', 'c') }}\n", "1.5 2 ac\n"),
    ],
)
def test_what_prompts_need_is_rendered_as_jinja_does(template: str, text: str) -> None:
    from jinja2 import Environment, StrictUndefined

    values = {"valence": 0.5, "arousal": 0.1, "dominance": None, "choices": ["anger", "fear"]}
    plain = Environment(undefined=StrictUndefined, keep_trailing_newline=True)  # noqa: S701  prompts are no HTML
    assert sandbox.render(template, values) == plain.from_string(template).render(values) == text


def test_a_pipe_or_a_device_in_a_folder_of_tasks_is_a_problem_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "zero.yaml").symlink_to("/dev/zero")
    assert main(["validate", str(tmp_path), "--no-controls"]) == 1
    said = capsys.readouterr().out
    assert said.count("cannot be read: is no plain file") == 2


def test_a_yaml_far_above_the_bound_is_not_read_whole(tmp_path: Path) -> None:
    with (tmp_path / "sparse.yaml").open("wb") as file:
        file.truncate(1 << 40)  # would not fit into memory
    (found,) = taskfile.read(tmp_path / "sparse.yaml", [tmp_path]).problems
    assert found.code == "limit"


def test_an_included_name_that_no_file_can_have_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "odd.yaml").write_text('task: x\ninclude: "a\\0b.yaml"\n', encoding="utf-8")
    (found,) = taskfile.read(tmp_path / "odd.yaml", [tmp_path]).problems
    assert (found.line, found.field, found.code) == (2, "include", "type")
