"""Text sets of the validity benchmark, their comparisons, and tests beyond quadrants."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from benchmarks.known_groups import Items, QuadrantAuc, Reading, Score, auc, quadrant_auc
from benchmarks.readback_data import Array, Texts

TEXTS = Path(__file__).with_name("validity_texts.yaml")
SIGNS = {"PA": (1.0, 1.0), "PD": (1.0, -1.0), "UA": (-1.0, 1.0), "UD": (-1.0, -1.0)}
CLEAR = np.array([0.2, 0.1])  # least |V| and |A|, on [-1, 1], of a human-rated text of clear affect
GOAL_OWN = (0.95, 0.85)
GOAL_EMOBANK = (0.90, 0.80)


def own_texts() -> dict[str, Any]:
    """Return our own texts from the file."""
    raw: dict[str, Any] = yaml.safe_load(TEXTS.read_text(encoding="utf-8"))
    return raw


@dataclass(frozen=True)
class Comparison:
    """A set of texts, the items they are compared with, and the goal for opposite and adjacent quadrants."""

    texts: Texts
    items: Items
    item_points: Array
    goal: tuple[float, float]
    without_self: bool = False

    def auc(self, score: Score) -> QuadrantAuc:
        """Return the measure's AUCs."""
        scores = score(self.texts, self.items)
        return quadrant_auc(scores, self.texts.va, self.item_points, without_self=self.without_self)


def _by_quadrant(part: dict[str, list[str]], size: float) -> Texts:
    pairs = [(text, SIGNS[quadrant]) for quadrant, texts in part.items() for text in texts]
    return Texts([text for text, _ in pairs], size * np.array([signs for _, signs in pairs]))


def _templates(raw: dict[str, Any], degree: str) -> dict[str, list[str]]:
    wording = raw["degrees"][degree]
    return {
        quadrant: [frame.format(wording.format(word)) for word in listed for frame in raw["frames"]]
        for quadrant, listed in raw["words"].items()
    }


def _items(raw: dict[str, Any], degree: str, size: float) -> Items:
    entries = [(entry, SIGNS[quadrant]) for quadrant, listed in raw.items() for entry in listed]
    va = size * np.array([signs for _, signs in entries])
    return Items([entry[degree] for entry, _ in entries], va, [entry["labels"] for entry, _ in entries])


def own_comparisons(raw: dict[str, Any]) -> dict[str, Comparison]:
    """Return our own sets, each against the eight plain items."""
    size = raw["points"]["plain"]
    items = _items(raw["items"], "plain", size)
    item_points = size * np.array([SIGNS[quadrant] for quadrant, listed in raw["items"].items() for _ in listed])
    degrees = [_by_quadrant(_templates(raw["templates"], degree), raw["points"][degree]) for degree in raw["points"]]
    templates = Texts([text for d in degrees for text in d.texts], np.concatenate([d.va for d in degrees]))
    flowery = {quadrant: [entry["flowery"] for entry in listed] for quadrant, listed in raw["contrasts"].items()}
    sets = {
        "templates": templates,
        "negations": _by_quadrant(raw["negations"], size),
        "no emotion words": _by_quadrant(raw["paraphrases"], size),
        "flowery": _by_quadrant(flowery, size),
        "held back": _by_quadrant(raw["held_back"], size),
    }
    return {name: Comparison(texts, items, item_points, GOAL_OWN) for name, texts in sets.items()}


def rated_comparisons(name: str, texts: Texts, goal: tuple[float, float]) -> dict[str, Comparison]:
    """Return human-rated texts of clear affect, each against the other texts and against their points.

    Args:
        name: of the set.
        texts: with the points on the reader's scale.
        goal: for the comparison of text with text and of text with point.
    """
    by_text = Items(texts.texts, None)
    by_point = Items(texts.texts, texts.va)
    return {
        f"{name}, text to text": Comparison(texts, by_text, texts.va, goal, without_self=True),
        f"{name}, text to point": Comparison(texts, by_point, texts.va, goal, without_self=True),
    }


def contrasts_won(raw: dict[str, Any], score: Score) -> float:
    """Return how often the right emotion in flowery words beats the wrong one in plain style, ties one half."""
    entries = [(entry, SIGNS[quadrant]) for quadrant, listed in raw["contrasts"].items() for entry in listed]
    labels = {quadrant: listed[0]["labels"] for quadrant, listed in raw["items"].items()}
    va = raw["points"]["plain"] * np.array([signs for _, signs in entries])
    owners = [labels[quadrant] for quadrant, listed in raw["contrasts"].items() for _ in listed]
    items = Items([entry["reference"] for entry, _ in entries], va, owners)
    right = np.diag(score(Texts([entry["flowery"] for entry, _ in entries], va), items))
    wrong = np.diag(score(Texts([entry["wrong"] for entry, _ in entries], -va), items))
    return float(np.mean((right > wrong) + (right == wrong) / 2.0)) if not np.isnan(right).any() else float("nan")


def intensity_auc(raw: dict[str, Any], score: Score) -> float:
    """Return the AUC of the same against another intensity, templates against items of their own quadrant."""
    same: list[Array] = []
    other: list[Array] = []
    for quadrant in SIGNS:
        for text_degree, text_size in raw["points"].items():
            texts = _by_quadrant({quadrant: _templates(raw["templates"], text_degree)[quadrant]}, text_size)
            for item_degree, item_size in raw["points"].items():
                items = _items({quadrant: raw["items"][quadrant]}, item_degree, item_size)
                (same if text_degree == item_degree else other).append(score(texts, items).ravel())
    return auc(np.concatenate(same), np.concatenate(other))


def degrees_in_order(raw: dict[str, Any], read: Reading) -> float:
    """Return how often a template in a higher degree is read as further out along its quadrant's diagonal."""
    outward = []
    for degree, size in raw["points"].items():
        texts = _by_quadrant(_templates(raw["templates"], degree), size)
        outward.append((read(texts.texts) * np.sign(texts.va)).sum(axis=1))
    return float(np.mean(np.diff(outward, axis=0) > 0))


def clear(texts: Texts) -> Array:
    """Return which texts are of clear affect, shape (n,)."""
    return np.asarray((np.abs(texts.va) > CLEAR).all(axis=1))
