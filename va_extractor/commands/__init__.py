"""The subcommands of `vaemo-extract`: each module has `add(commands)`."""

from __future__ import annotations

from typing import Any


def add_salt(parser: Any) -> None:
    """Add the salt of ids."""
    about = "part of every id; a secret one prevents identifying items"
    parser.add_argument("--salt", default="vaemo-eval", help=about)
