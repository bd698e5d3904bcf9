"""The dataset card: front matter for the Hub, and text for people."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import yaml

from va_extractor.publish.release import Part, Release
from va_extractor.schema import Tool

_SIZES = ((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"), (10**7, "1M<n<10M"))
_GATED_PROMPT = (
    "By asking for access you agree to use these rows for non-commercial research only, under the terms of the sources "
    "and tools named in the card, and not to try to identify the people in them."
)
SENSITIVE = (
    "A row describes how one person looked in one image, as measured or judged by people. It has no pixel, crop, "
    "embedding, box, file name or name of a person, and none can be rebuilt from it. Item and cluster ids are salted "
    "hashes: someone with the source's images and the salt can identify an item."
)


@dataclass(frozen=True)
class Notice:
    """What an extractor's terms allow, and the work to cite."""

    terms: str
    citation: str


NOTICES = {
    "facechannel": Notice(
        terms=(
            "Valence and arousal were measured by FaceChannel. Its author's statements on licence differ (LGPL-3 in "
            "the repository's licence file, MIT in the package, 'non-commercial research' in the README), and "
            "AffectNet, on which such networks are trained, is for research only. Its weights are not part of this "
            "dataset. Use these numbers for non-commercial research only, unless the rights holders allow more."
        ),
        citation=(
            "Barros, P., Churamani, N. & Sciutti, A. (2020). The FaceChannel: A Fast and Furious Deep Neural Network "
            "for Facial Expression Recognition. SN Computer Science 1. doi:10.1007/s42979-020-00325-6"
        ),
    ),
    "emotieffnet": Notice(
        terms=(
            "Valence and arousal were measured by EmotiEffNet, trained on AffectNet, whose terms allow research only. "
            "Its weights are not part of this dataset. Use these numbers for non-commercial research only, unless "
            "the rights holders allow more."
        ),
        citation=(
            "Savchenko, A. V., Savchenko, L. V. & Makarov, I. (2022). Classifying Emotions and Engagement in Online "
            "Learning Based on a Single Facial Expression Recognition Neural Network. IEEE Transactions on Affective "
            "Computing 13(4), 2132-2143. doi:10.1109/TAFFC.2022.3188390"
        ),
    ),
}
"""By `va_source`; other rows have no extractor."""


def front_matter(release: Release) -> dict[str, Any]:
    """Return the card's metadata, with the Hub's field names."""
    matter: dict[str, Any] = {
        "pretty_name": release.repo.split("/")[1],
        "language": ["en"],
        "license": "other",
        "license_name": "terms-of-each-source",
        "license_link": f"{page(release)}#licensing",
        "task_categories": ["text-classification"],
        "tags": ["emotion", "affective-computing", "valence", "arousal", "vaemo-eval"],
        "size_categories": [next((size for most, size in _SIZES if release.rows < most), "n>10M")],
        "configs": [
            {
                "config_name": source,
                "data_files": [{"split": part.split, "path": f"{source}/{part.split}-*.parquet"} for part in parts],
            }
            for source, parts in release.by_source.items()
        ],
    }
    if any(part.provenance.synthetic for part in release.parts):
        matter["tags"].append("synthetic")
    if release.gated:
        matter["extra_gated_prompt"] = _GATED_PROMPT
        matter["extra_gated_fields"] = {"I agree to these terms": "checkbox"}
    return matter


def page(release: Release) -> str:
    """Return the address of the dataset's page."""
    from huggingface_hub import constants

    return f"{constants.ENDPOINT}/datasets/{release.repo}"


def render(release: Release) -> str:
    """Return the whole card, front matter and text."""
    from jinja2 import Environment, StrictUndefined, select_autoescape

    environment = Environment(
        autoescape=select_autoescape(default_for_string=False),  # the card is Markdown, not HTML
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"line": _line, "cell": _cell, "tool": _tool}
    template = files("va_extractor.publish").joinpath("card.md.j2").read_text(encoding="utf-8")
    return environment.from_string(template).render(
        front_matter=yaml.safe_dump(front_matter(release), sort_keys=False, allow_unicode=True, width=1000).strip(),
        release=release,
        sources=release.by_source,
        notices=notices(release.parts),
        citations=_citations(release),
        synthetic=sorted({part.source for part in release.parts if part.provenance.synthetic}),
        sensitive=SENSITIVE,
    )


def notices(parts: tuple[Part, ...]) -> list[Notice]:
    """Return the notices of the extractors that measured rows of `parts`."""
    used = {name for part in parts for name in part.table["va_source"].unique().to_pylist()}
    return [notice for name, notice in NOTICES.items() if name in used]


def _citations(release: Release) -> list[str]:
    sources = [part.provenance.citation for part in release.parts]
    return list(dict.fromkeys([*sources, *(notice.citation for notice in notices(release.parts))]))


def _line(text: object) -> str:
    """Return text as one line, so that no user's text begins a new section."""
    return " ".join(str(text).split())


def _cell(text: object) -> str:
    """Return text as one table cell."""
    return _line(text).replace("|", "\\|")


def _tool(tool: Tool | None) -> str:
    if tool is None:
        return "none"
    return f"{_line(tool.name)} {_line(tool.version)}, weights SHA-256 {tool.weights_sha256 or 'none'}"
