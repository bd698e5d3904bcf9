"""Speed of the face pipeline, against its parts alone and against Keras, in one run.

    python -m benchmarks.extract [--weights-dir DIR] [--faces N] [--many N]

The network has FaceChannel's published size and random weights; rates are faces per CPU-second of one process, without
start-up and loading of weights: medians of alternating rounds, so that other load affects all alike. Needs Linux and
the extras [extract,convert,dev].
"""

from __future__ import annotations

import argparse
import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "torch")

import cv2
import numpy as np
from PIL import Image
from rich.console import Console
from rich.table import Table

from va_extractor.convert import Graph, keras_to_onnx
from va_extractor.extractors.network import Network
from va_extractor.faces.detector import YuNet
from va_extractor.faces.engines import Worker, run_local
from va_extractor.faces.measure import BATCH, Setup
from va_extractor.faces.reader import decode
from va_extractor.faces.shards import Shards
from va_extractor.schema import Provenance
from va_extractor.sources import ImageItem
from va_extractor.weights import YUNET, default_folder, find

ROUNDS = 5
PROVENANCE = Provenance(
    source="bench", title="Patterns", licence="none", citation="none", original_scale=(-1, 1), synthetic=True
)


@dataclass(frozen=True)
class Line:
    """A row of the printed table."""

    what: str
    ours: str
    peer: str
    ratio: str
    goal: str


def in_turns(works: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return the median CPU-seconds of each work over rounds in which they take turns."""
    spent: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            start = time.process_time()
            work()
            spent[name].append(time.process_time() - start)
    return {name: median(seconds) for name, seconds in spent.items()}


def write_images(
    folder: Path, count: int, encode: Callable[[np.random.Generator], bytes], ending: str
) -> list[ImageItem]:
    """Write `count` images and list them."""
    folder.mkdir()
    rng = np.random.default_rng(1)
    items = []
    for index in range(count):
        path = folder / f"{index}.{ending}"
        path.write_bytes(encode(rng))
        items.append(ImageItem(path, ("joy",), str(index), "test"))
    return items


def crop_png(rng: np.random.Generator) -> bytes:
    """A 64 x 64 pattern, as a PNG file."""
    return encoded(rng.integers(0, 256, (8, 8, 3), dtype=np.uint8).repeat(8, axis=0).repeat(8, axis=1), "PNG")


def photo_jpeg(rng: np.random.Generator) -> bytes:
    """scikit-image's astronaut, 640 x 640, shifted and of another brightness, as a JPEG file."""
    from skimage import data

    photo = cv2.resize(data.astronaut(), (640, 640), interpolation=cv2.INTER_CUBIC)
    return encoded(np.roll(photo, rng.integers(-40, 40), axis=1) // 4 * int(rng.integers(3, 5)), "JPEG")


def encoded(pixels: np.ndarray, form: str) -> bytes:
    """Encode as an image file."""
    file = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(file, form)
    return file.getvalue()


def pipeline(items: list[ImageItem], setup: Setup, folder: Path) -> Callable[[], None]:
    """Return the whole work on `items`, into a new folder at each call; weights are loaded before."""
    worker = Worker(setup, PROVENANCE)

    def work() -> None:
        with tempfile.TemporaryDirectory(dir=folder) as output:
            shards = Shards(Path(output), items, PROVENANCE, "salt", 512)
            for job in shards.missing():
                worker(job)
            shards.finish()

    return work


def keras_facechannel() -> Any:
    """Build FaceChannel's documented topology in Keras, with the weights that Keras draws."""
    import keras
    from keras import layers

    order = {"data_format": "channels_first"}
    image = x = keras.Input((1, 64, 64))
    for group, filters in enumerate(((64, 64), (128, 128), (128, 128, 128), (256, 256))):
        for count in filters:
            x = layers.Conv2D(count, 3, padding="same", **order)(x)
            x = layers.Activation("relu")(layers.BatchNormalization(axis=1)(x))
        x = layers.MaxPooling2D(2, **order)(x) if group < 3 else x
    last, against = (layers.Conv2D(256, 3, padding="same", activation="relu", **order)(x) for _ in range(2))
    x = layers.Lambda(lambda two: two[0] / (0.5 + two[1]), output_shape=(256, 8, 8))([last, against])
    x = layers.Dense(200, activation="relu")(layers.Flatten(**order)(layers.MaxPooling2D(2, **order)(x)))
    return keras.Model(image, [layers.Dense(1, activation="tanh", name=name)(x) for name in ("arousal", "valence")])


def against_keras(onnx: Path, model: Any, faces: int) -> Line:
    """Our network against the Keras model that it was converted from, on the same faces in the same batches."""
    network = Network(onnx, "cpu")
    batch = np.random.default_rng(0).random((BATCH, 1, 64, 64), dtype=np.float32)

    def ours() -> None:
        for _ in range(faces // BATCH):
            network(batch)

    def keras() -> None:
        for _ in range(faces // BATCH):
            model.predict_on_batch(batch)

    spent = in_turns({"ours": ours, "keras": keras})
    return rates("bare network / Keras (torch back end)", faces, spent["ours"], spent["keras"], ">= 1.3")


def rates(what: str, count: int, ours: float, peer: float, goal: str) -> Line:
    """Rates of two works on `count` faces, and how many times ours is the peer's."""
    return Line(what, f"{count / ours:.1f}/s", f"{count / peer:.1f}/s", f"{peer / ours:.2f}", goal)


def crops(onnx: Path, folder: Path, faces: int) -> Line:
    """The whole pipeline on face crops against the bare network on as many faces."""
    items = write_images(folder / "crops", faces, crop_png, "png")
    network = Network(onnx, "cpu")
    batch = np.random.default_rng(0).random((BATCH, 1, 64, 64), dtype=np.float32)

    def bare() -> None:
        for _ in range(faces // BATCH):
            network(batch)

    setup = Setup("facechannel", onnx, None, "cpu", "salt")
    spent = in_turns({"bare": bare, "whole": pipeline(items, setup, folder)})
    return rates("64-pixel crops: whole pipeline / bare network", faces, spent["whole"], spent["bare"], ">= 0.95")


def photographs(onnx: Path, yunet: Path, folder: Path, count: int) -> Line:
    """The whole pipeline on photographs against decoding, detection and network, each alone."""
    items = write_images(folder / "photos", count, photo_jpeg, "jpg")
    network, detector = Network(onnx, "cpu"), YuNet(yunet)
    bare_yunet = cv2.FaceDetectorYN.create(str(yunet), "", (640, 640))
    files = [item.path.read_bytes() for item in items]
    photos = [cv2.cvtColor(decode(file).rgb, cv2.COLOR_RGB2BGR) for file in files]
    assert all(detector(decode(file).rgb, None).status == "ok" for file in files)
    batch = np.random.default_rng(0).random((BATCH, 1, 64, 64), dtype=np.float32)

    def parts() -> None:
        for file in files:
            np.asarray(Image.open(io.BytesIO(file)).convert("RGB"))
        for photo in photos:
            bare_yunet.detect(photo)
        for _ in range(count // BATCH):
            network(batch)

    setup = Setup("facechannel", onnx, yunet, "cpu", "salt")
    spent = in_turns({"parts": parts, "whole": pipeline(items, setup, folder)})
    return rates("640-pixel photographs: whole / sum of bare parts", count, spent["whole"], spent["parts"], ">= 0.90")


def two_workers(onnx: Path, folder: Path, faces: int) -> Line:
    """Wall time of one worker process against two, the start of the processes left out."""
    items = write_images(folder / "more", faces, crop_png, "png")
    setup = Setup("facechannel", onnx, None, "cpu", "salt")

    def wall(workers: int) -> float:
        with tempfile.TemporaryDirectory(dir=folder) as output:
            shards = Shards(Path(output), items, PROVENANCE, "salt", 32)
            running = run_local(shards.missing(), setup, PROVENANCE, workers)
            for _ in range(2 * workers):  # until every worker has started
                next(running)
            start = time.perf_counter()
            rows = sum(running)
            return rows / (time.perf_counter() - start)

    one, two = (median(wall(workers) for _ in range(3)) for workers in (1, 2))
    busy = f"two workers / one, wall time (load average {os.getloadavg()[0]:.1f} before, {os.cpu_count()} processors)"
    return Line(busy, f"{two:.1f}/s", f"{one:.1f}/s", f"{two / one:.2f}", ">= 1.8 when idle")


def small_network(path: Path) -> None:
    """Write a network of FaceChannel's input and outputs that costs nearly nothing."""
    rng = np.random.default_rng(5)
    graph = Graph()
    graph.image("face", (1, 64, 64))
    graph.add("MaxPool", "pool", ["face"], kernel_shape=(8, 8), strides=(8, 8))
    graph.flatten("flat", ["pool"], channels_last=True)
    for name in ("arousal", "valence"):
        kernel = rng.normal(0, 0.1, (64, 1)).astype(np.float32)
        graph.dense(name, ["flat"], kernel, np.zeros(1, np.float32), "tanh")
    path.write_bytes(graph.serialised(("arousal", "valence"), {"weights": "random"}))


_PEAK = r"""
import re, sys
from pathlib import Path
from benchmarks.extract import PROVENANCE, pipeline, Setup, ImageItem

def peak():
    return re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]

folder, count = Path(sys.argv[1]), int(sys.argv[2])
items = [ImageItem(folder / f"{index}.png", ("joy",), str(index), "test") for index in range(count)]
listed = peak()
pipeline(items, Setup("facechannel", folder.parent / "small.onnx", None, "cpu", "salt"), folder.parent)()
print(listed, peak())
"""


def memory(folder: Path, many: int) -> list[Line]:
    """Peak memory of one process that lists, measures and writes, on few and on many images."""
    small_network(folder / "small.onnx")
    write_images(folder / "many", many, crop_png, "png")
    few = min(1000, many)
    peaks = []
    for count in (few, many):
        command = [sys.executable, "-c", _PEAK, str(folder / "many"), str(count)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        peaks.append([int(kib) / 1024 for kib in done.stdout.split()])
    listed, whole = ([peak[place] for peak in peaks] for place in (0, 1))
    counts = f"{many:,} images / {few:,}"
    return [
        _mebibytes(f"memory when the images are listed, {counts}", listed[1], listed[0], "-"),
        _mebibytes(f"peak memory (a network of no cost), {counts}", whole[1], whole[0], "flat"),
        _mebibytes(f"peak memory beyond the list, {counts}", whole[1] - listed[1], whole[0] - listed[0], "<= 1"),
    ]


def _mebibytes(what: str, ours: float, peer: float, goal: str) -> Line:
    return Line(what, f"{ours:.0f} MiB", f"{peer:.0f} MiB", f"{ours / peer:.2f}", goal)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights-dir", type=Path, default=default_folder(), help="where YuNet is")
    parser.add_argument("--faces", type=int, default=512, help="faces a round")
    parser.add_argument("--many", type=int, default=100_000, help="images for the measure of memory")
    args = parser.parse_args()
    import torch

    torch.set_num_threads(1)
    yunet = find(YUNET, args.weights_dir)
    model = keras_facechannel()
    table = Table("", "ours", "peer", "ours : peer", "goal", title="Measuring faces; weights random")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model.save(folder / "net.h5")
        onnx = folder / "net.onnx"
        onnx.write_bytes(keras_to_onnx(folder / "net.h5", {"weights": "random"}))
        measures: list[Callable[[], list[Line]]] = [
            lambda: [against_keras(onnx, model, args.faces // 4)],
            lambda: [crops(onnx, folder, args.faces)],
            lambda: [photographs(onnx, yunet, folder, args.faces // 4)],
            lambda: [two_workers(onnx, folder, 2 * args.faces)],
            lambda: memory(folder, args.many),
        ]
        with Console(stderr=True).status("measuring") as status:
            for number, measure in enumerate(measures, start=1):
                status.update(f"measuring, {number} of {len(measures)}")
                for line in measure():
                    table.add_row(line.what, line.ours, line.peer, line.ratio, line.goal)
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
