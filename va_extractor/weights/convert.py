"""Making the ONNX model of weights that their author publishes for Keras."""

from __future__ import annotations

import os
from pathlib import Path

from va_extractor.convert import read_model, to_onnx
from va_extractor.weights.published import Weights


def convert(weights: Weights, folder: Path) -> Path:
    """Convert `weights.file` to `weights.converted`, both in `folder`; whole or not at all.

    Raises:
        InputError: the file holds a layer that cannot be converted, or the extra `[convert]` is missing.
    """
    path = folder / weights.usable
    model = to_onnx(read_model(folder / weights.file), {"converted_from": f"{weights.hash_kind}:{weights.digest}"})
    partial = path.with_suffix(f".{os.getpid()}.partial")
    partial.write_bytes(model)
    partial.replace(path)
    return path
