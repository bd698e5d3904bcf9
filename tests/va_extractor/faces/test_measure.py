"""The core: images in, rows out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import pyarrow as pa
import pytest
from PIL import Image

from tests.refused import refused
from va_extractor.faces.measure import BATCH, Setup, Tools, measure
from va_extractor.schema import check
from va_extractor.sources import ImageItem

Patterns = Callable[[int], list[bytes]]


@pytest.fixture(scope="module")
def tools(standin: Path) -> Tools:
    return Tools(Setup("facechannel", standin, None, "cpu", "salt"))


def written(files: list[bytes], folder: Path) -> list[ImageItem]:
    items = []
    for index, data in enumerate(files):
        path = folder / f"subject_{index:04d}.png"
        path.write_bytes(data)
        items.append(ImageItem(path, ("joy", "pride")[: 1 + index % 2], f"subject {index // 2}", "test"))
    return items


def test_values_are_those_of_the_network_in_the_order_valence_arousal(
    tools: Tools, standin: Path, patterns: Patterns, tmp_path: Path
) -> None:
    items = written(patterns(2 * BATCH + 5), tmp_path)
    table = measure(items, tools)
    session = onnxruntime.InferenceSession(standin, providers=["CPUExecutionProvider"])
    grey = [cv2.cvtColor(cv2.imread(str(item.path)), cv2.COLOR_BGR2GRAY) for item in items]
    arousal, valence = session.run(None, {"face": (np.stack(grey)[:, None] / 255).astype(np.float32)})
    assert np.abs(table["valence"].to_numpy() - valence[:, 0]).max() < 1e-6
    assert np.abs(table["arousal"].to_numpy() - arousal[:, 0]).max() < 1e-6
    assert np.std(table["valence"].to_numpy()) > 0.01
    assert table["labels"].to_pylist() == [list(item.labels) for item in items]
    assert set(table["va_status"].to_pylist()) == {"ok"}
    assert set(table["va_source"].to_pylist()) == {"facechannel"}
    check(table, "here")


def test_ids_follow_content_not_path_order_or_machine(tools: Tools, patterns: Patterns, tmp_path: Path) -> None:
    files = patterns(6)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    here = measure(written(files, tmp_path / "a"), tools)["item_id"].to_pylist()
    there = measure(written(files[::-1], tmp_path / "b"), tools)["item_id"].to_pylist()
    assert here == there[::-1]
    assert len(set(here)) == 6
    digest = hashlib.sha256(files[0]).hexdigest()
    assert here[0] == hashlib.sha256(json.dumps(["salt", digest]).encode()).hexdigest()[:20]


def test_another_salt_gives_other_ids_and_clusters(
    tools: Tools, standin: Path, patterns: Patterns, tmp_path: Path
) -> None:
    items = written(patterns(4), tmp_path)
    other = Tools(Setup("facechannel", standin, None, "cpu", "another"))
    one, two = measure(items, tools), measure(items, other)
    for column in ("item_id", "cluster_id"):
        assert not set(one[column].to_pylist()) & set(two[column].to_pylist())
    clusters = one["cluster_id"].to_pylist()
    assert clusters[0] == clusters[1] != clusters[2]


def test_persons_on_one_image_differ_by_their_box(tools: Tools, patterns: Patterns, tmp_path: Path) -> None:
    (item,) = written(patterns(1), tmp_path)
    left = ImageItem(item.path, (), "image", "test", box=(0, 0, 32, 64))
    right = ImageItem(item.path, (), "image", "test", box=(32, 0, 64, 64))
    outside = ImageItem(item.path, (), "image", "test", box=(500, 500, 600, 600))
    rows = measure([left, right, outside], tools).to_pylist()
    assert len({row["item_id"] for row in rows}) == 3
    assert len({row["cluster_id"] for row in rows}) == 1
    assert rows[0]["valence"] != rows[1]["valence"]
    assert (rows[2]["va_status"], rows[2]["valence"]) == ("no_face", None)


def test_a_file_that_cannot_be_read_is_a_row_between_its_neighbours(
    tools: Tools, patterns: Patterns, tmp_path: Path
) -> None:
    good = patterns(3)
    files = [good[0], b"", good[1], good[1][:200], good[2], b"\x00" * 300]
    items = [*written(files, tmp_path), ImageItem(tmp_path / "gone.png", ("joy",), "gone", "test")]
    items.append(ImageItem(tmp_path, ("joy",), "a folder", "test"))
    rows = measure(items, tools).to_pylist()
    assert [row["va_status"] for row in rows] == ["ok", "unreadable"] * 3 + ["unreadable"] * 2
    assert all((row["valence"] is None) == (row["va_status"] == "unreadable") for row in rows)
    alone = [measure([items[index]], tools)["valence"][0].as_py() for index in (0, 2, 4)]
    assert [rows[index]["valence"] for index in (0, 2, 4)] == pytest.approx(alone, abs=1e-6)


def test_nothing_that_leads_back_to_a_face_is_in_a_row(tools: Tools, patterns: Patterns, tmp_path: Path) -> None:
    table = measure(written(patterns(3), tmp_path), tools)
    assert not any(pa.types.is_binary(field.type) for field in table.schema)
    text = json.dumps(table.to_pylist())
    assert "subject" not in text
    assert ".png" not in text
    assert str(tmp_path) not in text


def test_frames_of_a_video_are_measured_by_their_index(tools: Tools, tmp_path: Path) -> None:
    path = tmp_path / "walk.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 64))
    greys = [20 * index for index in range(12)]
    for grey in greys:
        writer.write(np.full((64, 64, 3), grey, np.uint8))
    writer.release()
    order = [0, 3, 11, 4, 4, 99]
    rows = measure([ImageItem(path, (), "walk", "test", frame=frame) for frame in order], tools).to_pylist()
    assert [row["va_status"] for row in rows] == ["ok"] * 5 + ["unreadable"]
    assert rows[3]["item_id"] == rows[4]["item_id"]
    for frame, row in zip(order[:5], rows, strict=False):
        still = tmp_path / f"{frame}.png"
        Image.new("RGB", (64, 64), (greys[frame],) * 3).save(still)
        (alone,) = measure([ImageItem(still, (), "still", "test")], tools).to_pylist()
        assert row["valence"] == pytest.approx(alone["valence"], abs=0.01)


def test_weights_of_another_network_are_refused_in_one_line(standin: Path, patterns: Patterns, tmp_path: Path) -> None:
    items = written(patterns(1), tmp_path)
    wrong = Tools(Setup("emotieffnet-b0", standin, None, "cpu", "salt"))
    with refused("conflict"):
        measure(items, wrong)
    nonsense = tmp_path / "no.onnx"
    nonsense.write_bytes(b"nothing")
    with refused("unreadable", file=nonsense):
        Tools(Setup("facechannel", nonsense, None, "cpu", "salt"))
    with refused("unsupported", field="--device", found="cuda"):
        Tools(Setup("facechannel", standin, None, "cuda", "salt"))
