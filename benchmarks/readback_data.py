"""Texts with valence and arousal for training and testing the reader: EmoBank, rated words, and framed terms."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from va_extractor.common.errors import InputError
from va_extractor.emotions.prototypes import norms

Array = NDArray[np.float64]

FRAMES = Path(__file__).with_name("va_readback_frames.yaml")
NEIGHBOUR = 0.35  # two terms closer than this in (valence, arousal) may share a sentence


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


def _placed_terms() -> dict[str, tuple[float, float]]:
    """Return each learned term's valence and arousal; the norms' values if a term is in both sources."""
    radius = _frames()["circumplex_radius"]
    angles = {term: math.radians(degrees) for term, degrees in _frames()["circumplex"].items()}
    placed = {term: (radius * math.cos(angle), radius * math.sin(angle)) for term, angle in angles.items()}
    return placed | {term: (norm.valence, norm.arousal) for term, norm in norms().items()}


def framed_examples(seed: int) -> Texts:
    """Return the learned terms in every plain frame, in degrees, negations and pairs, and the scenes."""
    frames = _frames()
    rng = np.random.default_rng(seed)
    placed = {term: np.array(point) for term, point in _placed_terms().items()}
    examples: list[tuple[str, Array]] = []
    for term, point in placed.items():
        near = [other for other, at in placed.items() if 0.0 < math.dist(point, at) < NEIGHBOUR]
        examples += [(frame.format(term), point) for frame in frames["plain"]]
        examples += [(frame.format(term), frames["negation_factor"] * point) for frame in frames["negations"]]
        for adverb, factor in frames["degrees"].items():
            examples.append((str(rng.choice(frames["plain"])).format(f"{adverb} {term}"), factor * point))
        for part, factor in (("pairs", 1.0), ("negated_pairs", frames["negation_factor"])):
            for frame in frames[part] if near else ():
                other = str(rng.choice(near))
                examples.append((frame.format(term, other), factor * (point + placed[other]) / 2.0))
    for quadrant, scenes in frames["scenes"].items():
        examples += [(scene, np.array(frames["scene_points"][quadrant])) for scene in scenes * frames["scene_copies"]]
    return Texts([text for text, _ in examples], np.clip([point for _, point in examples], -1.0, 1.0))
