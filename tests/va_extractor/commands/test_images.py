"""`vaemo-extract images` from a folder of images to features that can be read."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from PIL import Image
from skimage import data

from va_extractor import cli
from va_extractor.dataset import read_split, split_files
from va_extractor.sources import ImageItem, folder
from va_extractor.weights import YUNET, digest

Patterns = Callable[[int], list[bytes]]


@pytest.fixture(autouse=True)
def lister(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in that lists a folder per label: the listers have tests of their own."""

    def list_items(root: Path) -> list[ImageItem]:
        paths = sorted(root.glob("*/*"))
        return [ImageItem(path, (path.parent.name,), path.name, "test") for path in paths]

    monkeypatch.setattr(folder, "list_items", list_items)


@pytest.fixture
def images(patterns: Patterns, tmp_path: Path) -> Path:
    root = tmp_path / "Jane Doe's photographs"
    for index, file in enumerate(patterns(20)):
        path = root / ("joy", "fear")[index % 2] / f"jane_doe_{index}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file)
    return root


def call(images: Path, standin: Path, output: Path, *more: str) -> int:
    settings = ["--extractor", "facechannel", "--weights", str(standin), "--detector", "none", "--shard-size", "8"]
    return cli.main(["images", str(images), "--output", str(output), *settings, "--workers", "1", *more])


def test_a_folder_becomes_features(
    images: Path, standin: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "features"
    assert call(images, standin, output, "--name", "own", "--licence", "CC0", "--citation", "Doe 2026") == 0
    told = capsys.readouterr()
    assert f"{output / 'own'}: test: 20 rows in 3 files: 20 ok" in told.out
    assert "non-commercial" in told.err
    assert "user's own file" in told.err
    table, provenance = read_split(split_files(output, "own")["test"])
    assert table.num_rows == 20
    assert provenance.extractor is not None
    assert provenance.extractor.name == "facechannel"
    assert provenance.extractor.weights_sha256 == digest(standin, "sha256")
    assert (provenance.detector, provenance.licence, provenance.citation) == (None, "CC0", "Doe 2026")
    assert table["labels"].to_pylist() == [["fear"]] * 10 + [["joy"]] * 10


def test_nothing_of_the_images_is_in_the_output(images: Path, standin: Path, tmp_path: Path) -> None:
    """No pixel, path, file name, subject or salt in any byte that is written, compressed columns included."""
    output = tmp_path / "features"
    assert call(images, standin, output, "--salt", "a secret phrase") == 0
    forbidden = [b"jane", b"Doe", b"photographs", b"secret phrase", bytes(str(tmp_path), "utf-8"), b".png", b"IHDR"]
    written = [path for path in output.rglob("*") if path.is_file()]
    assert len(written) == 4
    for path in written:
        text = path.read_bytes()
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            text += repr((table.to_pylist(), table.schema.metadata)).encode()
            assert not {str(column.type) for column in table.schema} & {"binary", "large_binary"}
            assert max(len(str(value)) for row in table.to_pylist() for value in row.values()) < 64
        assert [word for word in forbidden if word.lower() in text.lower()] == []


def test_a_second_run_does_nothing_and_other_settings_are_refused(
    images: Path, standin: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "features"
    assert call(images, standin, output) == 0
    before = {path: path.stat().st_mtime_ns for path in output.rglob("*.parquet")}
    assert call(images, standin, output) == 0
    assert {path: path.stat().st_mtime_ns for path in output.rglob("*.parquet")} == before
    assert call(images, standin, output, "--salt", "other") == 2
    assert "--overwrite" in capsys.readouterr().err
    assert call(images, standin, output, "--salt", "other", "--overwrite") == 0


def test_real_photographs_with_yunet(standin: Path, yunet: Path, tmp_path: Path) -> None:
    root = tmp_path / "photos" / "neutral"
    root.mkdir(parents=True)
    Image.fromarray(data.astronaut()).save(root / "a.jpg", quality=95)
    Image.fromarray(data.coffee()).save(root / "b.png")
    turned = Image.fromarray(data.astronaut()).rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees clockwise when it is shown
    turned.save(root / "c.jpg", quality=95, exif=exif)
    Image.fromarray(data.astronaut()).convert("CMYK").save(root / "d.jpg", quality=95)
    (root / "e.jpg").write_bytes((root / "a.jpg").read_bytes()[:5000])
    Image.new("RGB", (1, 1)).save(root / "f.png")
    (root / "g.png").write_bytes(b"")
    output = tmp_path / "features"
    settings = ["--extractor", "facechannel", "--weights", str(standin), "--weights-dir", str(yunet.parent)]
    assert cli.main(["images", str(root.parent), "--output", str(output), *settings, "--workers", "1"]) == 0
    table, provenance = read_split(split_files(output, "folder")["test"])
    assert table["va_status"].to_pylist() == ["ok", "no_face", "ok", "ok", "unreadable", "no_face", "unreadable"]
    valence = table["valence"].to_pylist()
    assert valence[2] == pytest.approx(valence[0], abs=0.05)
    assert provenance.detector is not None
    assert provenance.detector.weights_sha256 == YUNET.digest


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--extractor", "facechanel"], "the nearest is 'facechannel'"),
        (["--workers", "0"], "--workers: must be at least 1"),
        (["--shard-size", "0"], "--shard-size: must be at least 1"),
        (["--name", "../up"], "(found '../up')"),
        (["--weights", "nowhere.onnx"], "--weights: no such file (found nowhere.onnx)"),
        (["--device", "cuda"], "--device: no CUDAExecutionProvider"),
        (["--source", "emotic"], "--images: is missing"),
        (["--detector", "yunet", "--weights-dir", "nowhere"], "run: vaemo-extract weights get yunet"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    images: Path, standin: Path, capsys: pytest.CaptureFixture[str], more: list[str], said: str
) -> None:
    assert call(images, standin, images.parent / "features", *more) == 2
    (line,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("vaemo-extract: ")]
    assert said in line


def test_an_input_that_is_not_there(standin: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(tmp_path / "gone", standin, tmp_path / "features") == 2
    assert "gone: no such file or folder" in capsys.readouterr().err


def test_ctrl_c_says_how_to_go_on(
    images: Path, standin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("va_extractor.faces.shards.Shards.finish", stop)
        assert call(images, standin, tmp_path / "features") == 2
    assert capsys.readouterr().err.endswith("vaemo-extract: stopped; run the same command to resume\n")
    assert call(images, standin, tmp_path / "features") == 0
    assert "20 rows" in capsys.readouterr().out


def test_a_missing_extra_is_named(
    images: Path, standin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert call(images, standin, tmp_path / "features") == 2
    assert "pip install 'vaemo-eval[extract]'" in capsys.readouterr().err
    monkeypatch.undo()


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from va_extractor.cli import main\n"
        "try: main(['images', '--help'])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('numpy', 'pyarrow', 'cv2', 'onnxruntime', 'pydantic') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
