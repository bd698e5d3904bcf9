"""The run record as a document: what it accepts, refuses and keeps."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from pydantic import ValidationError

from harness.kinds import get
from harness.record import Answer, Interval, Item, Parsed, RunRecord, Sample, Score
from tests.making import item, sample

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    "answer",
    [Answer(text=""), Answer(text="é “o” \u2028 \x00 😀\n"), Answer(loglikelihoods=(-1.5, -1e-17, -1e300))],
)
def test_a_sample_is_the_same_after_a_file(answer: Answer) -> None:
    kind = get("description") if answer.text is not None else get("ranking")
    written = sample(
        kind, item(labels=["a"], choices=["a", "b", "c"]), answer, scores={"cosine": 0.1 + 0.2, "f1": None}
    )
    text = written.model_dump_json()
    assert Sample.model_validate_json(text) == written
    assert "\n" not in text


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (Answer, {"loglikelihoods": (0.0, NAN)}),
        (Answer, {"loglikelihoods": (-INF,)}),
        (Score, {"value": NAN}),
        (Score, {"value": 1.0, "chance": INF}),
        (Score, {"value": 1.0, "baselines": {"majority": NAN}}),
        (Parsed, {"status": "wrong"}),
        (Parsed, {"status": "ok", "guess": "anger"}),
        (Interval, {"low": 0.0, "high": 1.0, "method": "m", "draws": 1.5, "seed": 1}),
        (Item, {"item_id": "i", "cluster_id": "c", "valence": None, "arousal": 0.0, "labels": ()}),
        (Item, {"item_id": "i", "cluster_id": "c", "valence": 0.0, "arousal": INF, "labels": ()}),
    ],
)
def test_values_without_meaning_and_unknown_fields_are_refused(model: Any, fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        model(**fields)


def test_records_are_read_only() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Parsed(status="ok").status = "refused"  # type: ignore[misc]


@pytest.mark.parametrize("model", [RunRecord, Sample])
def test_the_json_schema_is_sound_and_judges_alike(model: Any) -> None:
    schema = model.model_json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert not jsonschema.Draft202012Validator(schema).is_valid({})
    one = sample(get("single_label"), item(labels=["a"], choices=["a", "b"]), Answer(text="a"))
    assert jsonschema.Draft202012Validator(schema).is_valid(one.model_dump(mode="json")) == (model is Sample)
