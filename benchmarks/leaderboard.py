"""Sizes and times of the leaderboard, in one table.

Run `python -m benchmarks.leaderboard`; `--entries N` sets the size of the large build (default: 10,000). The build
uses copies of real runs under invented names. Chromium is used if it is installed.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import io
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from leaderboard.cli import main
from leaderboard.entry import path_of
from leaderboard.pages import table_page
from leaderboard.run_folder import pack_all
from tests.leaderboard.crowd import crowd

ROOT = Path(__file__).resolve().parents[1]

_MODELS = ("prototype", "majority", "uniform", "gaussian")
_ARGUMENTS = ["--no-sandbox", "--disable-background-networking"]
_SORT = """() => { const times = []; for (const head of document.querySelectorAll('th button')) {
  const start = performance.now(); head.click(); document.body.offsetHeight; times.push(performance.now() - start); }
  return Math.max(...times) }"""


def fill(root: Path, entries: int) -> None:
    """Write `entries` entries: real runs of four baselines, each copied under invented model names."""
    from harness.cli import main as vaemo_eval

    runs = root / "runs"
    sources = []
    for model in _MODELS:
        command = ["--model", f"baseline:{model}", "--tasks", "norms_term,norms_term_mc", "--output_path", str(runs)]
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            vaemo_eval(command)
        folder = next((runs / f"baseline__{model}").iterdir())
        sources += pack_all(folder)
    for number in range(entries):
        source = sources[number % len(sources)]
        record = source.entry.record
        name = f"invented/copy-{number // len(sources)}-{record.model.id.removeprefix('baseline:')}"
        copy = record.model_copy(update={"model": record.model.model_copy(update={"id": name})})
        place = root / "repository" / path_of(copy, source.entry.task_name)
        place.mkdir(parents=True)
        (place / "run.json").write_text(copy.model_dump_json(), encoding="utf-8")
        (place / "samples.jsonl.gz").write_bytes(source.samples)
    shutil.rmtree(runs)


def build(entries: int) -> tuple[float, float]:
    """Build a site of `entries` entries in a process of its own; return seconds and peak MiB."""
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        fill(root, entries)
        command = [sys.executable, "-m", "benchmarks.leaderboard", "--child", str(root)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        seconds, peak = json.loads(done.stdout.splitlines()[-1])
        return seconds, peak


def child(root: Path) -> None:
    """Build, and print seconds and peak memory of this process as JSON."""
    start = time.perf_counter()
    main(["build", str(root / "repository"), "--out", str(root / "site")])
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps([seconds, peak]) + "\n")


def browse(page: str) -> list[tuple[str, str, str]]:
    """Time the page in Chromium; say so where there is none."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        chromium = None
    if chromium is None:
        return [("page in Chromium", "not measured: no Chromium or playwright here", "")]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as engine:
        path = Path(folder) / "index.html"
        path.write_text(page, encoding="utf-8")
        browser = engine.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"]
        )
        ready, sort = [], []
        for _ in range(5):
            tab = browser.new_context().new_page()
            tab.goto(path.as_uri())
            ready.append(tab.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"))
            sort.append(tab.evaluate(_SORT))
        browser.close()
    return [
        ("usable in Chromium, best of 5", f"{min(ready):.0f} ms (worst {max(ready):.0f})", "300 ms"),
        ("slowest sort, best of 5", f"{min(sort):.0f} ms (worst {max(sort):.0f})", "50 ms"),
    ]


def run(entries: int) -> None:
    """Print the table."""
    page = table_page(crowd(200, 12))
    rows = [
        ("page of 200 models x 12 columns", f"{len(gzip.compress(page.encode(), 9)) / 1000:.1f} kB gzipped", "60 kB")
    ]
    rows += browse(page)
    for count, goal in ((200, "10 s"), (entries, "1,000 MiB")):
        seconds, peak = build(count)
        rows.append((f"build of {count:,} entries x 142 items", f"{seconds:.1f} s, peak {peak:.0f} MiB", goal))
    for name, value, goal in rows:
        sys.stdout.write(f"{name:<40} {value:<34} goal: {goal}\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=10_000)
    parser.add_argument("--child", type=Path)
    given = parser.parse_args()
    if given.child:
        child(given.child)
    else:
        run(given.entries)
