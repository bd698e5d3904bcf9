"""`vaemo-extract images`: measure images of faces; no pixel leaves this machine."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from va_extractor.commands import add_salt
from va_extractor.common.errors import InputError

if TYPE_CHECKING:
    from va_extractor.faces.measure import Setup
    from va_extractor.faces.shards import Shards
    from va_extractor.sources import ImageItem

_SOURCES = ("folder", "manifest", "iimi", "emotic", "video")
_MANIFESTS = (".csv", ".parquet")


def add(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the subcommand."""
    parser = commands.add_parser("images", help="measure valence and arousal of faces")
    parser.add_argument("input", type=Path, nargs="+", help="a folder, a manifest, annotations, or video files")
    parser.add_argument("--output", type=Path, required=True, help="folder of VA features, written to OUTPUT/NAME/")
    listing = parser.add_argument_group("what is measured")
    listing.add_argument("--source", choices=_SOURCES, help="what INPUT is (default: by its form)")
    listing.add_argument("--images", type=Path, help="emotic: folder of the images")
    listing.add_argument("--mapping", type=Path, help="iimi: YAML of label names (default: the shipped one)")
    listing.add_argument("--fps", type=float, default=1.0, help="video: frames a second (default 1)")
    tools = parser.add_argument_group("how it is measured")
    tools.add_argument("--extractor", required=True, help="facechannel, emotieffnet-b0, emotieffnet-mbf")
    tools.add_argument("--weights", type=Path, help="ONNX file of the extractor's network (default: the published one)")
    tools.add_argument("--weights-dir", type=Path, help="folder of weights (default: VAEMO_WEIGHTS or the cache)")
    tools.add_argument("--detector", choices=("yunet", "none"), default="yunet", help="none: images are face crops")
    tools.add_argument("--engine", choices=("local", "ray"), default="local", help="this machine, or a Ray cluster")
    tools.add_argument("--workers", type=int, help="processes or Ray actors (default: one a processor)")
    tools.add_argument("--device", choices=("cpu", "cuda", "tensorrt"), default="cpu", help="where the network runs")
    written = parser.add_argument_group("what is written")
    written.add_argument("--name", help="name of the source in the features (default: the kind of source)")
    written.add_argument("--title", help="one line about the source")
    written.add_argument("--licence", help="terms of the images and labels")
    written.add_argument("--citation", help="the work to cite")
    written.add_argument("--homepage", help="where the source is obtained")
    add_salt(written)
    written.add_argument("--shard-size", type=int, default=512, help="rows a file (default 512)")
    written.add_argument("--overwrite", action="store_true", help="first remove the content of OUTPUT/NAME/")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    from va_extractor.common.errors import need

    for module in ("cv2", "PIL", "onnxruntime"):
        need(module, "extract", "measuring images")
    from rich.console import Console

    from va_extractor.faces.extraction import TERMS, UNKNOWN, set_up
    from va_extractor.weights import default_folder

    for flag, value in (("--workers", args.workers), ("--shard-size", args.shard_size)):
        if value is not None and value < 1:
            raise InputError("must be at least 1", code="range", field=flag, found=value)
    source = args.source or _guess(args.input)
    name = args.name or source
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise InputError("may have letters, digits, - and _ only", code="type", field="--name", found=name)
    given = {part: getattr(args, part) for part in ("title", "licence", "citation", "homepage")}
    with Console(stderr=True).status("listing the images"):
        items = _list(args, source)
        setup, shards = set_up(
            items,
            source=name,
            terms=TERMS.get(source, UNKNOWN) | {part: text for part, text in given.items() if text},
            extractor=args.extractor,
            weights=args.weights,
            weights_dir=args.weights_dir or default_folder(),
            detector=args.detector,
            device=args.device,
            salt=args.salt,
            output=args.output,
            shard_size=args.shard_size,
            overwrite=args.overwrite,
        )
    if notes := shards.plan.provenance.notes:
        sys.stderr.write(f"{notes}\n")
    _report(_measure(setup, shards, args, len(items)))
    return 0


def _guess(inputs: list[Path]) -> str:
    """Return the source that the form of the input suggests.

    Raises:
        InputError: the input does not exist.
    """
    first = inputs[0]
    if not first.exists():
        raise InputError("no such file or folder", code="missing", file=first)
    if first.is_dir():
        return "folder"
    return "manifest" if first.suffix.lower() in _MANIFESTS else "video"


def _list(args: argparse.Namespace, source: str) -> list[ImageItem]:
    """List the images of the source."""
    list_items: Callable[..., list[ImageItem]] = import_module(f"va_extractor.sources.{source}").list_items
    if source == "video":
        return list_items(args.input, args.fps)
    if len(args.input) > 1:
        raise InputError(f"only one {source} can be given", code="conflict", found=args.input[1])
    (path,) = args.input
    if source == "emotic":
        if args.images is None:
            hint = "give the folder of EMOTIC's images"
            raise InputError("is missing", code="missing", field="--images", hint=hint)
        return list_items(path, args.images)
    return list_items(path, args.mapping) if source == "iimi" and args.mapping else list_items(path)


def _measure(setup: Setup, shards: Shards, args: argparse.Namespace, total: int) -> dict[str, list[Path]]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from va_extractor.faces.extraction import processors, run

    columns = (TextColumn("measuring"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    left = sum(len(job.items) for job in shards.missing())
    workers = args.workers or processors()
    try:
        with Progress(*columns, console=Console(stderr=True)) as progress:
            bar = progress.add_task("measuring", total=total, completed=total - left)
            return run(setup, shards, args.engine, workers, lambda rows: progress.update(bar, advance=rows))
    except KeyboardInterrupt:
        raise InputError("stopped", code="incomplete", hint="run the same command to resume") from None


def _report(files: dict[str, list[Path]]) -> None:
    """Print the folders written, and the rows of each status."""
    from collections import Counter

    import pyarrow.parquet as pq

    for split, paths in files.items():
        counts: Counter[str] = Counter()
        for path in paths:
            counts.update(pq.read_table(path, columns=["va_status"])["va_status"].to_pylist())
        statuses = ", ".join(f"{count} {status}" for status, count in counts.most_common())
        sys.stdout.write(f"{paths[0].parent}: {split}: {counts.total()} rows in {len(paths)} files: {statuses}\n")
