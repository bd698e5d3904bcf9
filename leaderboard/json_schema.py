"""Write the JSON Schema of the board: `python -m leaderboard.json_schema docs`."""

from __future__ import annotations

import sys
from pathlib import Path

from harness.record.schema import text
from leaderboard.board import Board

FILE = "leaderboard.schema.json"

if __name__ == "__main__":
    (Path(sys.argv[1]) / FILE).write_text(text(Board), encoding="utf-8")
