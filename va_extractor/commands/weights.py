"""`vaemo-extract weights`: list, download and verify trained weights."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from va_extractor.common.errors import InputError
from va_extractor.common.files import whole
from va_extractor.weights import Weights, convert, default_folder, download, state

_ACCEPTED = "accepted-licences.txt"


def add(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the subcommand."""
    parser = commands.add_parser("weights", help="list, download and verify trained weights")
    forms = parser.add_subparsers(dest="form", required=True, metavar="FORM")
    listing = forms.add_parser("list", help="show origin, licence, hash and state of each")
    listing.set_defaults(run=_list)
    getting = forms.add_parser("get", help="download, check and, if needed, convert to ONNX")
    getting.add_argument("names", nargs="+", metavar="NAME", help="a name shown by `weights list`")
    getting.add_argument("--accept-license", action="store_true", help="agree to the terms (needed once)")
    getting.set_defaults(run=_get)
    verifying = forms.add_parser("verify", help="check the hashes of your files; exit code 1 if one is wrong")
    verifying.set_defaults(run=_verify)
    for form in (listing, getting, verifying):
        about = "folder of weights (default: VAEMO_WEIGHTS or the cache)"
        form.add_argument("--weights-dir", type=Path, default=default_folder(), help=about)


def _list(args: argparse.Namespace) -> int:
    from va_extractor.extractors import known

    folder: Path = args.weights_dir
    for weights in known().values():
        lines = {
            "file": f"{folder / weights.usable} ({state(weights, folder)})",
            "from": weights.url,
            weights.hash_kind: weights.digest,
            "licence": weights.licence,
            "terms": weights.terms or "none beyond the licence",
        }
        sys.stdout.write(f"{weights.name}\n" + "".join(f"  {key:<9} {value}\n" for key, value in lines.items()))
    return 0


def _get(args: argparse.Namespace) -> int:
    from va_extractor.extractors import named

    folder: Path = args.weights_dir
    wanted = [named(name) for name in args.names]
    _agree(wanted, folder, accepted=args.accept_license)
    for weights in wanted:
        _get_one(weights, folder)
        sys.stdout.write(f"{weights.name}: {folder / weights.usable}\n")
    return 0


def _agree(wanted: list[Weights], folder: Path, *, accepted: bool) -> None:
    """Record the terms agreed to; raise where some are not."""
    record = folder / _ACCEPTED
    known = set(record.read_text(encoding="utf-8").split()) if record.exists() else set()
    open_ = [weights for weights in wanted if weights.terms and weights.name not in known]
    if open_ and not accepted:
        terms = "; ".join(f"{weights.name}: {weights.terms}" for weights in open_)
        raise InputError(f"terms: {terms}", code="missing", field="--accept-license", hint="read them and agree")
    if open_:
        with whole(record) as partial:
            partial.write_text("\n".join(sorted(known | {weights.name for weights in open_})) + "\n", encoding="utf-8")


def _get_one(weights: Weights, folder: Path) -> None:
    """Download what is missing or wrong, then convert what is not converted."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    if state(weights, folder) in ("missing", "wrong hash"):
        with Progress(*columns, console=Console(stderr=True)) as progress:
            bar = progress.add_task(weights.file, total=None)
            download(weights, folder, lambda done, total: progress.update(bar, completed=done, total=total))
        if weights.converted:
            (folder / weights.converted).unlink(missing_ok=True)  # converted from the wrong file
    if state(weights, folder) == "not converted":
        with Console(stderr=True).status(f"converting {weights.file} to ONNX"):
            convert(weights, folder)


def _verify(args: argparse.Namespace) -> int:
    from va_extractor.extractors import known

    folder: Path = args.weights_dir
    states = {weights.name: state(weights, folder) for weights in known().values()}
    for name, found in states.items():
        sys.stdout.write(f"{name}: {found}\n")
    return 1 if "wrong hash" in states.values() else 0
