"""Time and commit of this code, for the provenance of a file."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

from va_extractor.schema import Provenance


def git_commit() -> str | None:
    """Return the commit of the checkout this code runs from, 40 hexadecimal digits; None outside a checkout."""
    root = Path(__file__).resolve().parents[1]
    if not (root / ".git").exists():
        return None
    try:
        done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout.strip() or None


def stamped(provenance: Provenance) -> Provenance:
    """Return `provenance` with the present UTC time and the commit of this code."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return provenance.model_copy(update={"created": now, "git_commit": git_commit()})
