"""Downloading from a server on this machine: whole, broken off, damaged, refused."""

from __future__ import annotations

import hashlib
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from tests.refused import refused
from va_extractor import cli
from va_extractor import extractors as registry
from va_extractor.extractors import known, named
from va_extractor.weights import Weights, default_folder, digest, download, find, state

BODY = np.random.default_rng(1).bytes(300_000)


@dataclass
class Shelf:
    """What the server has, how it behaves, and what it was asked for."""

    body: bytes = BODY
    break_after: int | None = None
    resumes: bool = True
    status: int | None = None
    asked: list[str | None] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    shelf = Shelf()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            shelf.asked.append(wanted)
            if shelf.status:
                self.send_error(shelf.status)
                return
            first = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and shelf.resumes else 0
            if first >= len(shelf.body):
                self.send_error(416)
                return
            self.send_response(206 if first else 200)
            self.send_header("Content-Length", str(len(shelf.body) - first))
            self.end_headers()
            self.wfile.write(shelf.body[first : shelf.break_after])

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    shelf.url = f"http://127.0.0.1:{server.server_port}/net.onnx"
    yield shelf
    server.shutdown()
    server.server_close()


def entry(shelf: Shelf) -> Weights:
    return Weights("net", "net.onnx", shelf.url, "sha256", hashlib.sha256(BODY).hexdigest(), "MIT")


def ignore(_: int, __: int | None) -> None:
    pass


def test_a_download_is_whole_and_tells_how_far_it_is(shelf: Shelf, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    path = download(entry(shelf), tmp_path / "new", lambda done, total: told.append((done, total)))
    assert path.read_bytes() == BODY
    assert told[-1] == (len(BODY), len(BODY))
    assert told == sorted(told)
    assert [one.name for one in path.parent.iterdir()] == ["net.onnx"]


def test_a_broken_download_is_taken_up_where_it_broke_off(shelf: Shelf, tmp_path: Path) -> None:
    shelf.break_after = 200_000
    with refused("incomplete", file=shelf.url):
        download(entry(shelf), tmp_path, ignore)
    have = (tmp_path / "net.onnx.part").stat().st_size
    assert 0 < have <= 200_000
    shelf.break_after = None
    assert download(entry(shelf), tmp_path, ignore).read_bytes() == BODY
    assert shelf.asked == [None, f"bytes={have}-"]


def test_a_server_that_cannot_resume_is_asked_from_the_beginning(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "net.onnx.part").write_bytes(BODY[:1000])
    shelf.resumes = False
    assert download(entry(shelf), tmp_path, ignore).read_bytes() == BODY


def test_a_part_that_is_the_whole_is_not_fetched_again(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "net.onnx.part").write_bytes(BODY)
    assert download(entry(shelf), tmp_path, ignore).read_bytes() == BODY


def test_a_damaged_file_is_refused_and_not_kept(shelf: Shelf, tmp_path: Path) -> None:
    shelf.body = b"x" + BODY[1:]
    with refused("changed", file=shelf.url, found=hashlib.sha256(shelf.body).hexdigest()):
        download(entry(shelf), tmp_path, ignore)
    assert list(tmp_path.iterdir()) == []


def test_a_refusal_and_a_dead_server(shelf: Shelf, tmp_path: Path) -> None:
    shelf.status = 404
    with refused("incomplete", file=shelf.url) as raised:
        download(entry(shelf), tmp_path, ignore)
    assert "404" in raised.value.problem.what
    with refused("incomplete", file="http://127.0.0.1:9/net.onnx"):
        download(replace(entry(shelf), url="http://127.0.0.1:9/net.onnx"), tmp_path, ignore)
    (tmp_path / "file").write_text("")
    with refused("unwritable", file=tmp_path / "file" / "net.onnx.part"):
        download(entry(shelf), tmp_path / "file", ignore)


def test_the_git_hash_is_gits(tmp_path: Path) -> None:
    path = tmp_path / "blob"
    path.write_bytes(BODY)
    told = subprocess.run(["git", "hash-object", str(path)], capture_output=True, text=True, check=True).stdout
    assert digest(path, "git-sha1") == told.strip()
    assert digest(path, "sha256") == hashlib.sha256(BODY).hexdigest()


def test_find_says_what_to_do(shelf: Shelf, tmp_path: Path) -> None:
    weights = entry(shelf)
    hint = f"run: vaemo-extract weights get net --weights-dir {tmp_path}"
    with refused("missing", file=tmp_path / "net.onnx", hint=hint):
        find(weights, tmp_path)
    (tmp_path / "net.onnx").write_bytes(b"wrong")
    with refused("changed", file=tmp_path / "net.onnx", hint=hint):
        find(weights, tmp_path)
    (tmp_path / "net.onnx").write_bytes(BODY)
    assert find(weights, tmp_path) == tmp_path / "net.onnx"
    assert state(replace(weights, converted="other.onnx"), tmp_path) == "not converted"


def test_the_folder_is_the_users_to_choose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAEMO_WEIGHTS", "/chosen")
    assert default_folder() == Path("/chosen")
    monkeypatch.delenv("VAEMO_WEIGHTS")
    monkeypatch.setenv("XDG_CACHE_HOME", "/cache")
    assert default_folder() == Path("/cache/vaemo-eval/weights")


def test_every_entry_is_from_a_fixed_place_with_a_hash_and_terms_where_there_are_some() -> None:
    lengths = {"sha256": 64, "git-sha1": 40}
    for name, weights in known().items():
        assert weights.name == name
        assert weights.url.startswith("https://")
        assert len(weights.digest) == lengths[weights.hash_kind]
        assert int(weights.digest, 16)
        assert weights.terms or "MIT" in weights.licence
    with refused("unknown", found="yunett", hint="the nearest is 'yunet'"):
        named("yunett")


@pytest.fixture
def command(shelf: Shelf, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Make the registry hold one entry with terms, served here; return the weights folder."""
    monkeypatch.setattr(registry, "known", lambda: {"net": replace(entry(shelf), terms="no commerce")})
    return tmp_path / "weights"


def test_get_asks_for_the_terms_once(command: Path, shelf: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    get = ["weights", "get", "net", "--weights-dir", str(command)]
    assert cli.main(get) == 2
    assert "--accept-license: terms: net: no commerce" in capsys.readouterr().err
    assert shelf.asked == []
    assert cli.main([*get, "--accept-license"]) == 0
    assert (command / "net.onnx").read_bytes() == BODY
    assert cli.main(get) == 0
    assert len(shelf.asked) == 1
    (command / "net.onnx").unlink()
    assert cli.main(get) == 0
    assert len(shelf.asked) == 2


def test_list_and_verify_tell_the_state(command: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--weights-dir", str(command)]
    assert cli.main(["weights", "list", *where]) == 0
    listed = capsys.readouterr().out
    for part in ("net.onnx (missing)", "http://127.0.0.1", hashlib.sha256(BODY).hexdigest(), "MIT", "no commerce"):
        assert part in listed
    command.mkdir()
    (command / "net.onnx").write_bytes(b"wrong")
    assert cli.main(["weights", "verify", *where]) == 1
    assert capsys.readouterr().out == "net: wrong hash\n"
    (command / "net.onnx").write_bytes(BODY)
    assert cli.main(["weights", "verify", *where]) == 0
    assert capsys.readouterr().out == "net: ok\n"


def test_get_converts_what_is_published_for_keras(
    command: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import os

    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras
    import onnxruntime

    image = keras.Input((1, 64, 64))
    x = keras.layers.Conv2D(2, 3, strides=4, data_format="channels_first", name="conv")(image)
    x = keras.layers.Flatten(data_format="channels_first")(x)
    heads = [keras.layers.Dense(1, activation="tanh", name=name)(x) for name in ("arousal", "valence")]
    keras.Model(image, heads).save(tmp_path / "net.h5")
    shelf.body = (tmp_path / "net.h5").read_bytes()
    published = Weights(
        "net", "net.h5", shelf.url, "git-sha1", digest(tmp_path / "net.h5", "git-sha1"), "own", converted="net.onnx"
    )
    monkeypatch.setattr(registry, "known", lambda: {"net": published})
    assert cli.main(["weights", "get", "net", "--weights-dir", str(command)]) == 0
    assert str(command / "net.onnx") in capsys.readouterr().out
    session = onnxruntime.InferenceSession(find(published, command), providers=["CPUExecutionProvider"])
    assert session.get_modelmeta().custom_metadata_map == {"converted_from": f"git-sha1:{published.digest}"}
    assert [output.name for output in session.get_outputs()] == ["arousal", "valence"]
