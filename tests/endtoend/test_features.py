"""From a look-alike of EMOTIC's annotations to a score, by way of `annotations` and `publish --dry-run`."""

from __future__ import annotations

import csv
import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from va_extractor.cli import main as vaemo_extract
from va_extractor.emotions.labels import EMOTIC

if TYPE_CHECKING:
    from tests.endtoend.conftest import Command

COLUMNS = ["Index", "Folder", "Filename", "Image Size", "BBox"]
COLUMNS += ["Categorical_Labels", "Continuous_Labels", "Gender", "Age"]


def write_annotations(folder: Path) -> None:
    """Write both splits in the CSV form: people with bad feelings are rated unpleasant."""
    draw = random.Random(3)
    folder.mkdir()
    for split, count in (("train", 80), ("test", 40)):
        with (folder / f"{split}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for n in range(count):
                labels = ["Anger", "Sadness"] if n % 2 else ["Happiness", draw.choice(EMOTIC)]
                rating = [draw.uniform(1, 4) if n % 2 else draw.uniform(7, 10), draw.uniform(1, 10), 5.0]
                box = [10, 20, 30 + n, 40]
                row = [n, "look/alike", f"{split}{n // 2}.jpg", [640, 480], box, sorted(set(labels)), rating, "x", "x"]
                writer.writerow(row)


@pytest.fixture
def features(tmp_path: Path) -> Path:
    write_annotations(tmp_path / "annotations")
    arguments = ["--input", str(tmp_path / "annotations"), "--output", str(tmp_path / "features")]
    assert vaemo_extract(["annotations", "emotic", *arguments]) == 0
    return tmp_path / "features"


def test_annotations_become_features_and_scores(vaemo_eval: Command, features: Path) -> None:
    done = vaemo_eval(
        "--model", "baseline:logistic", "--tasks", "emotic_complex_mc,emotic_complex", "--features", features
    )
    assert done.code == 0, done.err
    task = done.record.tasks["emotic_complex_mc"]
    assert (task.items, task.clusters, task.features.va_source, task.features.synthetic) == (40, 20, ("human",), False)
    assert (task.metrics["macro_auc"].value or 0.0) > 0.6
    assert "SYNTHETIC" not in done.out
    assert vaemo_eval("rescore", done.folder).code == 0


def test_what_would_be_published_is_read_like_the_features(vaemo_eval: Command, features: Path) -> None:
    folder = features.parent / "published"
    publish = ["publish", str(features), "--repo", "org/name", "--version", "1.0.0", "--dry-run", str(folder)]
    assert vaemo_extract(publish) == 0
    task = "emotic_complex"
    local = vaemo_eval("--model", "baseline:prototype", "--tasks", task, "--features", features).record.tasks[task]
    public = vaemo_eval("--model", "baseline:prototype", "--tasks", task, "--features", folder).record.tasks[task]
    assert public.metrics == local.metrics
