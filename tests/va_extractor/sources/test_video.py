"""Frames of video files."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.refused import refused
from va_extractor.sources import video


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Write 25 grey frames at 10 frames a second."""
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (32, 32))
    for index in range(25):
        writer.write(np.full((32, 32, 3), 10 * index, np.uint8))
    writer.release()
    return path


def test_frames_are_sampled_at_the_rate_asked_for(clip: Path) -> None:
    items = video.list_items([clip], fps=2)
    assert [item.frame for item in items] == [0, 5, 10, 15, 20]
    assert len({item.cluster for item in items}) == 1
    assert all((item.path, item.labels, item.split) == (clip, (), "test") for item in items)
    assert [item.frame for item in video.list_items([clip], fps=100)] == list(range(25))


def test_videos_are_clusters_by_content(clip: Path, tmp_path: Path) -> None:
    copy = tmp_path / "other name.avi"
    copy.write_bytes(clip.read_bytes())
    assert len({item.cluster for item in video.list_items([clip, copy], fps=1)}) == 1


@given(st.integers(0, 500), st.floats(1, 120), st.floats(0.01, 240))
def test_sampling_is_even_unique_and_inside(count: int, native: float, fps: float) -> None:
    frames = list(video.sampled(count, native, fps))
    assert frames[:1] == [0][:count]
    assert all(0 <= frame < count for frame in frames)
    step = max(1.0, native / fps)
    gaps = np.diff(frames)
    assert np.all((gaps >= 1) & (np.abs(gaps - step) <= 1))
    assert len(frames) >= (count - 1) // step


@pytest.mark.parametrize("fps", [0.0, float("nan")])
def test_bad_rates(clip: Path, fps: float) -> None:
    with refused("range", field="--fps"):
        video.list_items([clip], fps)


def test_bad_files(tmp_path: Path) -> None:
    text = tmp_path / "text.mp4"
    text.write_text("not a video", encoding="utf-8")
    with refused("unreadable", file=text):
        video.list_items([text], 1)
    with refused("missing", file=tmp_path / "absent.mp4"):
        video.list_items([tmp_path / "absent.mp4"], 1)
    with refused("missing"):
        video.list_items([], 1)
