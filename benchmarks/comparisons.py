"""False alarms, power and rank ranges of the one test of `vaemo-eval compare` and the board, beside what it replaced.

Clusters of 1-5 items share 0.3 of the variance of the rating and of each model's error. In the cases of false alarms
both models have the same true CCC (2/3) or mean (0), but answer in other ways; replaced: answers of whole clusters
change sides at random. Detectable differences are means over samples, found in new samples with that true difference;
replaced: from the bootstrap's standard error. Boards have 8 models whose true means are equal, or 0.01 apart; replaced:
the middle 95 % of ranks in the bootstrap's draws.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable
from functools import partial

import numpy as np
from scipy import stats

from benchmarks.coverage import ccc, latent
from harness.stats.arrays import Floats, Ints, Weights
from harness.stats.bootstrap import cluster_weights, jackknife_weights
from harness.stats.power import detectable
from harness.stats.sign_flip import pseudo_values, sign_flip
from leaderboard.ranking import rank

Answers = Callable[[np.random.Generator, Ints, Floats], Floats]
Score = Callable[[Floats, Floats, Weights], Floats]
SWAPS = 500
MODELS, APART = 8, 0.01


def by_ccc(truth: Floats, said: Floats, weights: Weights) -> Floats:
    """Return (draws,) concordance correlations."""
    return ccc(np.stack([truth, said]), weights)


def by_mean(truth: Floats, said: Floats, weights: Weights) -> Floats:
    """Return (draws,) means of what was said."""
    return np.asarray(weights @ said / weights.sum(axis=1))


def blurred(rng: np.random.Generator, clusters: Ints, truth: Floats, sd: float = 1.0) -> Floats:
    """Answer with the truth and an error; CCC 2 / (2 + sd^2)."""
    return np.asarray(truth + sd * latent(rng, clusters, 1)[:, 0])


def moved(rng: np.random.Generator, clusters: Ints, truth: Floats) -> Floats:
    """Answer with the truth, a unit too high; CCC 2 / 3."""
    return truth + 1.0


def shrunken(rng: np.random.Generator, clusters: Ints, truth: Floats) -> Floats:
    """Answer with half the truth, half a unit too high; CCC 2 / 3."""
    return truth / 2 + 0.5


def noise(rng: np.random.Generator, clusters: Ints, truth: Floats, sd: float = 1.0) -> Floats:
    """Answer with noise of mean 0."""
    return np.asarray(sd * latent(rng, clusters, 1)[:, 0])


def rare(rng: np.random.Generator, clusters: Ints, truth: Floats) -> Floats:
    """Answer with skewed noise of mean 0."""
    return np.asarray(rng.chisquare(2, int(clusters.max()) + 1)[clusters] - 2)


CASES: tuple[tuple[str, Score, Answers, Answers], ...] = (
    ("CCC, blurred and blurred", by_ccc, blurred, blurred),
    ("CCC, blurred and a unit too high", by_ccc, blurred, moved),
    ("CCC, blurred and shrunken", by_ccc, blurred, shrunken),
    ("mean, small and large noise", by_mean, partial(noise, sd=0.3), noise),
    ("mean, even and skewed noise", by_mean, noise, rare),
)


def sample(count: int, rng: np.random.Generator) -> tuple[Ints, Floats]:
    """Return the clusters of items, and the truth."""
    clusters = np.repeat(np.arange(count), rng.integers(1, 6, count))
    return clusters, latent(rng, clusters, 1)[:, 0]


def gaps_of(score: Score, clusters: Ints, truth: Floats, first: Floats, second: Floats) -> Floats:
    """Return the pseudo-values of the difference."""
    rows = [np.ones((1, truth.size)), jackknife_weights(clusters, 0).astype(float)]
    value, left_out = (score(truth, first, one) - score(truth, second, one) for one in rows)
    found = pseudo_values(float(value[0]), left_out, corrected=False)
    if found is None:
        raise ValueError("a sample without a value")
    return found


def swapped(score: Score, clusters: Ints, truth: Floats, first: Floats, second: Floats) -> float:
    """Return the p value of exchangeable answers."""
    sides = np.random.default_rng(0).integers(0, 2, (SWAPS, int(clusters.max()) + 1))[:, clusters]
    sides = np.vstack([np.zeros_like(sides[:1]), sides])
    both, said = np.tile(truth, 2), np.concatenate([first, second])
    one, other = np.hstack([1 - sides, sides]), np.hstack([sides, 1 - sides])
    gap = np.abs(score(both, said, one) - score(both, said, other))
    return float((gap >= gap[0] - 1e-9).mean())


def alarms(score: Score, first: Answers, second: Answers, count: int, simulations: int) -> list[float]:
    """Return the shares of false alarms at 5 %, of the replaced test and of this."""
    found = []
    for seed in range(simulations):
        rng = np.random.default_rng([seed, count])
        clusters, truth = sample(count, rng)
        given = clusters, truth, first(rng, clusters, truth), second(rng, clusters, truth)
        found.append((swapped(score, *given) <= 0.05, sign_flip(gaps_of(score, *given)) <= 0.05))
    return [float(share) for share in np.mean(found, axis=0)]


def powers(count: int, simulations: int) -> list[float]:
    """Return detectable CCC differences and how often each is found: the replaced, with its test, and this."""
    steps = []
    for seed in range(50):
        rng = np.random.default_rng([seed, count, 1])
        clusters, truth = sample(count, rng)
        first, second = blurred(rng, clusters, truth), blurred(rng, clusters, truth)
        draws = np.concatenate([
            by_ccc(truth, first, one) - by_ccc(truth, second, one) for one in cluster_weights(clusters, 300, seed)
        ])  # fmt: skip
        t = sum(float(stats.t.ppf(below, count - 1)) for below in (0.975, 0.8))
        least = detectable(gaps_of(by_ccc, clusters, truth, first, second)).difference
        steps.append((t * draws.std(ddof=1) * math.sqrt(count / (count - 1)), np.nan if least is None else least))
    means = np.nanmean(steps, axis=0)
    return [means[0], _found(means[0], count, simulations, swapped), means[1], _found(means[1], count, simulations)]


def _found(step: float, count: int, simulations: int, test: Callable[..., float] | None = None) -> float:
    """Return how often a true CCC difference is found, half of it on either side of 2 / 3."""
    sds = [math.sqrt(2 / (2 / 3 + side * step / 2) - 2) for side in (1, -1)]
    found = []
    for seed in range(simulations):
        rng = np.random.default_rng([seed, count, 2])
        clusters, truth = sample(count, rng)
        given = clusters, truth, blurred(rng, clusters, truth, sds[0]), blurred(rng, clusters, truth, sds[1])
        found.append((test(by_ccc, *given) if test else sign_flip(gaps_of(by_ccc, *given))) <= 0.05)
    return float(np.mean(found))


def ranks(count: int, apart: float, simulations: int) -> list[float]:
    """Return shares of true ranks in their ranges (replaced and this), of boards with all in, and the mean width."""
    means = -apart * np.arange(MODELS)
    best = np.arange(1, MODELS + 1) if apart else np.ones(MODELS)
    worst = best if apart else np.full(MODELS, MODELS)
    found = []
    for seed in range(simulations):
        rng = np.random.default_rng([seed, count, 3])
        items = means[:, None] + rng.normal(size=count) + 0.5 * rng.normal(size=(MODELS, count))
        draws = items @ np.concatenate(list(cluster_weights(np.arange(count), 500, seed))).T / count
        placed = stats.rankdata(-draws, axis=0)
        low, high = np.floor(np.quantile(placed, 0.025, axis=1)), np.ceil(np.quantile(placed, 0.975, axis=1))
        now = rank(items.mean(axis=1), items)
        held = np.array([one.low <= a and b <= one.high for one, a, b in zip(now, best, worst, strict=True)])
        width = np.mean([one.high - one.low + 1 for one in now])
        found.append((((low <= best) & (worst <= high)).mean(), held.mean(), held.all(), width))
    return [float(share) for share in np.mean(found, axis=0)]


def main() -> None:
    """Print three tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--simulations", type=int, default=1000)
    times = parser.parse_args().simulations
    _line("false alarms at 5 %", "clusters", "replaced", "sign-flip")
    for name, score, first, second in CASES:
        for count in (15, 30, 100):
            _line(name, f"{count}", *(f"{share:.1%}" for share in alarms(score, first, second, count, times)))
    _line("power of CCC, clusters", "replaced", "found", "simulated", "found")
    for count in (15, 30, 100):
        old, found, new, found_now = powers(count, times)
        _line(f"{count}", f"{old:.3f}", f"{found:.1%}", f"{new:.3f}", f"{found_now:.1%}")
    _line("ranks: clusters", "apart", "replaced", "held", "all held", "width")
    for count in (40, 200):
        for apart in (0.0, APART):
            old, now, together, width = ranks(count, apart, times)
            _line(f"{count}", f"{apart}", f"{old:.1%}", f"{now:.1%}", f"{together:.1%}", f"{width:.1f}")


def _line(*cells: str) -> None:
    sys.stdout.write(f"| {' | '.join(cells)} |\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
