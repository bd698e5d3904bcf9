"""What a run was made with."""

from __future__ import annotations

import hashlib

import numpy as np

from harness.record.provenance import git, own_version, packages, sha256_text


def test_versions_and_commit_are_what_is_here() -> None:
    assert packages()["numpy"] == np.__version__
    assert "lm_eval" in packages()
    assert own_version().count(".") == 2
    commit = git()
    assert commit is None or len(commit.commit) == 40


def test_texts_are_hashed_apart() -> None:
    assert sha256_text(["a", "b"]) == hashlib.sha256(b"a\nb").hexdigest()
    assert sha256_text(["ab"]) != sha256_text(["a", "b"])
