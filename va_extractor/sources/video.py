"""Video files: one item a sampled frame, one cluster a video."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from va_extractor.common.errors import InputError
from va_extractor.sources import DEFAULT_SPLIT, ImageItem


def list_items(paths: Sequence[Path], fps: float) -> list[ImageItem]:
    """List frames of each video, `fps` a second from the first.

    Args:
        paths: video files, in any container that OpenCV reads.
        fps: frames a second to sample, above 0; every frame where the video has fewer.

    Raises:
        InputError: `fps` is not above 0, or a file is missing or not a video.
    """
    if not fps > 0:
        raise InputError("must be above 0", code="range", field="--fps", found=fps)
    if not paths:
        raise InputError("no video file is given", code="missing")
    return [item for path in paths for item in _frames(path, fps)]


def sampled(count: int, native_fps: float, fps: float) -> Iterator[int]:
    """Yield the indices of the frames nearest to 0, 1/fps, 2/fps, ... seconds, each once.

    Args:
        count: frames of the video.
        native_fps: frames a second of the video, above 0.
        fps: frames a second to sample, above 0.
    """
    step = max(1.0, native_fps / fps)
    for k in range(count):
        index = int(k * step + 0.5)
        if index >= count:
            return
        yield index


def _frames(path: Path, fps: float) -> Iterator[ImageItem]:
    import cv2

    if not path.is_file():
        raise InputError("no such file", code="missing", file=path)
    video = cv2.VideoCapture(str(path))
    try:
        count, native = int(video.get(cv2.CAP_PROP_FRAME_COUNT)), float(video.get(cv2.CAP_PROP_FPS))
    finally:
        video.release()
    if count < 1 or not native > 0:
        raise InputError("is not a video that OpenCV can read", code="unreadable", file=path)
    with path.open("rb") as file:
        cluster = hashlib.file_digest(file, "sha256").hexdigest()
    for index in sampled(count, native, fps):
        yield ImageItem(path=path, labels=(), cluster=cluster, split=DEFAULT_SPLIT, frame=index)
