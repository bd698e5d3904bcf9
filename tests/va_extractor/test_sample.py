"""What ships: the committed files are what the script draws, and have the shape that is claimed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from va_extractor import sample
from va_extractor.dataset import read_split, split_files
from va_extractor.emotions.labels import BASIC, EMOTIC, PHRASES
from va_extractor.emotions.prototypes import norms, prototypes, spreads
from va_extractor.schema import Provenance

FILES = ("norms/test", "iimi/train", "iimi/test", "emotic/train", "emotic/test")


def shipped(name: str, root: Path = sample.SHIPPED) -> tuple[pa.Table, Provenance]:
    source, split = name.split("/")
    return read_split(split_files(root, source)[split])


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("drawn")
    sample.write(root)
    return root


def test_nothing_else_ships() -> None:
    found = {path.relative_to(sample.SHIPPED).as_posix() for path in sample.SHIPPED.rglob("*.parquet")}
    assert found == {f"{name}.parquet" for name in FILES}


@pytest.mark.parametrize("name", FILES)
def test_the_committed_files_are_what_the_script_draws(name: str, drawn: Path) -> None:
    committed, provenance = shipped(name)
    again, other = shipped(name, drawn)
    assert provenance == other
    for column in committed.column_names:
        if column in ("valence", "arousal", "dominance"):
            given, expected = (np.array(table[column].to_pylist(), dtype=np.float64) for table in (committed, again))
            assert np.allclose(given, expected, rtol=0, atol=1e-6, equal_nan=True), column
        else:
            assert committed[column].to_pylist() == again[column].to_pylist(), column


@pytest.mark.parametrize("name", FILES[1:])
def test_synthetic_rows_say_so_in_every_place(name: str) -> None:
    table, provenance = shipped(name)
    assert provenance.synthetic
    assert "SYNTHETIC" in provenance.title
    assert set(table["va_source"].to_pylist()) == {"synthetic"}
    assert set(table["reference_kind"].to_pylist()) <= {"synthetic", None}


@pytest.mark.parametrize("name", FILES[1:3])
def test_the_iimi_shape(name: str) -> None:
    table, _ = shipped(name)
    rows = table.to_pylist()
    assert Counter(label for row in rows for label in row["labels"]) == dict.fromkeys(BASIC, 60)
    assert len({row["cluster_id"] for row in rows}) == len(rows) == 420
    for number, label in enumerate(BASIC):
        points = np.array([(row["valence"], row["arousal"]) for row in rows if row["labels"] == [label]])
        mean, spread = prototypes(BASIC)[number], spreads(BASIC)[number]
        unclipped = (np.abs(mean) + 2 * spread < 1).tolist()
        z = (points.mean(axis=0) - mean) / (spread / np.sqrt(60))
        assert all(abs(value) < 4 for value, free in zip(z, unclipped, strict=True) if free)


@pytest.mark.parametrize("name", FILES[3:])
def test_the_emotic_shape(name: str) -> None:
    rows = shipped(name)[0].to_pylist()
    sizes = Counter(row["cluster_id"] for row in rows)
    faceless = [row for row in rows if row["va_status"] == "no_face"]
    assert len(rows) == 400
    assert set(sizes.values()) <= {1, 2, 3}
    assert len(sizes) < 300
    assert 1 <= len(faceless) <= stats.binom.ppf(0.9999, 400, 0.03)
    assert all(row["valence"] is None for row in faceless)
    assert {label for row in rows for label in row["labels"]} == set(EMOTIC)
    assert any(len(row["labels"]) > 1 for row in rows)
    for row in rows:
        assert row["labels"] == sorted(set(row["labels"]), key=EMOTIC.index)
        assert len(row["references"]) == 1
        assert all(PHRASES[label] in row["references"][0] for label in row["labels"])


def test_no_item_stands_in_two_splits() -> None:
    for source in ("iimi", "emotic"):
        ids = [shipped(f"{source}/{split}")[0]["item_id"].to_pylist() for split in ("train", "test")]
        clusters = [shipped(f"{source}/{split}")[0]["cluster_id"].to_pylist() for split in ("train", "test")]
        assert not set(ids[0]) & set(ids[1])
        assert not set(clusters[0]) & set(clusters[1])


def test_the_norms_are_measured_and_complete() -> None:
    table, provenance = shipped("norms/test")
    assert not provenance.synthetic
    assert set(table["va_source"].to_pylist()) == {"norms"}
    assert [row["labels"] for row in table.to_pylist()] == [[term] for term in norms()]
    for row in table.to_pylist():
        norm = norms()[row["labels"][0]]
        expected = (norm.valence, norm.arousal, norm.dominance)
        assert (row["valence"], row["arousal"], row["dominance"]) == pytest.approx(expected, abs=1e-6)


def test_annotators_of_the_test_split_share_its_labels() -> None:
    for row in shipped("emotic/test")[0].to_pylist():
        given = row["annotator_labels"]
        assert len(given) == 3
        assert all(given)
        assert set().union(*given) == set(row["labels"])
        votes = Counter(label for one in given for label in one)
        assert row["label_weights"] == pytest.approx([votes[label] / max(votes.values()) for label in row["labels"]])
    assert set(shipped("emotic/train")[0]["annotator_labels"].to_pylist()) == {None}
