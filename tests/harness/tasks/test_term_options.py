"""The options of the term tasks: the committed file is what the script draws, and the distances are as stated."""

from __future__ import annotations

import csv
import math
from collections import Counter
from pathlib import Path

import pytest
from scipy import stats

from harness.tasks import term_options
from harness.tasks.catalogue import TASKS
from va_extractor.emotions.prototypes import norms

COMMITTED = TASKS / "norms" / "options.csv"


def test_the_committed_file_is_what_the_script_draws(tmp_path: Path) -> None:
    term_options.write(tmp_path / "options.csv")
    assert COMMITTED.read_bytes() == (tmp_path / "options.csv").read_bytes()


def test_every_term_has_eight_options_at_the_stated_distances() -> None:
    with COMMITTED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    assert [row[0] for row in rows] == list(norms())
    for term, *options in rows:
        here = norms()[term]
        distances = sorted(
            math.dist((here.valence, here.arousal), (norms()[other].valence, norms()[other].arousal))
            for other in options
            if other != term
        )
        assert len(set(options)) == 8
        assert term in options
        assert [0.25 <= distance < 0.5 for distance in distances] == [True] * 2 + [False] * 5
        assert [0.5 <= distance < 0.9 for distance in distances] == [False] * 2 + [True] * 3 + [False] * 2


def test_the_right_option_stands_anywhere() -> None:
    places = Counter(options.index(term) for term, options in term_options.options().items())
    assert stats.chisquare([places[place] for place in range(8)]).pvalue > 1e-3


def test_distance_by_hand() -> None:
    happy, angry = norms()["happy"], norms()["angry"]
    assert term_options.distance(happy, angry) == pytest.approx(math.sqrt(1.32**2 + 0.08**2))
