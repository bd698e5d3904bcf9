"""Croissant metadata (mlcommons.org/croissant, version 1.0): files and columns, described for programs."""

from __future__ import annotations

import json
from datetime import datetime, time
from typing import Any

import pyarrow as pa

from va_extractor.common.errors import InputError, need
from va_extractor.publish.card import SENSITIVE, notices, page
from va_extractor.publish.release import Release
from va_extractor.schema import COLUMNS

REPOSITORY = "repo"
_UNHASHED = "https://github.com/mlcommons/croissant/issues/80"
"""The Hub's own Croissant files write this instead of a hash of a whole repository."""

_DESCRIPTIONS = {
    "item_id": "Salted hash that identifies the item.",
    "cluster_id": "Salted hash shared by items that are not independent.",
    "valence": "Pleasantness in [-1, 1].",
    "arousal": "Activation in [-1, 1].",
    "dominance": "Control in [-1, 1].",
    "va_source": "Who or what gave valence and arousal.",
    "va_status": "Whether a face was measured.",
    "face_score": "Confidence of the face detector.",
    "labels": "Category labels.",
    "label_weights": "Annotators' votes for each label / most votes.",
    "annotator_labels": "Each annotator's own labels, a list for each.",
    "references": "Texts that describe the item.",
    "reference_kind": "Who wrote the references.",
}


def render(release: Release) -> str:
    """Return the metadata as JSON, checked by mlcroissant.

    Raises:
        InputError: mlcroissant is not installed, or rejects the metadata.
    """
    mlc = need("mlcroissant", "extract", "publishing")
    distribution: list[Any] = [
        mlc.FileObject(
            id=REPOSITORY,
            name=REPOSITORY,
            description="The Hub repository.",
            content_url=f"{page(release)}/tree/refs%2Ftags%2F{release.tag}",
            encoding_formats=["git+https"],
            sha256=_UNHASHED,
        )
    ]
    distribution += [
        mlc.FileSet(
            id=f"{source}-files",
            name=f"{source}-files",
            description=f"Parquet files of the source '{source}'.",
            contained_in=[REPOSITORY],
            encoding_formats=["application/x-parquet"],
            includes=f"{source}/*.parquet",
        )
        for source in release.by_source
    ]
    metadata = mlc.Metadata(
        name=release.repo.split("/")[1],
        description=f"Valence and arousal with category labels: {', '.join(release.by_source)}.",
        url=page(release),
        version=release.version,
        date_published=datetime.combine(release.day, time()),
        license=list(dict.fromkeys(part.provenance.licence for part in release.parts)),
        cite_as=" ".join(dict.fromkeys(part.provenance.citation for part in release.parts)),
        creators=[mlc.Organization(name=release.repo.split("/")[0])],
        keywords=["emotion", "valence", "arousal"],
        personal_sensitive_information=[SENSITIVE],
        data_limitations=[notice.terms for notice in notices(release.parts)] or None,
        distribution=distribution,
        record_sets=[_record_set(mlc, source) for source in release.by_source],
    )
    text = json.dumps(metadata.to_json(), indent=2, ensure_ascii=False, default=str) + "\n"
    try:
        mlc.Dataset(jsonld=json.loads(text))
    except mlc.ValidationError as error:
        raise InputError(f"mlcroissant rejects the metadata: {error}", code="conflict", file=release.repo) from None
    return text


def _record_set(mlc: Any, source: str) -> Any:
    files = f"{source}-files"
    split = mlc.Field(
        id=f"{source}/split",
        name="split",
        description="Name of the split.",
        data_types=[mlc.DataType.TEXT],
        source=mlc.Source(
            file_set=files,
            extract=mlc.Extract(file_property=mlc.FileProperty.fullpath),
            transforms=[mlc.Transform(regex=rf"{source}/(.+)-\d{{5}}-of-\d{{5}}\.parquet$")],
        ),
    )
    fields = [
        mlc.Field(
            id=f"{source}/{field.name}",
            name=field.name,
            description=_DESCRIPTIONS[field.name],
            data_types=[_type(mlc, field.type)],
            repeated=pa.types.is_list(field.type) or None,
            source=mlc.Source(file_set=files, extract=mlc.Extract(column=field.name)),
        )
        for field in COLUMNS
    ]
    return mlc.RecordSet(id=source, name=source, fields=[split, *fields])


def _type(mlc: Any, kind: pa.DataType) -> Any:
    while pa.types.is_list(kind):
        kind = kind.value_type
    return mlc.DataType.TEXT if pa.types.is_string(kind) else mlc.DataType.FLOAT
