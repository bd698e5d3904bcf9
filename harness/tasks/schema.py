"""What a task YAML may say: every key, its type and range, as pydantic models.

`python -m harness.tasks.schema docs` writes the JSON Schema for editors (`docs/task.schema.json`).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, InstanceOf, StringConstraints, WithJsonSchema

from harness.kinds.derive import names
from harness.tasks.prompts.axes import Axes
from harness.tasks.yamlfile import Function

SCHEMA = "task.schema.json"
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")]
FunctionName = Annotated[
    InstanceOf[Function],
    WithJsonSchema({"type": "string", "description": "!function harness.tasks.functions.KIND_ROLE"}),
]
Version = Annotated[FiniteFloat, Field(gt=0)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
if TYPE_CHECKING:
    Derivation = str
else:
    Derivation = Literal[names()]
Label = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Metadata(_Model):
    """What the harness needs to know of a task beyond its prompt."""

    version: Version = Field(description="rises when the prompt, the data or a metric changes")
    title: Text = Field(description="one line for `vaemo-eval ls`")
    source: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")] = Field(
        description="folder of the VA features dataset, for example iimi"
    )
    main_score: str = Field(description="the name of its main metric")
    labels: list[Label] | None = Field(None, min_length=2, max_length=1_000, description="the fixed label set")
    options: str | None = Field(None, description="CSV of each item's options, next to the YAML (choice tasks)")
    axes: Axes | None = Field(None, description="how the prompt varies (docs/axes.md)")
    derive: Derivation | None = Field(None, description="how documents are made from rows; each row is one without it")


class GenerationKwargs(_Model):
    """How text is generated."""

    until: list[str] = Field([], description="texts at which an answer is cut, after its thought; none is sent")
    max_gen_toks: int = Field(ge=1, le=32_768)
    do_sample: bool = False
    temperature: float = Field(0.0, ge=0.0, le=2.0)


class TaskYaml(_Model):
    """A task, as its YAML and what it includes state it."""

    include: str | list[str] | None = Field(None, description="YAMLs whose keys are taken over; local keys win")
    task: Name = Field(description="what --tasks names")
    custom_dataset: FunctionName
    training_split: Literal["train"] | None = None
    fewshot_split: Literal["train"] | None = None
    test_split: Literal["test"]
    output_type: Literal["generate_until", "multiple_choice"]
    doc_to_text: Text = Field(description="Jinja over ready strings and columns of the item (docs/axes.md)")
    doc_to_choice: Text | None = None
    doc_to_target: Text
    generation_kwargs: GenerationKwargs | None = None
    process_results: FunctionName
    metric_list: FunctionName
    metadata: Metadata


class GroupMetadata(_Model):
    """What the harness needs to know of a group."""

    version: Version
    title: Text


class GroupYaml(_Model):
    """Tasks that are run by one name."""

    group: Name
    group_alias: str | None = None
    task: list[Name] = Field(min_length=1)
    metadata: GroupMetadata


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a task or group YAML.

    Keys are required only if a YAML includes nothing, since an included file may have them.
    """
    task, group = TaskYaml.model_json_schema(), GroupYaml.model_json_schema()
    parts = task.pop("$defs") | group.pop("$defs")
    whole = {"required": ["task"], "not": {"required": ["include"]}}
    task |= {"if": whole, "then": {"required": task.pop("required")}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "VAEmo-Eval task or group",
        "if": {"required": ["group"]},
        "then": {"$ref": "#/$defs/GroupYaml"},
        "else": {"$ref": "#/$defs/TaskYaml"},
        "$defs": parts | {"TaskYaml": task, "GroupYaml": group},
    }


def schema_text() -> str:
    """Return the JSON Schema as indented text."""
    return json.dumps(schema(), indent=2) + "\n"


if __name__ == "__main__":
    (Path(sys.argv[1]) / SCHEMA).write_text(schema_text(), encoding="utf-8")
