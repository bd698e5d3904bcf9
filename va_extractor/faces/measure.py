"""Measure listed images: read them, find faces and run the network in batches, and return rows of features."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa

from va_extractor.extractors import Extractor, extractor
from va_extractor.extractors.network import Device, Network
from va_extractor.faces.detector import Detector, Face, YuNet, whole_image
from va_extractor.faces.reader import Read, Reader, Unreadable
from va_extractor.schema import COLUMNS, item_id
from va_extractor.sources import ImageItem

BATCH = 32  # faces; as fast as 16 or 256, and in the processor's cache

T = TypeVar("T")


@dataclass(frozen=True)
class Setup:
    """What a worker needs: ONNX files of extractor and detector (None: images are face crops), device and salt."""

    extractor: str
    weights: Path
    detector: Path | None
    device: Device
    salt: str


class Tools:
    """The loaded extractor, network and detector of one worker."""

    def __init__(self, setup: Setup) -> None:
        self.salt = setup.salt
        self.extractor: Extractor = extractor(setup.extractor)
        self.network = Network(setup.weights, setup.device)
        self.detector: Detector = YuNet(setup.detector) if setup.detector else whole_image


@dataclass(frozen=True)
class _Seen:
    """An item after reading and detection: its digest, its face, and the network's input if there is a face."""

    item: ImageItem
    digest: str
    face: Face
    seen: np.ndarray | None


def measure(items: Sequence[ImageItem], tools: Tools) -> pa.Table:
    """Measure valence and arousal of every item.

    Args:
        items: any number; the same items in the same order give the same rows.
        tools: extractor, network and detector.

    Returns:
        One row an item, in order, with the columns of `schema.COLUMNS`. An unreadable file and one without a face
        have a row with that status. Items with the same content, box and frame have the same `item_id`.

    Raises:
        InputError: the network does not fit the extractor.
    """
    rows: list[dict[str, object]] = []
    for batch in _ahead(_batches(_look(items, tools), BATCH)):
        inputs = [one.seen for one in batch if one.seen is not None]
        va = iter(tools.extractor.va(tools.network(np.stack(inputs))) if inputs else ())
        rows += [_row(one, next(va) if one.seen is not None else None, tools) for one in batch]
    return pa.Table.from_pylist(rows, schema=COLUMNS)


def _look(items: Sequence[ImageItem], tools: Tools) -> Iterator[_Seen]:
    reader = Reader()
    for item in items:
        read = reader.read(item)
        face = _face(read, item, tools.detector)
        seen = tools.extractor.preprocess(face.rgb) if face.rgb is not None else None
        yield _Seen(item, read.digest, Face(face.status, None, face.score), seen)


def _face(read: Read, item: ImageItem, detector: Detector) -> Face:
    if isinstance(read.picture, Unreadable):
        return Face("unreadable")
    left, top, right, bottom = (read.picture.scale * side for side in item.box or (0, 0, 0, 0))
    return detector(read.picture.rgb, (left, top, right, bottom) if item.box else None)


def _row(one: _Seen, va: np.ndarray | None, tools: Tools) -> dict[str, object]:
    item = one.item
    place = [repr(float(side)) for side in item.box or ()]
    return {
        "item_id": item_id(tools.salt, one.digest, *place, *([] if item.frame is None else [item.frame])),
        "cluster_id": item_id(tools.salt, "cluster", item.cluster),
        "valence": None if va is None else va[0],
        "arousal": None if va is None else va[1],
        "dominance": None,
        "va_source": tools.extractor.va_source,
        "va_status": one.face.status,
        "face_score": one.face.score,
        "labels": item.labels,
        "label_weights": item.label_weights,
        "annotator_labels": item.annotator_labels,
        "references": item.references,
        "reference_kind": item.reference_kind,
    }


def _batches(stream: Iterator[_Seen], faces: int) -> Iterator[list[_Seen]]:
    """Group a stream so that each group but the last has `faces` faces, and any number of items without one."""
    batch: list[_Seen] = []
    count = 0
    for one in stream:
        batch.append(one)
        count += one.seen is not None
        if count == faces:
            yield batch
            batch, count = [], 0
    if batch:
        yield batch


def _ahead(stream: Iterator[T]) -> Iterator[T]:
    """Draw one ahead from `stream` in a second thread, so that reading and detection overlap with the network."""
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(next, stream, None)
        while (one := coming.result()) is not None:
            coming = thread.submit(next, stream, None)
            yield one
