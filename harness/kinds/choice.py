"""One of a few options that differ by item; exactly one is true."""

from __future__ import annotations

from harness.kinds.base import FIXED
from harness.kinds.single_label import SingleLabel


class Choice(SingleLabel):
    """One of a few options."""

    asks = "one of a few options"
    families = ("accuracy", "likelihood", "plane", "misses")
    offers = "options"
    has_examples = False
    answered_by = (*FIXED, "gaussian")


KIND = Choice()
