"""A task begun from another one asks the same, by a YAML that stands by itself."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
import yaml

from harness.tasks.catalogue import TASKS, find
from harness.tasks.load import load_tasks
from harness.tasks.new import create
from harness.tasks.schema import SCHEMA, schema, schema_text
from harness.tasks.yamlfile import Function, read
from va_extractor.common.errors import InputError

ROOT = TASKS.parent
OURS = sorted(name for name, info in find().items() if not info.members)


@pytest.mark.parametrize("parent", OURS)
def test_it_asks_word_for_word_what_its_parent_asks(tmp_path: Path, parent: str) -> None:
    path = create("mine", parent, tmp_path)
    [old], [new] = load_tasks([parent], [], "shipped"), load_tasks(["mine"], [path.parent], "shipped")
    assert new.hash == old.hash
    assert [new.engine.doc_to_text(doc) for doc in new.engine.eval_docs] == [
        old.engine.doc_to_text(doc) for doc in old.engine.eval_docs
    ]
    assert (path.parent / "README.md").read_text(encoding="utf-8").startswith("# mine\n")


def test_its_editor_finds_the_schema(tmp_path: Path) -> None:
    path = create("mine", "iimi_basic", tmp_path)
    first = path.read_text(encoding="utf-8").splitlines()[0]
    named = path.parent / first.removeprefix("# yaml-language-server: $schema=")
    assert named.read_text(encoding="utf-8") == schema_text()


@pytest.mark.parametrize(
    ("name", "parent", "code"),
    [
        ("iimi_basic", "iimi_basic", "duplicate"),
        ("../mine", "iimi_basic", "type"),
        ("mine", "iimi_basik", "unknown"),
        ("mine", "vaemo", "unknown"),
    ],
)
def test_a_wrong_name_is_refused_and_nothing_is_made(tmp_path: Path, name: str, parent: str, code: str) -> None:
    with pytest.raises(InputError) as raised:
        create(name, parent, tmp_path / "new")
    assert raised.value.problem.code == code
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    path = create("mine", "iimi_basic", tmp_path)
    path.write_text("changed", encoding="utf-8")
    with pytest.raises(InputError) as raised:
        create("mine", "iimi_basic", tmp_path)
    assert raised.value.problem.code == "unwritable"
    assert path.read_text(encoding="utf-8") == "changed"


def test_the_committed_schema_is_the_models_and_every_yaml_names_it() -> None:
    assert (ROOT / "docs" / SCHEMA).read_text(encoding="utf-8") == schema_text()
    for path in TASKS.rglob("*.yaml"):
        first = path.read_text(encoding="utf-8").splitlines()[0]
        named = path.parent / first.removeprefix("# yaml-language-server: $schema=")
        assert named.resolve() == (ROOT / "docs" / SCHEMA).resolve(), path


class _Loader(yaml.SafeLoader):
    """Reads YAML as an editor does that knows `!function` as a text."""


def _as_text(loader: _Loader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


_Loader.add_constructor("!function", _as_text)


@pytest.mark.parametrize("path", sorted(TASKS.rglob("*.yaml")), ids=lambda path: path.name)
def test_the_schema_accepts_every_yaml_of_ours(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    jsonschema.validate(yaml.load(text, Loader=_Loader), schema(), jsonschema.Draft202012Validator)  # noqa: S506


@pytest.mark.parametrize(
    "change",
    [
        {"doc_to_taget": "target"},
        {"output_type": "generate"},
        {"filter_list": []},
        {"metadata": {"version": 1.0}},
        {"task": "../mine"},
        {"generation_kwargs": {"until": "x", "max_gen_toks": 3}},
    ],
    ids=str,
)
def test_the_schema_marks_faults(change: dict[str, object]) -> None:
    values = {key: value for key, value in read(find()["iimi_basic"].path, [TASKS]).values.items() if value is not None}
    plain = {key: str(value) if isinstance(value, Function) else value for key, value in values.items()}
    jsonschema.validate(plain, schema(), jsonschema.Draft202012Validator)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(plain | change, schema(), jsonschema.Draft202012Validator)
    lacking = {key: value for key, value in plain.items() if key != "doc_to_text"}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(lacking, schema(), jsonschema.Draft202012Validator)
