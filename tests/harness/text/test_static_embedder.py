"""The static embedder against the package's own inference code."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from wordllama.inference import WordLlamaInference

from harness.text import static_embedder
from harness.text.static_embedder import TOKENIZER, WEIGHTS, StaticEmbedder, installed_folder
from va_extractor.common.errors import InputError

TEXTS = ["She is calm.", "A wild, raging storm of fury!", "x", "naïve café — 0.35"]


def test_vectors_are_those_of_the_package() -> None:
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    folder = installed_folder()
    vectors = load_file(folder / WEIGHTS)["embedding.weight"]
    peer = WordLlamaInference(vectors, Tokenizer.from_file(str(folder / TOKENIZER)))
    np.testing.assert_allclose(StaticEmbedder()(TEXTS), peer.embed(TEXTS, norm=True), atol=1e-5)


def test_an_empty_text_is_zeros_and_none_is_none() -> None:
    embed = StaticEmbedder()
    np.testing.assert_array_equal(embed([""]), np.zeros((1, 256)))
    assert embed([]).shape == (0, 256)


def test_changed_or_missing_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as missing:
        StaticEmbedder(tmp_path)
    assert missing.value.problem.code == "missing"
    for name in (WEIGHTS, TOKENIZER):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(installed_folder() / name, tmp_path / name)
    (tmp_path / TOKENIZER).write_text("{}")
    with pytest.raises(InputError) as changed:
        StaticEmbedder(tmp_path)
    assert (changed.value.problem.code, changed.value.problem.file) == ("changed", tmp_path / TOKENIZER)


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(static_embedder, "find_spec", lambda name: None)
    with pytest.raises(InputError) as error:
        installed_folder()
    assert error.value.problem.code == "extra"
    assert "wordllama==" in str(error.value.problem.hint)
