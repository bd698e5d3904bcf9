"""What is pushed: a static Space with the site, and a dataset with the results, each with its card."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from leaderboard import entry, ledger
from leaderboard.site import Site, write_site
from va_extractor.common.errors import InputError

_SPACE_CARD = """\
---
title: VAEmo-Eval leaderboard
emoji: 📊
colorFrom: blue
colorTo: gray
sdk: static
app_file: index.html
pinned: false
license: apache-2.0
---

What language models understand of emotion from two numbers, valence and arousal. Built by `vaemo-leaderboard publish`.
"""
_RESULTS_CARD = """\
---
pretty_name: VAEmo-Eval results
license: apache-2.0
viewer: false
---

Run records of VAEmo-Eval, one folder an entry: `results/<org>__<model>/<features>/<task>/<setting>/` with `run.json`
and `samples.jsonl.gz`. Every score can be computed again: `vaemo-leaderboard check PATH`. What was withdrawn, and why,
is in `withdrawals.csv`.
"""


@dataclass(frozen=True)
class Prepared:
    """Two folders as they would be pushed, and the site that one of them holds."""

    space: Path
    results: Path
    site: Site


def prepare(root: Path, out: Path) -> Prepared:
    """Write what would be pushed below `out`: `space/` and `results/`.

    Entries that do not hold to the bounds are not published; the site names them.

    Raises:
        InputError: there is no results repository, or `out` cannot be written.
    """
    space, results = out / "space", out / "results"
    site = write_site(root, space)
    try:
        (space / "README.md").write_text(_SPACE_CARD, encoding="utf-8")
        _copy(root, results, site)
        (results / "README.md").write_text(_RESULTS_CARD, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{out}: cannot be written: {error.strerror}") from None
    return Prepared(space, results, site)


def _copy(root: Path, results: Path, site: Site) -> None:
    if (results / entry.RESULTS).exists():
        shutil.rmtree(results / entry.RESULTS)
    for column in site.board.columns:
        for row in column.rows:
            folder = results / row.entry
            folder.mkdir(parents=True, exist_ok=True)
            for name in (entry.RUN, entry.SAMPLES):
                shutil.copyfile(root / row.entry / name, folder / name, follow_symlinks=False)
    results.mkdir(parents=True, exist_ok=True)
    for name in (ledger.WITHDRAWALS, ledger.STATUSES):
        if (root / name).is_file():
            shutil.copyfile(root / name, results / name, follow_symlinks=False)
