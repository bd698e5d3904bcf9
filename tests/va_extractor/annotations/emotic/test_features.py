"""EMOTIC's persons become features; expected values are worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.refused import refused
from va_extractor.annotations.emotic import read_emotic
from va_extractor.annotations.emotic.features import Merge, features_from_emotic
from va_extractor.schema import provenance_of


def test_scale_labels_and_wording(mat_file: Path) -> None:
    train = features_from_emotic(read_emotic(mat_file), merge="union", salt="s")["train"].to_pylist()
    assert len(train) == 2  # the person whom nobody rated is left out
    fearful, happy = train
    assert (fearful["valence"], fearful["arousal"], fearful["dominance"]) == (-1.0, 1.0, 0.0)  # 1, 10, 5.5
    assert (happy["valence"], happy["arousal"], happy["dominance"]) == (1.0, -1.0, None)
    assert fearful["va_source"] == "human"
    assert fearful["labels"] == ["Anger", "Fear"]
    assert fearful["label_weights"] is None
    assert fearful["references"] == [
        "The person is angry and ready to lash out and is frightened and wants to be safe."
    ]
    assert fearful["reference_kind"] == "category_wording"


def test_inner_values_by_hand(mat_file: Path) -> None:
    (row,) = features_from_emotic(read_emotic(mat_file), merge="union", salt="s")["val"].to_pylist()
    assert row["valence"] == pytest.approx(-5 / 9, abs=1e-7)  # 3: -1 + 2 * (3 - 1) / 9
    assert row["arousal"] == pytest.approx(-1 / 9, abs=1e-7)  # 5
    assert row["dominance"] == pytest.approx(3 / 9, abs=1e-7)  # 7
    assert row["label_weights"] is None


def test_weights_are_votes_over_most_votes(mat_file: Path) -> None:
    tables = features_from_emotic(read_emotic(mat_file), merge="weights", salt="s")
    (row,) = tables["val"].to_pylist()
    assert row["labels"] == ["Anger", "Fear", "Pain"]
    assert row["label_weights"] == pytest.approx([1 / 3, 1, 2 / 3], abs=1e-7)
    assert tables["train"]["label_weights"].to_pylist() == [None, None]  # one annotator: no votes to weigh
    assert tables["train"]["annotator_labels"].to_pylist() == [None, None]


@pytest.mark.parametrize("merge", ["union", "weights"])
def test_each_annotators_own_labels_are_kept_whatever_the_merge(mat_file: Path, merge: Merge) -> None:
    (row,) = features_from_emotic(read_emotic(mat_file), merge=merge, salt="s")["val"].to_pylist()
    assert row["annotator_labels"] == [["Fear", "Pain"], ["Fear"], ["Anger", "Fear", "Pain"]]


def test_provenance_tells_scale_merge_and_who_was_left_out(mat_file: Path) -> None:
    tables = features_from_emotic(read_emotic(mat_file), merge="weights", salt="s")
    told = {split: provenance_of(table.schema, split) for split, table in tables.items()}
    assert told["train"].annotator_merge == "single"
    assert told["val"].annotator_merge == "weights"
    assert told["val"].original_scale == (1, 10)
    assert told["train"].notes.startswith("1 of 3 annotated persons left out")
    assert "1 of the 1 persons were labelled by one annotator" in told["test"].notes
    assert not told["val"].synthetic


def test_csv_form_gives_the_same_rows_as_the_official_file(mat_file: Path, csv_folder: Path) -> None:
    official = features_from_emotic(read_emotic(mat_file), merge="union", salt="s")
    common = features_from_emotic(read_emotic(csv_folder), merge="union", salt="s")
    for split in ("train", "val", "test"):
        merged = official[split].drop_columns(["annotator_labels"]).to_pylist()
        assert merged == common[split].drop_columns(["annotator_labels"]).to_pylist()
    assert common["val"]["annotator_labels"].to_pylist() == [None]
    assert "number of annotators is unknown" in provenance_of(common["val"].schema, "val").notes


def test_csv_form_has_no_votes_to_weigh(csv_folder: Path) -> None:
    with refused("unsupported", field="--merge", found="weights"):
        features_from_emotic(read_emotic(csv_folder), merge="weights", salt="s")


def test_ids_hang_on_the_salt_and_tell_no_name(mat_file: Path) -> None:
    persons = read_emotic(mat_file)
    one, same, other = (features_from_emotic(persons, merge="union", salt=salt)["train"] for salt in ("a", "a", "b"))
    assert one.equals(same)
    assert set(one["item_id"].to_pylist()).isdisjoint(other["item_id"].to_pylist())
    assert set(one["cluster_id"].to_pylist()).isdisjoint(other["cluster_id"].to_pylist())
    assert "jpg" not in str(one.to_pylist())
    assert "mscoco" not in str(one.to_pylist())


def test_people_of_one_image_are_one_cluster(csv_folder: Path) -> None:
    persons = read_emotic(csv_folder)["val"]
    twice = features_from_emotic({"val": [persons[0], persons[0]]}, merge="union", salt="s")["val"]
    assert len(set(twice["item_id"].to_pylist())) == 2
    assert len(set(twice["cluster_id"].to_pylist())) == 1


def test_a_users_own_references_are_human_and_others_have_none(mat_file: Path) -> None:
    references = {"mscoco/images/b.jpg#0": ("She beams.", "A broad smile.")}
    train = features_from_emotic(read_emotic(mat_file), merge="union", salt="s", references=references)["train"]
    assert train["references"].to_pylist() == [[], ["She beams.", "A broad smile."]]
    assert train["reference_kind"].to_pylist() == [None, "human"]


def test_a_reference_about_nobody_is_refused(mat_file: Path) -> None:
    with refused("unknown", found="mscoco/images/b.jpg#9", hint="the nearest is 'mscoco/images/b.jpg#0'"):
        features_from_emotic(
            read_emotic(mat_file), merge="union", salt="s", references={"mscoco/images/b.jpg#9": ("?",)}
        )
