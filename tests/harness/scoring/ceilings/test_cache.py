"""What is kept beside features is read again, and only where it is the very thing that would be computed."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.record.kinds import Kind
from harness.scoring.ceilings import cache, labels, options, texts
from harness.scoring.ceilings.answers import ceiling_answers
from harness.scoring.ceilings.cache import Numbers, kept
from harness.tasks import documents as docs
from harness.tasks import features
from harness.tasks.documents import EVALUATED, Doc, Question, split
from harness.tasks.features import SHIPPED
from tests import making
from va_extractor.emotions.labels import EMOTIC

OPTIONS = Path(__file__).resolve().parents[4] / "tasks" / "norms" / "options.csv"
SCORES = np.arange(6.0).reshape(3, 2)


def forget() -> None:
    for known in (labels.label_scores, labels.row_labels, docs.split, features.load, cache._say):
        known.cache_clear()


@pytest.fixture(autouse=True)
def _afresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    forget()
    yield
    forget()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return making.emotic_lookalike(tmp_path / "features")


def files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("ceilings-*.npz"))


def counted(root: Path, parts: tuple[object, ...] = ("labels",), answer: np.ndarray = SCORES) -> tuple[Numbers, int]:
    """Return what is kept, and how often it had to be computed."""
    calls = []

    def compute() -> Numbers:
        calls.append(1)
        return {"knn": answer}

    return kept(str(root), "emotic", parts, compute), len(calls)


def asked(root: Path, kind: Kind) -> list[Doc]:
    if kind is Kind.CHOICE:
        return split(Question(kind, SHIPPED, "norms", options=OPTIONS), EVALUATED).docs
    fixed = EMOTIC if kind is Kind.MULTI_LABEL else ()
    return split(Question(kind, str(root), "emotic", fixed), EVALUATED).docs


@pytest.mark.parametrize("kind", [Kind.MULTI_LABEL, Kind.DESCRIPTION, Kind.WORDS, Kind.CHOICE])
def test_no_kind_fits_anything_the_second_time(root: Path, monkeypatch: pytest.MonkeyPatch, kind: Kind) -> None:
    first = ceiling_answers(asked(root, kind), by_likelihood=False)
    written = files(root.parent)
    assert written
    forget()
    for module, fitter in (
        (labels, "_compute"),
        (texts, "_retrieved"),
        (options, "_option_scores"),
    ):
        monkeypatch.setattr(module, fitter, lambda *_, **__: pytest.fail("computed again"))
    assert ceiling_answers(asked(root, kind), by_likelihood=False) == first
    assert files(root.parent) == written


def test_changed_features_are_computed_again(root: Path) -> None:
    first = ceiling_answers(asked(root, Kind.DESCRIPTION), by_likelihood=False)["retrieval"]
    shutil.rmtree(root / "emotic")
    making.emotic_lookalike(root, seed=8)
    forget()
    assert ceiling_answers(asked(root, Kind.DESCRIPTION), by_likelihood=False)["retrieval"] != first


def test_changed_options_are_computed_again(tmp_path: Path) -> None:
    task = split(Question(Kind.CHOICE, SHIPPED, "norms", options=OPTIONS), EVALUATED).docs
    whole = ceiling_answers(task, by_likelihood=True)
    fewer = [Doc(**{**doc, "choices": doc["choices"][::-1]}) for doc in task]
    for name, answers in ceiling_answers(fewer, by_likelihood=True).items():
        for one, other in zip(answers, whole[name], strict=True):
            assert one.loglikelihoods == pytest.approx((other.loglikelihoods or ())[::-1], abs=1e-5)


def test_what_decides_the_numbers_decides_what_is_read(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert counted(root)[1] == 1
    assert counted(root)[1] == 0
    assert counted(root, ("labels", "more"))[1] == 1
    monkeypatch.setattr(cache, "VERSION", cache.VERSION + 1)
    assert counted(root)[1] == 1


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7), cut=st.booleans())
def test_a_damaged_file_never_changes_a_number(root: Path, place: float, bit: int, cut: bool) -> None:
    counted(root)
    [path] = files(root)
    good = path.read_bytes()
    at = int(place * len(good))
    path.write_bytes(good[:at] if cut else good[:at] + bytes([good[at] ^ 1 << bit]) + good[at + 1 :])
    found, _ = counted(root)
    assert (found["knn"] == SCORES).all()
    path.write_bytes(good)


def test_an_archive_that_lost_an_entry_is_not_read(root: Path) -> None:
    """A longer comment in a zip's table of contents swallows the next entry, and no checksum of the zip notices."""
    counted(root)
    [path] = files(root)
    whole = bytearray(path.read_bytes())
    entry = whole.index(b"PK\x01\x02")
    whole[entry + 32] ^= 0x40
    path.write_bytes(whole)
    with np.load(path) as file:
        assert "knn" not in file.files
    found, calls = counted(root)
    assert calls == 1
    assert (found["knn"] == SCORES).all()


def sealed(**arrays: np.ndarray) -> bytes:
    archive = io.BytesIO()
    np.savez(archive, **arrays)  # type: ignore[arg-type]  # stub: a flag
    return archive.getvalue() + hashlib.sha256(archive.getvalue()).digest()


def test_a_foreign_file_is_not_read(root: Path) -> None:
    counted(root)
    [path] = files(root)
    pickled = b"\x80\x04K\x01."
    another = sealed(decides=np.frombuffer(b"another", np.uint8), knn=-SCORES)
    unsealed = path.read_bytes()[: -hashlib.sha256().digest_size]
    decides = np.frombuffer(cache._decides(str(root), "emotic", ("labels",)), np.uint8)
    wrong = [sealed(decides=decides, knn=one) for one in (SCORES[0], SCORES * np.nan, SCORES.astype(str))]
    garbage = [one + hashlib.sha256(one).digest() for one in (b"", b"hello", pickled)]
    for foreign in (b"", b"hello", pickled, another, another[:-1], unsealed, sealed(knn=-SCORES), *wrong, *garbage):
        path.write_bytes(foreign)
        found, calls = counted(root)
        assert calls == 1
        assert (found["knn"] == SCORES).all()
        assert counted(root)[1] == 0


def test_a_folder_that_cannot_be_written_is_one_line_and_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    task = split(Question(Kind.CHOICE, SHIPPED, "norms", options=OPTIONS), EVALUATED).docs
    assert ceiling_answers(task, by_likelihood=False)["gaussian"]
    assert ceiling_answers(task[:9], by_likelihood=False)["gaussian"]
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{tmp_path}/file/vaemo-eval: ceilings cannot be kept here (")


def test_features_that_cannot_be_written_to_keep_theirs_in_the_cache(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        os, "access", lambda path, mode: (Path(path), mode) != (root, os.W_OK)
    )  # root may write anywhere
    assert cache.folder(str(root)) == Path(os.environ["XDG_CACHE_HOME"]) / "vaemo-eval"


def test_many_writers_at_once_leave_one_whole_file(root: Path) -> None:
    answer = np.random.default_rng(0).normal(size=(3, 20_000))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: counted(root, answer=answer)[0], range(24)))
    assert all((one["knn"] == answer).all() for one in found)
    [path] = (root / ".vaemo").iterdir()
    code = "import sys, numpy as np; print(np.load(sys.argv[1], allow_pickle=False)['knn'].shape)"
    assert (
        "20000" in subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True).stdout
    )
