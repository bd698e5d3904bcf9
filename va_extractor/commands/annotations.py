"""`vaemo-extract annotations`: convert human annotations to VA features."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from va_extractor.commands import add_salt

if TYPE_CHECKING:
    import pyarrow as pa


def add(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the subcommand."""
    parser = commands.add_parser("annotations", help="convert human annotations to VA features, without any image")
    forms = parser.add_subparsers(dest="form", required=True, metavar="FORM")

    emotic = forms.add_parser("emotic", help="EMOTIC's Annotations.mat, or its CSV form (a file or a folder of files)")
    emotic.add_argument("--input", type=Path, required=True, help="Annotations.mat, FILE.csv or a folder of CSV files")
    emotic.add_argument(
        "--merge",
        choices=("union", "weights"),
        default="union",
        help="labels of several annotators: union, or weights: union with label_weights by votes (.mat only)",
    )
    emotic.add_argument(
        "--references",
        type=Path,
        help="CSV with columns item,text; item is folder/filename#N, N the person's number in the image from 0 "
        "(default: our wording of the categories, marked category_wording)",
    )
    emotic.set_defaults(run=_emotic)

    manifest = forms.add_parser("manifest", help="any CSV file of ratings, with a YAML file that describes its columns")
    manifest.add_argument("--input", type=Path, required=True, help="CSV file, one row an item")
    manifest.add_argument("--columns", type=Path, required=True, help="YAML file that describes the columns")
    manifest.set_defaults(run=_manifest)

    for form in (emotic, manifest):
        form.add_argument("--output", type=Path, required=True, help="folder of VA features, written to OUTPUT/SOURCE/")
        add_salt(form)


def _emotic(args: argparse.Namespace) -> int:
    from va_extractor.annotations.emotic import read_emotic
    from va_extractor.annotations.emotic.features import features_from_emotic, read_references

    references = read_references(args.references) if args.references else None
    with _working(f"reading {args.input}"):
        persons = read_emotic(args.input)
    _write(features_from_emotic(persons, merge=args.merge, salt=args.salt, references=references), args.output)
    return 0


def _manifest(args: argparse.Namespace) -> int:
    from va_extractor.annotations.ratings import Columns, features_from_ratings
    from va_extractor.common.yamlfile import read_yaml

    columns = read_yaml(args.columns, Columns)
    with _working(f"reading {args.input}"):
        tables = features_from_ratings(args.input, columns, salt=args.salt)
    _write(tables, args.output)
    return 0


def _working(what: str) -> AbstractContextManager[object]:
    from rich.console import Console

    return Console(stderr=True).status(what)


def _write(tables: Mapping[str, pa.Table], output: Path) -> None:
    """Write every split and print what was written."""
    from va_extractor.dataset import stamped, write_split
    from va_extractor.schema import provenance_of

    for split, table in tables.items():
        provenance = stamped(provenance_of(table.schema, split))
        path = write_split(table, provenance, output, split)
        merge = f"; annotators merged: {provenance.annotator_merge}" if provenance.annotator_merge else ""
        sys.stdout.write(f"{path}: {table.num_rows} rows{merge}. {provenance.notes}\n")
