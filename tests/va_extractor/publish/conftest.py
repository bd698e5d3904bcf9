"""A small features folder of two sources to publish, and a Hub on this machine to publish it on."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import parse_qs, unquote, urlparse

import pyarrow as pa
import pytest

from va_extractor.dataset import write_split
from va_extractor.publish.release import Release, read_release
from va_extractor.schema import Provenance, Tool, features_table

DAY = date(2026, 3, 1)


def table(prefix: str, count: int, va_source: str) -> pa.Table:
    ids = [f"{prefix}{index}" for index in range(count)]
    return features_table(
        item_id=ids,
        cluster_id=ids,
        valence=[index / count for index in range(count)],
        arousal=[-index / count for index in range(count)],
        va_source=[va_source] * count,
        va_status=["ok"] * count,
        labels=[["joy"], ["fear", "anger"]] * (count // 2),
        references=[["A text."], []] * (count // 2),
        reference_kind=["human", None] * (count // 2),
    )


def provenance(source: str, **fields: object) -> Provenance:
    told = {"title": "A | title", "licence": "terms & <conditions>", "citation": f"Author of {source} (2020)"}
    return Provenance.model_validate({"source": source, "original_scale": (1, 10), **told, **fields})


@pytest.fixture
def features(tmp_path: Path) -> Path:
    root = tmp_path / "features"
    network = Tool(name="facechannel", version="1", weights_sha256="ab" * 32)
    measured = provenance("faces", extractor=network, annotator_merge="union", notes="one\n\n## two | three")
    write_split(table("a", 10, "facechannel"), measured, root, "train")
    write_split(table("b", 4, "facechannel"), measured, root, "test")
    write_split(table("c", 6, "synthetic"), provenance("drawn", synthetic=True), root, "test")
    return root


@pytest.fixture
def release(features: Path) -> Release:
    return read_release(features, "org/name", "1.2.3", gated=True, day=DAY)


Answer = tuple[int, bytes, dict[str, str]]


class LoopbackHub:
    """As much of the Hub's HTTP interface as publishing and loading one dataset need, on this machine.

    Attributes:
        repo: id of the one dataset repository.
        commits: files of each commit.
        tags: commit of each tag.
        settings: what was asked of visibility and gating, in order.
        calls: method and path of each request that changes something, in order.
        tokens: tokens that came with those.
    """

    def __init__(self, repo: str) -> None:
        self.repo = repo
        self.commits: dict[str, dict[str, bytes]] = {}
        self.tip: dict[str, bytes] = {}
        self.tags: dict[str, str] = {}
        self.settings: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self.tokens: set[str] = set()
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: object) -> None:
                pass

            def do(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                url = urlparse(self.path)
                if self.command in ("POST", "PUT"):
                    hub.calls.append(f"{self.command} {url.path}")
                    hub.tokens.add(self.headers.get("Authorization", ""))
                status, answer, headers = hub.answer(self.command, unquote(url.path), parse_qs(url.query), body)
                self.send_response(status)
                for name, value in {"Content-Length": str(len(answer)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(answer)

            do_GET = do_HEAD = do_POST = do_PUT = do  # noqa: N815  (names that http.server calls)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: bytes) -> Answer:
        """Return status, body and headers."""
        api, revision = f"/api/datasets/{self.repo}", r"(?P<revision>[\w.]+)"
        routes: dict[str, Callable[..., Answer]] = {
            "/api/repos/create": lambda: self._json({"url": f"{self.url}/datasets/{self.repo}"}),
            "/api/validate-yaml": lambda: self._json({"errors": [], "warnings": []}),
            f"{api}/settings": lambda: self._set(json.loads(body)),
            f"{api}/refs": self._refs,
            f"{api}/preupload/main": lambda: self._modes(json.loads(body)),
            f"{api}/commit/main": lambda: self._commit([json.loads(line) for line in body.splitlines()]),
            f"{api}/tag/{revision}": lambda revision: self._tag(json.loads(body)["tag"], revision),
            api: lambda: self._info("main"),
            f"{api}/revision/{revision}": self._info,
            f"{api}/tree/{revision}(/(?P<folder>.*))?": lambda revision, folder: self._tree(
                self._at(revision), folder or "", query.get("recursive") == ["true"]
            ),
            f"/datasets/{self.repo}/resolve/{revision}/(?P<name>.*)": self._file,
        }
        for pattern, route in routes.items():
            match = re.fullmatch(pattern, path)
            if match:
                return route(**match.groupdict())
        return 404, b"", {}

    def _set(self, settings: dict[str, Any]) -> Answer:
        self.settings.append(settings)
        return self._json({})

    def _tag(self, tag: str, revision: str) -> Answer:
        self.tags[tag] = revision
        return self._json({})

    def _refs(self) -> Answer:
        tags = [{"name": tag, "ref": f"refs/tags/{tag}", "targetCommit": oid} for tag, oid in self.tags.items()]
        return self._json({"branches": [], "converts": [], "tags": tags})

    def _modes(self, asked: dict[str, Any]) -> Answer:
        modes = [{"path": file["path"], "uploadMode": "regular", "shouldIgnore": False} for file in asked["files"]]
        return self._json({"files": modes})

    def _json(self, value: object) -> Answer:
        return 200, json.dumps(value).encode(), {"Content-Type": "application/json"}

    def _at(self, revision: str) -> dict[str, bytes]:
        return self.tip if revision == "main" else self.commits[self.tags.get(revision, revision)]

    def _commit(self, lines: list[dict[str, Any]]) -> Answer:
        self.tip = dict(self.tip)
        for line in lines:
            value = line["value"]
            if line["key"] == "file":
                self.tip[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "deletedFile":
                del self.tip[value["path"]]
        oid = f"{len(self.commits) + 1:040x}"
        self.commits[oid] = self.tip
        page = f"{self.url}/datasets/{self.repo}/commit/{oid}"
        return self._json({"commitUrl": page, "commitOid": oid, "success": True})

    def _info(self, revision: str) -> Answer:
        if revision != "main" and self.tags.get(revision, revision) not in self.commits:
            return 404, b"", {"X-Error-Code": "RevisionNotFound"}
        content = self._at(revision)
        oid = next((oid for oid, files in self.commits.items() if files is content), "0" * 40)
        names = [{"rfilename": name} for name in content]
        return self._json({"id": self.repo, "sha": oid, "private": False, "tags": [], "siblings": names})

    def _tree(self, content: dict[str, bytes], folder: str, recursive: bool) -> Answer:
        inside = {name: data for name, data in content.items() if name.startswith(f"{folder}/" if folder else "")}
        entries = [
            {"type": "file", "path": name, "size": len(data), "oid": hashlib.sha1(data).hexdigest()}  # noqa: S324
            for name, data in inside.items()
            if recursive or str(PurePosixPath(name).parent) == (folder or ".")
        ]
        parents = sorted({str(PurePosixPath(name).parent) for name in inside} - {".", folder})
        return self._json([*({"type": "directory", "path": name, "oid": "0"} for name in parents), *entries])

    def _file(self, revision: str, name: str) -> Answer:
        data = self._at(revision).get(name)
        oid = self.tags.get(revision, revision)
        if data is None:
            return 404, b"", {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": oid}
        return 200, data, {"X-Repo-Commit": oid, "ETag": f'"{hashlib.sha1(data).hexdigest()}"'}  # noqa: S324


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    running = LoopbackHub("org/name")
    yield running
    running.server.shutdown()
    running.server.server_close()
