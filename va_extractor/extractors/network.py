"""Run an ONNX network, one thread a process, on the processor or a GPU."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np

from va_extractor.common.errors import InputError, need

Device = Literal["cpu", "cuda", "tensorrt"]

_PROVIDERS: dict[Device, list[str]] = {
    "cpu": ["CPUExecutionProvider"],
    "cuda": ["CUDAExecutionProvider", "CPUExecutionProvider"],
    "tensorrt": ["TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"],
}


class Network:
    """An ONNX model with one input.

    Raises:
        InputError: the file is not such a model, or `device` is not available.
    """

    def __init__(self, path: Path, device: Device) -> None:
        runtime = need("onnxruntime", "extract", "running a network")
        providers = _PROVIDERS[device]
        if providers[0] not in runtime.get_available_providers():
            hint = "install onnxruntime-gpu and its CUDA"
            raise InputError(f"no {providers[0]}", code="unsupported", field="--device", found=device, hint=hint)
        options = runtime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = runtime.InferenceSession(str(path), options, providers=providers)
        except Exception as error:  # onnxruntime's exceptions have no common base but this
            what = f"is not an ONNX model that can be run: {str(error).splitlines()[0]}"
            raise InputError(what, code="unreadable", file=path) from None
        if device != "cpu" and providers[0] not in self._session.get_providers():
            what, hint = f"{providers[0]} could not be started", "see onnxruntime's CUDA requirements"
            raise InputError(what, code="unsupported", field="--device", found=device, hint=hint)
        (self._input, *others) = [node.name for node in self._session.get_inputs()]
        if others:
            raise InputError(f"the network has {1 + len(others)} inputs, not one", code="unsupported", file=path)

    def __call__(self, batch: np.ndarray) -> list[np.ndarray]:
        """Run the network.

        Args:
            batch: float32 (faces, channels, height, width).

        Returns:
            Its outputs, in order.

        Raises:
            InputError: the network does not accept such a batch.
        """
        try:
            outputs: list[np.ndarray] = self._session.run(None, {self._input: batch})
        except Exception as error:  # as above
            what = f"the network does not accept images of {batch.shape[1:]}: {str(error).splitlines()[0]}"
            raise InputError(what, code="conflict") from None
        return outputs
