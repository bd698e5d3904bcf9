"""Run by test_kill.py in processes of their own.

killed.py extract IMAGES WEIGHTS OUTPUT WORKERS: one extraction.
killed.py kill IMAGES WEIGHTS OUTPUT KILLS SEED: extractions in forked children, killed at random moments; prints how
many were killed, in how many states of progress, and into how many folders.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from pathlib import Path

from va_extractor.faces.extraction import UNKNOWN, run, set_up
from va_extractor.sources import ImageItem


def listing(images: Path) -> list[ImageItem]:
    """List <split>/<label>/<name>.png, each three images a cluster."""
    return [
        ImageItem(path, (path.parts[-2],), str(int(path.stem) // 3), path.parts[-3])
        for path in sorted(images.glob("*/*/*.png"))
    ]


def extract(images: Path, weights: Path, output: Path, workers: int) -> None:
    """Measure every image below a folder as it is, eight rows a shard."""
    setup, shards = set_up(
        listing(images),
        source="own",
        terms=UNKNOWN,
        extractor="facechannel",
        weights=weights,
        detector="none",
        weights_dir=weights.parent,
        device="cpu",
        salt="salt",
        output=output,
        shard_size=8,
        overwrite=False,
    )
    run(setup, shards, "local", workers, lambda _: None)


def start(images: Path, weights: Path, output: Path) -> int:
    """Extract in a child; return its id."""
    child = os.fork()
    if child == 0:
        extract(images, weights, output, 1)
        os._exit(0)
    return child


def ended(child: int, options: int) -> bool:
    """Whether the child is no more; it must have been killed or have done its work."""
    found, status = os.waitpid(child, options)
    if found and os.WIFEXITED(status) and os.WEXITSTATUS(status) != 0:
        raise SystemExit(f"exit code {os.WEXITSTATUS(status)}")
    return bool(found)


def progress(output: Path) -> tuple[int, int]:
    """Shards that are made, and shards in place."""
    return count(output / "own" / ".work"), count(output / "own")


def count(folder: Path) -> int:
    try:
        return sum(path.suffix == ".parquet" for path in folder.iterdir())
    except FileNotFoundError:
        return 0


def killed(images: Path, weights: Path, output: Path, draw: random.Random) -> bool:
    """Kill an extraction a random time after a random number of steps; False where it ended before."""
    steps = draw.randrange(12)
    seen = {progress(output)}
    child = start(images, weights, output)
    while len(seen) <= steps:
        if ended(child, os.WNOHANG):
            return False
        seen.add(progress(output))
    time.sleep(draw.uniform(0, 0.01))  # a moment between two steps, not always right after one
    os.kill(child, signal.SIGKILL)
    ended(child, 0)
    return True


def kill(images: Path, weights: Path, output: Path, kills: int, draw: random.Random) -> None:
    """Kill `kills` extractions, each going on from what the last left, in a new folder whenever one is complete."""
    ended(start(images, weights, output / "whole"), 0)
    folder, done = 0, 0
    states: set[tuple[int, int]] = set()
    while done < kills:
        here = output / str(folder)
        if killed(images, weights, here, draw):
            done += 1
            states.add(progress(here))
        else:
            folder += 1
    for number in range(folder + 1):
        ended(start(images, weights, output / str(number)), 0)
    sys.stdout.write(f"{done} {len(states)} {folder + 1}\n")


if __name__ == "__main__":
    images_, weights_, output_ = map(Path, sys.argv[2:5])
    if sys.argv[1] == "extract":
        extract(images_, weights_, output_, int(sys.argv[5]))
    else:
        kill(images_, weights_, output_, int(sys.argv[5]), random.Random(int(sys.argv[6])))
