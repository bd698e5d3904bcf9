"""Convert weights published for Keras to ONNX."""

from __future__ import annotations

from pathlib import Path

from va_extractor.common.files import whole
from va_extractor.convert import read_model, to_onnx
from va_extractor.weights.published import Weights


def convert(weights: Weights, folder: Path) -> Path:
    """Convert `weights.file` to `weights.converted`, both in `folder`, and return its path.

    Raises:
        InputError: the file has a layer that cannot be converted, the extra `[convert]` is missing, or the folder
            cannot be written.
    """
    path = folder / weights.usable
    model = to_onnx(read_model(folder / weights.file), {"converted_from": f"{weights.hash_kind}:{weights.digest}"})
    with whole(path) as partial:
        partial.write_bytes(model)
    return path
