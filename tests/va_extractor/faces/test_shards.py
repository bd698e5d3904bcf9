"""Planning, writing and placing shards."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from tests.refused import refused
from va_extractor.dataset import read_split, write_parquet
from va_extractor.faces.shards import Job, Shards, remove
from va_extractor.schema import Provenance, features_table, with_provenance
from va_extractor.sources import ImageItem

PROVENANCE = Provenance(
    source="own", title="Own", licence="mine", citation="me", original_scale=(-1, 1), created="2026-01-01"
)


def listed(count: int, split: str = "test") -> list[ImageItem]:
    return [ImageItem(Path(f"{index}.png"), ("joy",), str(index), split) for index in range(count)]


def rows(job: Job, ids: dict[str, str] | None = None) -> pa.Table:
    """Rows of a job, ids by file name or as `ids` says."""
    names = [item.path.name for item in job.items]
    count = len(names)
    return features_table(
        item_id=[(ids or {}).get(name, name.removesuffix(".png")) for name in names],
        cluster_id=names,
        valence=[0.5] * count,
        arousal=[-0.5] * count,
        va_source=["network"] * count,
        va_status=["ok"] * count,
        labels=[["joy"]] * count,
        references=[[]] * count,
    )


def make(shards: Shards, ids: dict[str, str] | None = None) -> None:
    for job in shards.missing():
        write_parquet(with_provenance(rows(job, ids), shards.plan.provenance), job.path)


def test_every_item_is_in_one_shard_in_order_and_splits_are_apart(tmp_path: Path) -> None:
    items = [*listed(7, "train"), *listed(3, "test")]
    shards = Shards(tmp_path, items, PROVENANCE, "salt", 3)
    assert [len(job.items) for job in shards.missing()] == [3, 3, 1, 3]
    make(shards)
    files = shards.finish()
    assert [path.name for path in files["train"]] == [f"train-0000{index}-of-00003.parquet" for index in range(3)]
    table, provenance = read_split(files["train"])
    assert table["item_id"].to_pylist() == [str(index) for index in range(7)]
    assert provenance == PROVENANCE
    assert sorted(path.name for path in (tmp_path / "own").iterdir()) == [
        ".plan.json",
        "test-00000-of-00001.parquet",
        *(f"train-0000{index}-of-00003.parquet" for index in range(3)),
    ]


def test_nothing_is_in_place_before_all_is_made(tmp_path: Path) -> None:
    shards = Shards(tmp_path, listed(9), PROVENANCE, "salt", 3)
    first = shards.missing()[0]
    write_parquet(with_provenance(rows(first), PROVENANCE), first.path)
    assert not list((tmp_path / "own").glob("*.parquet"))
    again = Shards(tmp_path, listed(9), PROVENANCE, "salt", 3)
    assert [job.path.name for job in again.missing()] == [f"test-0000{index}-of-00003.parquet" for index in (1, 2)]


def test_a_later_day_or_commit_resumes_the_same_plan(tmp_path: Path) -> None:
    Shards(tmp_path, listed(3), PROVENANCE, "salt", 3)
    later = PROVENANCE.model_copy(update={"created": "2026-02-02", "git_commit": "f" * 40})
    assert Shards(tmp_path, listed(3), later, "salt", 3).plan.provenance == PROVENANCE


def test_other_inputs_or_settings_are_refused_and_nothing_is_lost(tmp_path: Path) -> None:
    shards = Shards(tmp_path, listed(3), PROVENANCE, "salt", 3)
    make(shards)
    (file,) = shards.finish()["test"]
    kept = file.read_bytes()
    other = [
        (listed(4), PROVENANCE, "salt", 3),
        ([replace(item, labels=("fear",)) for item in listed(3)], PROVENANCE, "salt", 3),
        (listed(3), PROVENANCE.model_copy(update={"licence": "other"}), "salt", 3),
        (listed(3), PROVENANCE, "pepper", 3),
        (listed(3), PROVENANCE, "salt", 2),
    ]
    for items, provenance, salt, size in other:
        with refused("conflict", file=tmp_path / "own"):
            Shards(tmp_path, items, provenance, salt, size)
    assert file.read_bytes() == kept
    assert Shards(tmp_path, listed(3), PROVENANCE, "salt", 3).missing() == []


def test_features_written_by_something_else_are_refused_until_they_are_removed(tmp_path: Path) -> None:
    write_parquet(with_provenance(rows(Job(tmp_path, tuple(listed(2)))), PROVENANCE), tmp_path / "own" / "test.parquet")
    with refused("conflict", file=tmp_path / "own"):
        Shards(tmp_path, listed(3), PROVENANCE, "salt", 3)
    remove(tmp_path, "own")
    assert len(Shards(tmp_path, listed(3), PROVENANCE, "salt", 3).missing()) == 1


def test_equal_content_is_numbered_whatever_the_order_and_however_often(tmp_path: Path) -> None:
    same = {"1.png": "a", "4.png": "a", "6.png": "a"}

    def ids(items: list[ImageItem], root: Path) -> dict[str, str]:
        shards = Shards(root, items, PROVENANCE, "salt", 2)
        make(shards, same)
        shards.finish()
        table, _ = read_split(Shards(root, items, PROVENANCE, "salt", 2).finish()["test"])
        return dict(zip(table["cluster_id"].to_pylist(), table["item_id"].to_pylist(), strict=True))

    forward = ids(listed(7), tmp_path / "forward")
    assert {name: forward[name] for name in same} == {"1.png": "a", "4.png": "a-2", "6.png": "a-3"}
    assert ids(listed(7)[::-1], tmp_path / "backward") == forward


def test_bad_listings_are_refused(tmp_path: Path) -> None:
    with refused("missing"):
        Shards(tmp_path, [], PROVENANCE, "salt", 3)
    with refused("type", found="../up"):
        Shards(tmp_path, listed(1, "../up"), PROVENANCE, "salt", 3)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / ".plan.json").write_text("{}")
    with refused("type", file=tmp_path / "own" / ".plan.json"):
        Shards(tmp_path, listed(1), PROVENANCE, "salt", 3)
    (tmp_path / "file").write_text("")
    with refused("unwritable", file=tmp_path / "file" / "own" / ".plan.json"):
        Shards(tmp_path / "file", listed(1), PROVENANCE, "salt", 3)
