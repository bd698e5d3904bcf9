"""The sentence embedder: it is the one meant, and its vectors are those of sentence-transformers."""

from __future__ import annotations

import hashlib
from pathlib import Path

import httpx
import numpy as np
import pytest

from harness.text import embedder as module
from harness.text.embedder import MODEL, REVISION, WEIGHTS, WEIGHTS_SHA256, Embedder, embedder
from va_extractor.common.errors import InputError

TEXTS = ["The person is calm.", "The person is furious.", "The person is calm.", ""]


@pytest.fixture(scope="module")
def default() -> Embedder:
    import torch

    torch.set_num_threads(1)
    return embedder()


def weights(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / WEIGHTS).write_bytes(b"not the weights meant")
    return folder


def test_the_default_is_the_pinned_one(default: Embedder) -> None:
    record = default.record
    assert (record.id, record.revision, record.weights_sha256) == (MODEL, REVISION, WEIGHTS_SHA256)


def test_vectors_are_those_of_the_network_by_hand(default: Embedder) -> None:
    """Mean of token states under the attention mask, then length 1 (the model card's own recipe)."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    folder = module._default().folder
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    network = AutoModel.from_pretrained(folder, local_files_only=True).eval()
    with torch.no_grad():
        batch = tokenizer(TEXTS, padding=True, return_tensors="pt")
        states = network(**batch).last_hidden_state
        mask = batch["attention_mask"][..., None]
        expected = torch.nn.functional.normalize((states * mask).sum(1) / mask.sum(1)).numpy()
    found = default(TEXTS)
    assert found.shape == (4, 384)
    assert np.allclose(found, expected, atol=1e-5)
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)


def test_equal_texts_have_equal_vectors_whoever_stands_beside_them(default: Embedder) -> None:
    found = default(TEXTS)
    assert (found[0] == found[2]).all()
    assert (default([TEXTS[0]])[0] == found[0]).all()


def test_the_default_by_its_full_name_needs_no_network(default: Embedder) -> None:
    assert embedder(f"{MODEL}@{REVISION}").record == default.record


def test_a_folder_of_ones_own_is_told_by_name_and_hash(tmp_path: Path) -> None:
    folder = weights(tmp_path / "mine")
    record = embedder(str(folder)).record
    assert (record.id, record.revision) == ("mine", None)
    assert record.weights_sha256 == hashlib.sha256(b"not the weights meant").hexdigest()


def test_a_folder_without_weights_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        embedder(str(tmp_path))
    assert (error.value.problem.code, error.value.problem.file) == ("missing", tmp_path)


@pytest.mark.parametrize("given", ["nowhere", "org/model", "a/b/c@main", "@main", "org/model@"])
def test_what_is_no_folder_and_no_pinned_id_is_named(given: str) -> None:
    with pytest.raises(InputError) as error:
        embedder(given)
    problem = error.value.problem
    assert (problem.code, problem.field, problem.found) == ("missing", "--embedder", given)


def test_a_hub_that_cannot_be_reached_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise httpx.ConnectError("no route")

    monkeypatch.setattr("huggingface_hub.snapshot_download", unreachable)
    with pytest.raises(InputError) as error:
        embedder("org/model@abc")
    problem = error.value.problem
    assert (problem.code, problem.field, problem.found) == ("unreadable", "--embedder", "org/model@abc")


def test_other_weights_under_the_pinned_name_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = weights(tmp_path / "cache")
    monkeypatch.setattr("huggingface_hub.try_to_load_from_cache", lambda *_, **__: str(folder / WEIGHTS))
    with pytest.raises(InputError) as error:
        module._default()
    assert (error.value.problem.code, error.value.problem.file) == ("changed", folder / WEIGHTS)


def test_without_the_package_the_hub_is_asked_and_the_hint_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise httpx.ConnectError("no route")

    monkeypatch.setattr("huggingface_hub.try_to_load_from_cache", lambda *_, **__: None)
    monkeypatch.setattr("huggingface_hub.snapshot_download", unreachable)
    monkeypatch.setattr(module, "_PACKAGE", "a_package_that_is_not_installed")
    with pytest.raises(InputError) as error:
        module._default()
    assert error.value.problem.code == "unreadable"
    assert "[offline]" in str(error.value.problem.hint)


def test_without_sentence_transformers_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(InputError) as error:
        embedder("a folder asked for only here")
    assert error.value.problem.code == "extra"
    assert "[offline]" in str(error.value.problem.hint)
