"""One run as one page, before anything is submitted."""

from __future__ import annotations

from pathlib import Path

from leaderboard.pages import model_page, section
from leaderboard.run_folder import pack, read_run


def report(folder: Path) -> str:
    """Return the page of a run, all its tasks in the order they were run.

    Raises:
        InputError: the run cannot be read; the message names file and field.
    """
    record = read_run(folder)
    parts = [
        section(record, task, pack(folder, record, task).entry.samples, None, place)
        for place, task in enumerate(record.tasks, start=1)
    ]
    return model_page(record, parts, home=None)
