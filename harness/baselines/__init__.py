"""Baselines: answers from valence and arousal, or from nothing, by rules a reader can check."""

from harness.baselines.answers import STANDING, answer_texts, choice_scores, fitted_on
from harness.baselines.names import BASELINES, check_answers

__all__ = ["BASELINES", "STANDING", "answer_texts", "check_answers", "choice_scores", "fitted_on"]
