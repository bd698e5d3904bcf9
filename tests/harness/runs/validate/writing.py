"""A sound task YAML for tests to break, and validating what is broken."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from harness.runs.validate import Report, Settings, Target, names, validate
from harness.tasks.features import SHIPPED

SOUND = r"""task: mine
custom_dataset: !function harness.tasks.functions.single_label_dataset
training_split: train
fewshot_split: train
test_split: test
output_type: generate_until
doc_to_text: |-
  A face was measured from -1.00 to 1.00.
  Which emotion is it: {{ choices | join(', ') }}?
  Valence: {{ '%.2f' | format(valence) }}
  Arousal: {{ '%.2f' | format(arousal) }}
  Emotion:
doc_to_target: target
process_results: !function harness.tasks.functions.single_label_score
metric_list: !function harness.tasks.functions.single_label_metrics
generation_kwargs: {until: ["\n\n"], max_gen_toks: 64}
metadata:
  version: 1.0
  title: Name the emotion.
  source: iimi
  labels: [anger, disgust, fear, happiness, neutral, sadness, surprise]
  main_score: macro_f1
"""


def changed(old: str, new: str) -> str:
    """Return the sound YAML with one text replaced by another."""
    assert SOUND.count(old) == 1, old
    return SOUND.replace(old, new)


def check(folder: Path, text: str, *, controls: bool = False, features: str = SHIPPED) -> Report:
    """Write a YAML and validate it."""
    folder.mkdir(exist_ok=True)
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return validate(Target(path, folder), Settings(features, controls=controls), _ours())


@cache
def _ours() -> dict[str, Path]:
    return names([], [])
