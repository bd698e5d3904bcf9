"""Where features come from, and what is said when they come from nowhere."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from harness.tasks.features import SHIPPED, load, reference
from tests.making import PROVENANCE, features
from va_extractor.common.errors import InputError
from va_extractor.dataset import sha256, write_split


def test_what_is_given_comes_before_the_variable_and_that_before_what_ships(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAEMO_FEATURES", "org/features@v1")
    assert reference("here") == "here"
    assert reference(None) == "org/features@v1"
    monkeypatch.setenv("VAEMO_FEATURES", "")
    assert reference(None) == SHIPPED
    monkeypatch.delenv("VAEMO_FEATURES")
    assert reference(None) == SHIPPED


@pytest.mark.parametrize(("name", "synthetic"), [("iimi", True), ("emotic", True), ("norms", False)])
def test_what_ships_says_whether_it_is_synthetic(name: str, synthetic: bool) -> None:
    source = load(SHIPPED, name)
    assert (source.id, source.revision, source.name) == (SHIPPED, None, name)
    assert {provenance.synthetic for provenance in source.provenance.values()} == {synthetic}
    assert set(source.tables) == set(source.hashes) == set(source.provenance)


def test_a_folder_is_told_by_its_last_name_only(lookalike: Path) -> None:
    source = load(str(lookalike), "emotic")
    assert source.id == lookalike.name
    assert source.tables["test"].num_rows == 60
    assert source.hashes["test"] == sha256([lookalike / "emotic" / "test.parquet"])
    assert source.provenance["test"] == PROVENANCE


def test_a_file_serves_its_own_source(lookalike: Path) -> None:
    path = lookalike / "emotic" / "test.parquet"
    assert set(load(str(path), "emotic").tables) == {"test"}
    with pytest.raises(InputError) as raised:
        load(str(path), "iimi")
    assert (raised.value.problem.field, raised.value.problem.code) == ("--features", "missing")


def test_norms_are_always_there_but_ones_own_come_first(lookalike: Path, tmp_path: Path) -> None:
    assert load(str(lookalike), "norms").id == SHIPPED
    write_split(features(2), PROVENANCE.model_copy(update={"source": "norms"}), tmp_path, "test")
    assert load(str(tmp_path), "norms").tables["test"].num_rows == 2


def test_a_source_that_is_not_there_is_named_with_those_that_are(lookalike: Path, tmp_path: Path) -> None:
    for root, name, there in ((lookalike, "iimi", "emotic"), (tmp_path, "iimi", "no "), (tmp_path, "norms", "no ")):
        with pytest.raises(InputError) as raised:
            load(str(root), name)
        assert (raised.value.problem.field, raised.value.problem.found) == ("--features", str(root))
        assert f"there are {there}" in raised.value.problem.what


@pytest.mark.parametrize("given", ["nowhere", "./nowhere/at_all", "/nowhere/at/all", "../x/y"])
def test_a_path_that_is_not_there_is_named_without_asking_the_hub(given: str) -> None:
    with pytest.raises(InputError) as raised:
        load(given, "iimi")
    assert (raised.value.problem.found, raised.value.problem.code) == (given, "missing")


def test_a_file_that_is_no_parquet_is_named(tmp_path: Path) -> None:
    (tmp_path / "emotic").mkdir()
    path = tmp_path / "emotic" / "test.parquet"
    path.write_text("no parquet")
    with pytest.raises(InputError) as raised:
        load(str(tmp_path), "emotic")
    assert (raised.value.problem.file, raised.value.problem.code) == (path, "unreadable")


def test_a_hub_dataset_is_loaded_at_the_commit_its_revision_means(
    lookalike: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str | None]] = []

    def info(_: object, repo: str, *, revision: str | None) -> SimpleNamespace:
        asked.append((repo, revision))
        return SimpleNamespace(sha="c0ffee")

    def fetch(repo: str, *, revision: str, **_: object) -> str:
        asked.append((repo, revision))
        return str(lookalike)

    monkeypatch.setattr("huggingface_hub.HfApi.dataset_info", info)
    monkeypatch.setattr("huggingface_hub.snapshot_download", fetch)
    source = load("some/features@v1.0.0", "emotic")
    assert asked == [("some/features", "v1.0.0"), ("some/features", "c0ffee")]
    assert (source.id, source.revision) == ("some/features", "c0ffee")


def test_a_hub_that_cannot_be_reached_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise httpx.ConnectError("no route")

    monkeypatch.setattr("huggingface_hub.HfApi.dataset_info", unreachable)
    with pytest.raises(InputError) as raised:
        load("some/where", "emotic")
    assert (raised.value.problem.found, raised.value.problem.code) == ("some/where", "unreadable")
