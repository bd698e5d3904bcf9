"""The dataset card, read by the Hub's own parser."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from huggingface_hub import DatasetCard

from va_extractor.publish.card import render
from va_extractor.publish.release import Release, read_release

SECTIONS = (
    "What is in it",
    "Where it comes from",
    "Licensing",
    "Personal and sensitive information",
    "Intended use",
    "Out-of-scope use",
    "Limitations",
    "Citation",
)


def front_matter(release: Release) -> dict[str, Any]:
    matter: dict[str, Any] = yaml.safe_load(DatasetCard(render(release)).data.to_yaml())
    return matter


def test_the_hub_reads_configs_and_gating_from_the_front_matter(release: Release) -> None:
    matter = front_matter(release)
    assert matter["configs"] == [
        {"config_name": "drawn", "data_files": [{"split": "test", "path": "drawn/test-*.parquet"}]},
        {
            "config_name": "faces",
            "data_files": [
                {"split": "test", "path": "faces/test-*.parquet"},
                {"split": "train", "path": "faces/train-*.parquet"},
            ],
        },
    ]
    assert matter["size_categories"] == ["n<1K"]
    assert matter["license"] == "other"
    assert matter["license_link"].endswith("/datasets/org/name#licensing")
    assert "non-commercial" in matter["extra_gated_prompt"]
    assert "synthetic" in matter["tags"]


def test_an_open_dataset_asks_nothing(features: Path) -> None:
    open_one = read_release(features, "org/name", "1.0.0", gated=False, day=date(2026, 3, 1))
    assert "extra_gated_prompt" not in front_matter(open_one)


def test_the_text_has_every_section_and_what_the_files_say_of_themselves(release: Release) -> None:
    text = DatasetCard(render(release)).text
    assert [line[3:] for line in text.splitlines() if line.startswith("## ")] == list(SECTIONS)
    for told in ("terms & <conditions>", "Author of faces (2020)", "facechannel 1, weights SHA-256 " + "ab" * 32):
        assert told in text
    assert "1 to 10, converted linearly" in text
    assert "| `faces` | `train` | 10 | 10 | ok 10 | 3 | 5 |" in text
    assert "org/name@v1.2.3" in text
    assert "**SYNTHETIC**: the rows of drawn" in text


def test_a_users_text_cannot_break_out_of_its_cell(release: Release) -> None:
    text = DatasetCard(render(release)).text
    assert "one ## two \\| three |" in text
    rows = [line for line in text.splitlines() if line.startswith("| `train` |")]
    assert [line.replace("\\|", "").count("|") for line in rows] == [8]


@pytest.mark.parametrize(("source", "told"), [("faces", True), ("drawn", False)])
def test_the_tools_terms_are_told_where_its_numbers_are(features: Path, source: str, told: bool) -> None:
    for folder in features.iterdir():
        if folder.name != source:
            for path in folder.iterdir():
                path.unlink()
    text = render(read_release(features, "org/name", "1.0.0", gated=False, day=date(2026, 3, 1)))
    assert ("AffectNet" in text) is told
    assert ("Barros" in text) is told
    assert ("SYNTHETIC" in text) is not told
