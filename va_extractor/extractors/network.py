"""Running an ONNX network, one thread a process, on the processor or a GPU."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np

from va_extractor.common.errors import InputError
from va_extractor.common.extras import need

Device = Literal["cpu", "cuda", "tensorrt"]

_PROVIDERS: dict[Device, list[str]] = {
    "cpu": ["CPUExecutionProvider"],
    "cuda": ["CUDAExecutionProvider", "CPUExecutionProvider"],
    "tensorrt": ["TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"],
}


class Network:
    """An ONNX model with one input.

    Raises:
        InputError: the file is not such a model, or `device` is not there.
    """

    def __init__(self, path: Path, device: Device) -> None:
        runtime = need("onnxruntime", "extract", "running a network")
        providers = _PROVIDERS[device]
        if providers[0] not in runtime.get_available_providers():
            raise InputError(
                f"--device {device}: onnxruntime has no {providers[0]}; install onnxruntime-gpu and its CUDA"
            )
        options = runtime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = runtime.InferenceSession(str(path), options, providers=providers)
        except Exception as error:  # onnxruntime's exceptions have no common base but this
            raise InputError(f"{path}: not an ONNX model that can be run: {str(error).splitlines()[0]}") from None
        if device != "cpu" and providers[0] not in self._session.get_providers():
            raise InputError(
                f"--device {device}: {providers[0]} could not be started; see onnxruntime's CUDA requirements"
            )
        (self._input, *others) = [node.name for node in self._session.get_inputs()]
        if others:
            raise InputError(f"{path}: the network has {1 + len(others)} inputs; one image is given")

    def __call__(self, batch: np.ndarray) -> list[np.ndarray]:
        """Run the network.

        Args:
            batch: float32 (faces, channels, height, width).

        Returns:
            Its outputs, in order.

        Raises:
            InputError: the network does not take such a batch.
        """
        try:
            outputs: list[np.ndarray] = self._session.run(None, {self._input: batch})
        except Exception as error:  # as above
            raise InputError(
                f"the network cannot take images of {batch.shape[1:]}: {str(error).splitlines()[0]}"
            ) from None
        return outputs
