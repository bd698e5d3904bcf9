"""Faces in real photographs: those that scikit-image carries."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage import data

from tests.refused import refused
from va_extractor.faces.detector import Box, YuNet, crop, whole_image

ASTRONAUT: Box = (170, 55, 275, 180)  # where her face is, read off the photograph


@pytest.fixture(scope="module")
def detector(yunet: Path) -> YuNet:
    return YuNet(yunet)


@pytest.fixture(scope="module")
def lfw() -> np.ndarray:
    """scikit-image's 100 faces and then 100 non-faces, 25 x 25 grey, as uint8 (200, 25, 25)."""
    small: np.ndarray = data.lfw_subset()
    return (small * 255).astype(np.uint8)


def upsampled(small: np.ndarray, side: int, border: int) -> np.ndarray:
    grey = cv2.resize(np.pad(small, border, mode="edge"), (side, side), interpolation=cv2.INTER_CUBIC)
    return np.repeat(grey[..., None], 3, axis=2)


def test_the_astronauts_face_is_found_where_it_is(detector: YuNet) -> None:
    photo = data.astronaut()
    face = detector(photo, None)
    assert face.status == "ok"
    assert face.rgb is not None
    assert face.score is not None and face.score > 0.9
    place = np.unravel_index(
        np.argmin(cv2.matchTemplate(photo, face.rgb, cv2.TM_SQDIFF)),
        (photo.shape[0] - face.rgb.shape[0] + 1, photo.shape[1] - face.rgb.shape[1] + 1),
    )
    top, left = (int(at) for at in place)
    found = (left, top, left + face.rgb.shape[1], top + face.rgb.shape[0])
    assert overlap(found, ASTRONAUT) > 0.7


def overlap(one: Box, other: Box) -> float:
    """Intersection over union."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    both = max(0.0, width) * max(0.0, height)
    return both / (sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)) - both)


@pytest.mark.parametrize("scale", [0.25, 0.5, 3.0])
def test_the_size_of_the_photograph_does_not_matter(detector: YuNet, scale: float) -> None:
    photo = cv2.resize(data.astronaut(), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    face = detector(photo, None)
    assert face.status == "ok"
    assert face.rgb is not None
    assert face.rgb.shape[0] == pytest.approx(111 * scale, rel=0.15)


@pytest.mark.parametrize("name", ["coffee", "cat", "rocket", "hubble_deep_field"])
def test_no_face_is_found_where_there_is_none(detector: YuNet, name: str) -> None:
    photo: np.ndarray = getattr(data, name)()
    face = detector(photo, None)
    assert (face.status, face.rgb, face.score) == ("no_face", None, None)


@pytest.mark.parametrize("border", [0, 12])
def test_faces_are_found_and_other_images_are_not(detector: YuNet, lfw: np.ndarray, border: int) -> None:
    """Both tight crops, which are found at the second size only, and faces with a border."""
    found = [detector(upsampled(small, 200, border), None).rgb is not None for small in lfw[::3]]
    assert sum(found[:34]) >= 32
    assert sum(found[34:]) <= 1


def two_faces() -> np.ndarray:
    """The astronaut, and half her size to the right."""
    photo = data.astronaut()
    small = np.zeros_like(photo)
    small[:256, :256] = cv2.resize(photo, (256, 256), interpolation=cv2.INTER_AREA)
    return np.hstack([photo, small])


def test_of_several_faces_the_largest_is_taken_and_with_a_box_the_one_inside(detector: YuNet) -> None:
    photo = two_faces()
    largest = detector(photo, None)
    inside = detector(photo, (512, 0, 1024, 512))
    assert largest.rgb is not None
    assert inside.rgb is not None
    assert largest.rgb.shape[0] == pytest.approx(111, rel=0.15)
    assert inside.rgb.shape[0] == pytest.approx(111 / 2, rel=0.2)
    assert detector(photo, (300, 200, 500, 500)).status == "no_face"


def test_a_box_beside_the_image_or_of_no_size_shows_no_face(detector: YuNet) -> None:
    photo = data.astronaut()
    for box in ((600, 600, 700, 700), (100, 100, 100, 100), (-50, -50, -10, -10), (10, 10, 15, 400)):
        assert detector(photo, box).status == "no_face"


def test_no_face_of_an_earlier_image_is_kept(detector: YuNet) -> None:
    assert detector(data.astronaut(), None).status == "ok"
    assert detector(data.coffee(), None).rgb is None
    assert detector(np.zeros((1, 1, 3), np.uint8), None).rgb is None
    assert detector(np.zeros((3, 4000, 3), np.uint8), None).rgb is None


def test_without_a_detector_a_crop_is_the_face_if_it_has_ten_pixels() -> None:
    image = np.arange(40 * 30 * 3, dtype=np.uint8).reshape(40, 30, 3)
    whole = whole_image(image, None)
    assert whole.rgb is image
    assert whole.score is None
    part = whole_image(image, (5, 10, 20, 35))
    assert part.rgb is not None
    assert np.array_equal(part.rgb, image[10:35, 5:20])
    assert whole_image(image[:9], None).status == "no_face"


def test_a_crop_stays_inside_its_image() -> None:
    image = np.zeros((10, 20, 3), np.uint8)
    assert crop(image, (-5, -5, 5, 50)).shape == (10, 5, 3)
    assert crop(image, (30, 30, 40, 40)).size == 0


def test_weights_that_opencv_cannot_read_are_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "no.onnx"
    path.write_bytes(b"nothing")
    with refused("unreadable", file=path):
        YuNet(path)
