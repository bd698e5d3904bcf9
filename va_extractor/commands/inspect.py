"""`vaemo-extract inspect`: show what is in a features dataset, and its problems."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from va_extractor.common.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa


def add(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the subcommand."""
    parser = commands.add_parser(
        "inspect",
        help="show counts, VA statistics, the VA plane and problems",
        description="Show what is in each source. Exit code 1 if there is a problem.",
    )
    parser.add_argument("features", type=Path, help="folder of VA features: FEATURES/SOURCE/SPLIT.parquet")
    parser.add_argument("--min-items", type=int, default=10, help="warn of labels with fewer rows (default: 10)")
    parser.add_argument("--pictures", type=Path, help="folder for SOURCE.png (default: FEATURES)")
    parser.add_argument("--no-picture", action="store_true", help="write no PNG")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    from rich.markup import escape

    from va_extractor.common.terminal import Terminal
    from va_extractor.dataset import need_sources, split_files
    from va_extractor.inspection.summary import measured, summarise
    from va_extractor.inspection.views import draw, heading, report

    console = Terminal()
    sound = True
    for source in need_sources(args.features):
        with Terminal(stderr=True).status(f"reading {escape(source)}"):
            tables = {split: _read(files) for split, files in split_files(args.features, source).items()}
            summary = summarise(tables, args.min_items)
            points, labels = measured(tables)
        console.print(report(source, summary, points))
        if len(points) and not args.no_picture:
            picture = (args.pictures or args.features) / f"{source}.png"
            with Terminal(stderr=True).status(f"drawing {escape(source)}"):
                draw(points, labels, heading(source, summary), picture)
            console.print(f"picture: {picture}", soft_wrap=True, markup=False)
        sound = sound and not summary.problems
    return 0 if sound else 1


def _read(files: list[Path]) -> pa.Table:
    """Read a split's files without checking them."""
    import pyarrow as pa

    from va_extractor.dataset import read_table

    try:
        return pa.concat_tables(map(read_table, files))
    except pa.ArrowInvalid as error:
        what = f"the files of the split have different columns: {str(error).splitlines()[0]}"
        raise InputError(what, code="conflict", file=files[0]) from None
