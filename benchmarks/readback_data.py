"""Texts with valence and arousal for training and testing the reader: EmoBank, rated words, and framed terms."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from harness.text.emotion_words import noun
from harness.text.va_folds import folds_in
from va_extractor.common.errors import InputError
from va_extractor.emotions.prototypes import norms

Array = NDArray[np.float64]

FRAMES = Path(__file__).with_name("va_readback_frames.yaml")
NEIGHBOUR = 0.35  # two terms closer than this in (valence, arousal) may share a sentence
WARRINER_WORDS = 2000
OPPOSED = 0.7  # two terms further apart than this may stand against each other


@dataclass(frozen=True)
class Texts:
    """Texts and the valence and arousal that they are meant, or were rated, to convey, shape (n, 2), in [-1, 1]."""

    texts: list[str]
    va: Array

    def take(self, index: NDArray[np.integer[Any]]) -> Texts:
        """Return the texts at these positions."""
        return Texts([self.texts[i] for i in index], self.va[index])


def read_emobank(path: Path, split: str) -> Texts:
    """Return EmoBank's sentences of one split that are not blank, ratings of 1-5 brought to [-1, 1] by (x - 3) / 2.

    Raises:
        InputError: the file is missing or lacks the split or a column.
    """
    rows = [row for row in _rows(path, ("split", "V", "A", "text")) if row["split"] == split and row["text"].strip()]
    if not rows:
        raise InputError(
            "no such split", code="missing", file=path, field="split", found=split, hint="give EmoBank's CSV"
        )
    return Texts([row["text"] for row in rows], (_numbers(path, rows) - 3.0) / 2.0)


def read_rated_words(path: Path, without: frozenset[str]) -> Texts:
    """Return words with ratings of 1-9 brought to [-1, 1] by (x - 5) / 4.

    Args:
        path: CSV with columns word, V, A, such as the Glasgow norms (Scott et al. 2019).
        without: words to leave out.

    Raises:
        InputError: the file is missing or lacks a column.
    """
    rows = [row for row in _rows(path, ("word", "V", "A")) if row["word"].lower() not in without]
    return Texts([row["word"] for row in rows], (_numbers(path, rows) - 5.0) / 4.0)


def read_warriner(path: Path) -> Texts:
    """Return WARRINER_WORDS words of the norms of Warriner et al. (2013), by a fixed seed, without known emotion words.

    The norms are of 13,915 words of all kinds; ratings of 1-9 are brought to [-1, 1] by (x - 5) / 4.

    Args:
        path: CSV with columns Word, V.Mean.Sum and A.Mean.Sum.

    Raises:
        InputError: the file is missing or lacks a column.
    """
    columns = {"Word": "word", "V.Mean.Sum": "V", "A.Mean.Sum": "A"}
    rows = [{new: row[old] for old, new in columns.items()} for row in _rows(path, tuple(columns))]
    unknown = [row for row in rows if not folds_in(row["word"])]
    drawn = [unknown[place] for place in np.random.default_rng(0).permutation(len(unknown))[:WARRINER_WORDS]]
    return Texts([row["word"] for row in drawn], (_numbers(path, drawn) - 5.0) / 4.0)


def _rows(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    if not path.is_file():
        raise InputError(
            "no such file", code="missing", file=path, hint=f"give a CSV with columns {', '.join(columns)}"
        )
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if missing := set(columns) - set(reader.fieldnames or ()):
            raise InputError("no such column", code="missing", file=path, field=min(missing))
        return list(reader)


def _numbers(path: Path, rows: list[dict[str, str]]) -> Array:
    try:
        return np.array([[float(row["V"]), float(row["A"])] for row in rows]).reshape(-1, 2)
    except ValueError as error:
        raise InputError(f"must hold numbers: {error}", code="type", file=path, field="V, A") from None


@cache
def _frames() -> dict[str, Any]:
    frames: dict[str, Any] = yaml.safe_load(FRAMES.read_text(encoding="utf-8"))
    return frames


def learned_terms() -> frozenset[str]:
    """Return the terms whose published figures the reader learns from."""
    return frozenset(norms()) | frozenset(_frames()["circumplex"])


def placed_terms() -> dict[str, tuple[float, float]]:
    """Return each learned term's valence and arousal; the norms' values if a term is in both sources."""
    radius = _frames()["circumplex_radius"]
    angles = {term: math.radians(degrees) for term, degrees in _frames()["circumplex"].items()}
    placed = {term: (radius * math.cos(angle), radius * math.sin(angle)) for term, angle in angles.items()}
    return placed | {term: (norm.valence, norm.arousal) for term, norm in norms().items()}


def framed_examples(seed: int) -> Texts:
    """Return the learned terms in sentence frames of each kind, drawn by the seed, the scenes and the neutral texts."""
    frames = _frames()
    rng = np.random.default_rng(seed)
    placed = {term: np.array(point) for term, point in placed_terms().items()}
    examples = [example for term in placed for example in _framed(term, placed, frames, rng)]
    points = frames["scene_points"]
    fixed = [(scene, points[quadrant]) for quadrant, listed in frames["scenes"].items() for scene in listed]
    fixed += [(text, (0.0, 0.0)) for text in frames["neutral"]]
    examples += [(text, np.array(point)) for text, point in fixed * frames["copies"]]
    return Texts([text for text, _ in examples], np.clip([point for _, point in examples], -1.0, 1.0))


def _framed(
    term: str, placed: dict[str, Array], frames: dict[str, Any], rng: np.random.Generator
) -> Iterator[tuple[str, Array]]:
    """Yield texts with the term, and the points that they convey."""
    point, denied = placed[term], frames["negation_factor"]

    def drawn(kind: str) -> list[str]:
        listed = frames[kind]
        return [listed[place] for place in rng.permutation(len(listed))[: frames["draws"][kind]]]

    def with_others(kind: str, others: list[str], weight: float, factor: float) -> Iterator[tuple[str, Array]]:
        for frame in drawn(kind) if others else ():
            other = str(rng.choice(others))
            yield frame.format(term, other), factor * (weight * point + (1.0 - weight) * placed[other])

    yield from ((frame.format(term), point) for frame in drawn("plain"))
    yield from ((frame.format(term), denied * point) for frame in drawn("negations"))
    for adverb, factor in frames["degrees"].items():
        yield str(rng.choice(frames["plain"])).format(f"{adverb} {term}"), factor * point
    if name := noun(term):
        yield from ((frame.format(name), point) for frame in drawn("nouns"))
    near = [other for other, at in placed.items() if 0.0 < math.dist(point, at) < NEIGHBOUR]
    far = [other for other, at in placed.items() if math.dist(point, at) > OPPOSED]
    yield from with_others("pairs", near, 0.5, 1.0)
    yield from with_others("negated_pairs", near, 0.5, denied)
    yield from with_others("prevailing", far, frames["prevailing_weight"], 1.0)
    yield from with_others("instead", far, 1.0, 1.0)
