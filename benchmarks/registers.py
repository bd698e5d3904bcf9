"""How often the reader finds the quadrant of texts in twelve registers, and words whose figures it never saw.

The texts are `validity_registers.yaml`; `python -m benchmarks.validity` prints the tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import yaml
from rich.table import Table

from benchmarks.known_groups import Reading
from benchmarks.readback_data import Array, Texts, placed_terms
from benchmarks.validity_sets import SIGNS
from harness.stats.agreement import ccc, pearson
from harness.text.descriptions import clean
from harness.text.reasoning import separate
from harness.text.va_folds import FOLDS, fold_of, folds_in
from harness.text.va_readback import Reader

TEXTS = Path(__file__).with_name("validity_registers.yaml")
DEVELOPMENT = 5  # of each quadrant's texts; the others are held back
Half = Literal["development", "held back"]
GOALS = {
    **dict.fromkeys(("plain", "list", "literary", "clinical", "second_language"), 0.95),
    **dict.fromkeys(("hedged", "colloquial"), 0.85),
    **dict.fromkeys(("negation", "mixed", "bodily"), 0.8),
    "reasoning_first": 0.9,
}
"""Least share in the right quadrant; irony has none."""
SENTENCE = "The person feels {}."


def register_texts() -> dict[str, Any]:
    """Return the file's content."""
    raw: dict[str, Any] = yaml.safe_load(TEXTS.read_text(encoding="utf-8"))
    return raw


def registers(half: Half) -> dict[str, Texts]:
    """Return each register's texts, cleaned as answers are; their points are the signs of their quadrant."""
    raw = register_texts()
    part = slice(DEVELOPMENT) if half == "development" else slice(DEVELOPMENT, None)
    found: dict[str, Texts] = {}
    for name, listed in raw.items():
        if isinstance(listed, dict):
            pairs = [(text, SIGNS[quadrant]) for quadrant in SIGNS for text in listed[quadrant][part]]
            found[name] = Texts([clean(text).text for text, _ in pairs], np.array([signs for _, signs in pairs]))
    forms, plain = raw["reasoning_first"], found["plain"]
    whole = [forms[i % len(forms)].format(text) for i, text in enumerate(plain.texts)]
    return {**found, "reasoning_first": Texts([clean(separate(text).answer).text for text in whole], plain.va)}


def right(read: Reading, texts: Texts) -> Array:
    """Return which texts are read into their quadrant, shape (n,), 1 or 0."""
    return np.asarray((np.sign(read(texts.texts)) == texts.va).all(axis=1), dtype=np.float64)


def register_table(read: Reading) -> Table:
    """Return the share of texts read into their quadrant, by register and half."""
    table = Table(title="Read into the right quadrant (95 % Wilson interval)")
    for column in ("register", "n a half", "goal", "development", "held back", "both"):
        table.add_column(column)
    halves = [registers("development"), registers("held back")]
    for name in halves[0]:
        results = [right(read, half[name]) for half in halves]
        cells = [_share(result) for result in (*results, np.concatenate(results))]
        table.add_row(name, str(len(results[0])), str(GOALS.get(name, "-")), *cells)
    return table


def _share(result: Array) -> str:
    from scipy.stats import binomtest

    interval = binomtest(int(result.sum()), len(result)).proportion_ci(method="wilson")
    return f"{result.mean():.3f} [{interval.low:.2f}, {interval.high:.2f}]"


def neutral_table(read: Reading) -> Table:
    """Return what is read from texts without a feeling, and from other languages."""
    raw = register_texts()
    table = Table(title="Texts without a feeling, and in other languages")
    for column in ("set", "n", "mean valence, arousal", "largest |valence|, |arousal|", "unreadable"):
        table.add_column(column)
    for name in ("neutral", "other_languages"):
        found = read(raw[name])
        known = found[~np.isnan(found).any(axis=1)]
        statistics = (known.mean(axis=0), np.abs(known).max(axis=0)) if len(known) else ()
        cells = [", ".join(f"{value:.2f}" for value in statistic) for statistic in statistics] or ["-", "-"]
        table.add_row(name, str(len(found)), *cells, f"{len(found) - len(known)}")
    return table


def apart(reader: Reader, words: Sequence[str], frame: str) -> Array:
    """Read each word in a sentence frame by the member of the reader that never saw it, shape (n, 2)."""
    folds = np.array([fold_of(word) for word in words])
    texts = [frame.format(word) for word in words]
    found = np.empty((len(words), 2))
    for fold in range(FOLDS):
        rows = np.flatnonzero(folds == fold)
        found[rows] = reader.without(fold)([texts[row] for row in rows])
    return found


def unseen_table(reader: Reader, rated: dict[str, Texts]) -> Table:
    """Return agreement with ratings of words, by the whole reader and by members that never saw the word.

    Args:
        reader: the reader.
        rated: sets of bare words with ratings, in [-1, 1].
    """
    table = Table(title="Words against their ratings: r and CCC of valence / arousal, share in the right quadrant")
    for column in ("words", "n", "read by", "r", "CCC", "right quadrant"):
        table.add_column(column)
    terms = {term: point for term, point in placed_terms().items() if len(folds_in(term)) == 1}
    known = Texts(list(terms), np.array(list(terms.values())))
    sets = {"learned terms": (known, SENTENCE)} | {name: (words, "{}") for name, words in rated.items()}
    for name, (words, frame) in sets.items():
        whole = reader([frame.format(word) for word in words.texts])
        for by, read in (("all members", whole), ("the member without it", apart(reader, words.texts, frame))):
            weights = np.ones((1, len(read)))
            pairs = [
                " / ".join(f"{statistic(read[:, a], words.va[:, a], weights)[0]:.3f}" for a in (0, 1))
                for statistic in (pearson, ccc)
            ]
            quadrant = np.mean((np.sign(read) == np.sign(words.va)).all(axis=1))
            table.add_row(name, str(len(read)), by, *pairs, f"{quadrant:.3f}")
    return table
