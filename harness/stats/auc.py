"""The area under the ROC curve of one item's labels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def auc(scores: Sequence[float], true: Sequence[bool]) -> float | None:
    """Return the fraction of (true, false) label pairs in which the true one scores higher; ties count half.

    Computed from the rank sum (Mann & Whitney 1947, Ann. Math. Stat. 18, 50-60). None if all or none are true.
    """
    from scipy.stats import rankdata

    held = sum(true)
    if held in (0, len(true)):
        return None
    above = float(rankdata(scores)[np.array(true)].sum()) - held * (held + 1) / 2
    return above / (held * (len(true) - held))
