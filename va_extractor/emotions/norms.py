"""Published mean valence, arousal and dominance of emotion terms.

Figures of Russell, J. A. & Mehrabian, A. (1977). Evidence for a three-factor theory of emotions. Journal of Research in
Personality, 11(3), 273-294, doi:10.1016/0092-6566(77)90037-X: means on [-1, 1], and standard deviations for the few
terms whose SDs we have. The 142 terms of `norms.csv` are those whose figures agree in two independent transcriptions of
the paper's table, or are in only one of them. Nine terms on which the transcriptions disagree are left out.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Norm:
    """One term's published means and standard deviations over raters, on [-1, 1]; an unpublished SD is None."""

    term: str
    valence: float
    arousal: float
    dominance: float
    valence_sd: float | None
    arousal_sd: float | None


@cache
def norms() -> dict[str, Norm]:
    """Return the 142 terms by name, in alphabetical order."""
    with files("va_extractor.emotions").joinpath("norms.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {
        row["term"]: Norm(
            row["term"],
            float(row["valence"]),
            float(row["arousal"]),
            float(row["dominance"]),
            float(row["valence_sd"]) if row["valence_sd"] else None,
            float(row["arousal_sd"]) if row["arousal_sd"] else None,
        )
        for row in rows
    }
