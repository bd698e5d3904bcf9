"""What a run was made with: versions of packages, the commit, and hashes of texts."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from harness.record.run import Git

_DECIDING = (
    "lm_eval",
    "numpy",
    "scipy",
    "scikit-learn",
    "pyarrow",
    "datasets",
    "jinja2",
    "torch",
    "transformers",
    "sentence-transformers",
    "vllm",
)


def packages() -> dict[str, str]:
    """Return the versions of the installed packages that decide numbers."""
    found = {name: _installed(name) for name in _DECIDING}
    return {name: number for name, number in found.items() if number is not None}


@cache
def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def own_version() -> str:
    """Return the version of VAEmo-Eval."""
    return version("vaemo-eval")


@cache
def git() -> Git | None:
    """Return commit and state of the checkout when first asked; None for an installed wheel, or without git."""
    root = Path(__file__).parents[2]
    if not (root / ".git").exists():
        return None
    try:
        return Git(commit=_git(root, "rev-parse", "HEAD"), dirty=bool(_git(root, "status", "--porcelain")))
    except (OSError, subprocess.CalledProcessError):
        return None


def sha256_text(texts: Sequence[str]) -> str:
    """Return the SHA-256 of texts, one a line."""
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
