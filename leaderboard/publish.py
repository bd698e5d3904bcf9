"""Prepare what is published: a static Space with the site, and a dataset with the results, each with its card."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from leaderboard import entry, ledger
from leaderboard.site import Site, write_site
from va_extractor.common.files import writing

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

Run records of VAEmo-Eval, one folder for each entry: `results/<org>__<model>/<features>/<task>/<setting>/` with
`run.json` and `samples.jsonl.gz`. Check every score with `vaemo-leaderboard check PATH`. `withdrawals.csv` lists
withdrawn entries with reasons.
"""


@dataclass(frozen=True)
class Prepared:
    """The two folders to publish, and the site in one of them."""

    space: Path
    results: Path
    site: Site


def prepare(root: Path, out: Path) -> Prepared:
    """Write `space/` and `results/` below `out`; entries that cannot be read are left out, and the site names them.

    Raises:
        InputError: `root` is not a results repository, or `out` cannot be written.
    """
    space, results = out / "space", out / "results"
    site = write_site(root, space)
    with writing(out, field="--dry-run"):
        (space / "README.md").write_text(_SPACE_CARD, encoding="utf-8")
        _copy(root, results, site)
        (results / "README.md").write_text(_RESULTS_CARD, encoding="utf-8")
    return Prepared(space, results, site)


def _copy(root: Path, results: Path, site: Site) -> None:
    if (results / entry.RESULTS).exists():
        shutil.rmtree(results / entry.RESULTS)
    results.mkdir(parents=True, exist_ok=True)
    rows = [row for column in site.board.columns for row in column.rows]
    names = [f"{row.entry}/{name}" for row in rows for name in (entry.RUN, entry.SAMPLES)]
    names += [name for name in (ledger.WITHDRAWALS, ledger.STATUSES) if (root / name).is_file()]
    for name in names:
        (results / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, results / name, follow_symlinks=False)
