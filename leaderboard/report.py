"""Show one run as one page, before anything is submitted."""

from __future__ import annotations

from pathlib import Path

from leaderboard.pages import model_page, section
from leaderboard.run_folder import pack_all


def report(folder: Path) -> str:
    """Return the page of a run, with all its tasks in the order they were run.

    Raises:
        InputError: the run cannot be read.
    """
    entries = [packed.entry for packed in pack_all(folder)]
    parts = [section(one.record, one.task_name, one.samples, None, place) for place, one in enumerate(entries, start=1)]
    return model_page(entries[0].record, parts, home=None)
