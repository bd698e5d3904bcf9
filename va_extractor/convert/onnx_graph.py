"""Write a network as ONNX; its input is float32 (batch, channels, height, width) whatever the Keras layout was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from va_extractor.common.extras import need
from va_extractor.convert import layers as kinds

OPSET = 17
_IR_VERSION = 8  # the oldest that OPSET allows, so that older runtimes read the file
_OPERATORS = {"relu": "Relu", "sigmoid": "Sigmoid", "tanh": "Tanh"}


def to_onnx(model: kinds.Model, notes: Mapping[str, str]) -> bytes:
    """Return the network as a serialised ONNX model with `notes` in its metadata; the same model, the same bytes."""
    onnx = need("onnx", "convert", "writing ONNX")
    graph = _Graph(onnx)
    for layer in model.layers:
        graph.add(layer)
    outputs = [
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["batch", graph.units[name]])
        for name in model.outputs
    ]
    whole = onnx.helper.make_model(
        onnx.helper.make_graph(graph.nodes, "network", graph.inputs, outputs, graph.constants),
        opset_imports=[onnx.helper.make_opsetid("", OPSET)],
        ir_version=_IR_VERSION,
        producer_name="vaemo-eval",
    )
    onnx.helper.set_model_props(whole, dict(notes))
    onnx.checker.check_model(whole, full_check=True)
    return bytes(whole.SerializeToString(deterministic=True))


class _Graph:
    """ONNX nodes, constants and inputs, layer after layer; each layer's result has the layer's name."""

    def __init__(self, onnx: Any) -> None:
        self._onnx = onnx
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.inputs: list[Any] = []
        self.units: dict[str, int] = {}

    def add(self, layer: kinds.Layer) -> None:
        match layer:
            case kinds.Input(name, _, shape):
                kind = self._onnx.TensorProto.FLOAT
                self.inputs.append(self._onnx.helper.make_tensor_value_info(name, kind, ["batch", *shape]))
            case kinds.Conv(name, inputs, kernel, bias, strides, same, activation):
                arrays = self._constants(name, kernel=np.transpose(kernel, (3, 2, 0, 1)), bias=bias)
                attributes = {"strides": strides, "auto_pad": _padding(same)}
                self._with_activation("Conv", [*inputs, *arrays], name, activation, **attributes)
            case kinds.BatchNorm(name, inputs, gamma, beta, mean, variance, epsilon):
                arrays = self._constants(name, gamma=gamma, beta=beta, mean=mean, variance=variance)
                self._node("BatchNormalization", [*inputs, *arrays], name, epsilon=epsilon)
            case kinds.Activation(name, inputs, function):
                self._node(_OPERATORS.get(function, "Identity"), inputs, name)
            case kinds.MaxPool(name, inputs, size, strides, same):
                self._node("MaxPool", inputs, name, kernel_shape=size, strides=strides, auto_pad=_padding(same))
            case kinds.Identity(name, inputs):
                self._node("Identity", inputs, name)
            case kinds.ShuntingInhibition(name, (excitation, inhibition), decay):
                (constant,) = self._constants(name, decay=np.asarray(decay, np.float32))
                self._node("Add", [inhibition, constant], f"{name}/sum")
                self._node("Div", [excitation, f"{name}/sum"], name)
            case kinds.Flatten(name, inputs, channels_last):
                if channels_last:
                    self._node("Transpose", inputs, f"{name}/moved", perm=(0, 2, 3, 1))
                    inputs = (f"{name}/moved",)
                self._node("Flatten", inputs, name)
            case kinds.Dense(name, inputs, kernel, bias, activation):
                self.units[name] = kernel.shape[1]
                self._with_activation(
                    "Gemm", [*inputs, *self._constants(name, kernel=kernel, bias=bias)], name, activation
                )
            case _:
                raise TypeError(f"no ONNX for {type(layer).__name__}")

    def _with_activation(
        self, operator: str, inputs: list[str], name: str, activation: str, **attributes: object
    ) -> None:
        if activation == "linear":
            self._node(operator, inputs, name, **attributes)
            return
        self._node(operator, inputs, f"{name}/linear", **attributes)
        self._node(_OPERATORS[activation], [f"{name}/linear"], name)

    def _node(self, operator: str, inputs: list[str] | tuple[str, ...], name: str, **attributes: object) -> None:
        self.nodes.append(self._onnx.helper.make_node(operator, list(inputs), [name], name=name, **attributes))

    def _constants(self, layer: str, **arrays: np.ndarray) -> list[str]:
        names = [f"{layer}/{name}" for name in arrays]
        for name, array in zip(names, arrays.values(), strict=True):
            self.constants.append(self._onnx.numpy_helper.from_array(np.ascontiguousarray(array), name))
        return names


def _padding(same: bool) -> str:
    return "SAME_UPPER" if same else "VALID"
