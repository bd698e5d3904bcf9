"""The five kinds of question, and which metrics answer each."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a task asks of the model.

    Attributes:
        SINGLE_LABEL: one label of a fixed set; exactly one is true.
        CHOICE: one of a few options that differ by item; exactly one is true.
        MULTI_LABEL: a set of labels; several may be true.
        RANKING: a log-likelihood for each label; several may be true.
        DESCRIPTION: a text.
    """

    SINGLE_LABEL = "single_label"
    CHOICE = "choice"
    MULTI_LABEL = "multi_label"
    RANKING = "ranking"
    DESCRIPTION = "description"
