"""Convert Keras h5 files of convolutional networks to ONNX, without Keras and without running code of the file.

The topology is read from `model_config`, in the form of Keras 1 and 2 (tf.keras) or of Keras 3, the weights from their
groups. A Lambda layer contains marshalled Python bytecode, which is searched as bytes and never loaded or run. The only
Lambda known is shunting inhibition, two inputs and the constant 0.5 (Barros, Churamani & Sciutti 2020, The FaceChannel:
a fast and furious deep neural network for facial expression recognition, SN Computer Science 1, 321); any other is
refused.
"""

from __future__ import annotations

import base64
import binascii
import json
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from va_extractor.common.errors import InputError, need

OPSET = 17
_IR_VERSION = 8  # the oldest that OPSET allows, so that older runtimes read the file
_OPERATORS = {"linear": "Identity", "relu": "Relu", "sigmoid": "Sigmoid", "tanh": "Tanh"}
DECAY = 0.5
_MARSHALLED_DECAY = tuple(kind + struct.pack("<d", DECAY) for kind in (b"g", b"\xe7"))  # how marshal writes 0.5


class _UnsupportedError(Exception):
    """A layer cannot be converted."""


class Graph:
    """An ONNX graph, built layer after layer; each layer's result has the layer's name.

    Raises:
        InputError: the extra `[convert]` is missing.
    """

    def __init__(self) -> None:
        self._onnx = need("onnx", "convert", "writing ONNX")
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._inputs: list[Any] = []
        self._units: dict[str, int] = {}

    def image(self, name: str, shape: Sequence[int]) -> None:
        """Add the input: images of (channels, height, width)."""
        self._inputs.append(self._value(name, ["batch", *shape]))

    def add(
        self,
        operator: str,
        name: str,
        inputs: Sequence[str],
        arrays: Mapping[str, np.ndarray] | None = None,
        activation: str = "linear",
        **attributes: object,
    ) -> None:
        """Add a layer of one operator with its arrays, and its activation."""
        constants = {f"{name}/{part}": array for part, array in (arrays or {}).items()}
        for part, array in constants.items():
            self._constants.append(self._onnx.numpy_helper.from_array(np.ascontiguousarray(array), part))
        result = name if activation == "linear" else f"{name}/linear"
        node = self._onnx.helper.make_node(operator, [*inputs, *constants], [result], name=result, **attributes)
        self._nodes.append(node)
        if result != name:
            self.add(_OPERATORS[activation], name, [result])

    def flatten(self, name: str, inputs: Sequence[str], *, channels_last: bool) -> None:
        """Add a layer to one row of numbers, in the order (height, width, channels) or (channels, height, width)."""
        if channels_last:
            self.add("Transpose", f"{name}/moved", inputs, perm=(0, 2, 3, 1))
            inputs = [f"{name}/moved"]
        self.add("Flatten", name, inputs)

    def dense(self, name: str, inputs: Sequence[str], kernel: np.ndarray, bias: np.ndarray, activation: str) -> None:
        """Add a fully connected layer; kernel of (numbers in, units)."""
        self._units[name] = kernel.shape[1]
        self.add("Gemm", name, inputs, {"kernel": kernel, "bias": bias}, activation)

    def serialised(self, outputs: Sequence[str], notes: Mapping[str, str]) -> bytes:
        """Return the model with `notes` in its metadata; outputs are dense layers; the same model, the same bytes."""
        helper = self._onnx.helper
        ends = [self._value(name, ["batch", self._units[name]]) for name in outputs]
        model = helper.make_model(
            helper.make_graph(self._nodes, "network", self._inputs, ends, self._constants),
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=_IR_VERSION,
            producer_name="vaemo-eval",
        )
        helper.set_model_props(model, dict(notes))
        self._onnx.checker.check_model(model, full_check=True)
        return bytes(model.SerializeToString(deterministic=True))

    def _value(self, name: str, shape: list[Any]) -> Any:
        return self._onnx.helper.make_tensor_value_info(name, self._onnx.TensorProto.FLOAT, shape)


def keras_to_onnx(path: Path, notes: Mapping[str, str]) -> bytes:
    """Convert a functional Keras model with one image input; the ONNX input is (batch, channels, height, width).

    Raises:
        InputError: not an h5 file with `model_config` and `model_weights`, or a layer that is not supported.
    """
    h5py = need("h5py", "convert", "reading a Keras file")
    try:
        with h5py.File(path, "r") as file:
            if "model_config" not in file.attrs or "model_weights" not in file:
                what, hint = "has no 'model_config' and 'model_weights'", "give a file of the whole model"
                raise InputError(what, code="missing", file=path, hint=hint)
            graph, outputs = _graph(json.loads(file.attrs["model_config"]), file["model_weights"])
    except _UnsupportedError as error:
        raise InputError(f"cannot be converted: {error}", code="unsupported", file=path) from None
    except OSError as error:
        raise InputError(f"is not a readable h5 file: {error}", code="unreadable", file=path) from None
    except (KeyError, TypeError, ValueError, IndexError) as error:
        what = f"model_config or weights are not in Keras's form: {error!r}"
        raise InputError(what, code="type", file=path) from None
    return graph.serialised(outputs, notes)


def _graph(config: Mapping[str, Any], weights: Any) -> tuple[Graph, list[str]]:
    """Return the graph, and the names of its outputs."""
    if config["class_name"] not in ("Model", "Functional"):
        raise _UnsupportedError(f"a model of class {config['class_name']}; only functional models are read")
    entries = config["config"]["layers"]
    first = _channels_first(entries)
    graph = Graph()
    for entry in entries:
        name = str(entry["config"]["name"])
        if entry["class_name"] not in _LAYERS:
            raise _UnsupportedError(f"layer '{name}' is a {entry['class_name']}; known are {', '.join(_LAYERS)}")
        layer = _Layer(name, tuple(_inputs(entry)), entry["config"], _arrays(weights, name), first)
        _LAYERS[entry["class_name"]](graph, layer)
    outputs = config["config"]["output_layers"]
    if isinstance(outputs[0], str):  # Keras 3 writes a single output without its list
        outputs = [outputs]
    return graph, [str(output[0]) for output in outputs]


def _channels_first(entries: list[dict[str, Any]]) -> bool:
    """Return whether channels come first; all convolutions and poolings must agree."""
    found = {entry["config"]["data_format"] for entry in entries if entry["class_name"] in ("Conv2D", "MaxPooling2D")}
    if len(found) != 1 or not found <= {"channels_first", "channels_last"}:
        raise _UnsupportedError(f"layers of data formats {sorted(map(str, found))}; one for all is needed")
    return found == {"channels_first"}


def _inputs(entry: Mapping[str, Any]) -> list[str]:
    nodes = entry["inbound_nodes"]
    if len(nodes) > 1:
        raise _UnsupportedError(f"layer '{entry['config']['name']}' is used {len(nodes)} times")
    if not nodes:
        return []
    if isinstance(nodes[0], dict):
        return list(_keras_tensors(nodes[0]["args"]))
    return [str(source[0]) for source in nodes[0]]


def _keras_tensors(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if value.get("class_name") != "__keras_tensor__":
            raise _UnsupportedError(f"an argument that is not a layer's output: {value.get('class_name')}")
        yield str(value["config"]["keras_history"][0])
    else:
        for part in value:
            yield from _keras_tensors(part)


def _arrays(weights: Any, name: str) -> dict[str, np.ndarray]:
    """Return a layer's arrays by their last name (`kernel`, `bias`, `gamma`, ...), as float32."""
    if name not in weights:
        return {}
    group = weights[name]
    names = [text.decode() if isinstance(text, bytes) else str(text) for text in group.attrs["weight_names"]]
    return {full.split("/")[-1].split(":")[0]: np.asarray(group[full], dtype=np.float32) for full in names}


@dataclass(frozen=True)
class _Layer:
    """One layer as the file describes it; `first` is whether channels come first in the model."""

    name: str
    inputs: tuple[str, ...]
    config: Mapping[str, Any]
    arrays: dict[str, np.ndarray]
    first: bool

    def pair(self, key: str) -> tuple[int, int]:
        rows, columns = self.config[key]
        return int(rows), int(columns)

    def padding(self) -> str:
        if self.config["padding"] not in ("same", "valid"):
            raise _UnsupportedError(f"layer '{self.name}' pads '{self.config['padding']}'")
        return "SAME_UPPER" if self.config["padding"] == "same" else "VALID"

    def function(self) -> str:
        function = self.config["activation"]
        if function not in _OPERATORS:
            known = ", ".join(_OPERATORS)
            raise _UnsupportedError(f"layer '{self.name}' has the activation {function}; known are {known}")
        return str(function)

    def kernel_and_bias(self) -> tuple[np.ndarray, np.ndarray]:
        kernel = self.arrays["kernel"]
        return kernel, self.arrays.get("bias", np.zeros(kernel.shape[-1], np.float32))


def _image(graph: Graph, layer: _Layer) -> None:
    shape = layer.config.get("batch_input_shape") or layer.config["batch_shape"]
    if len(shape) != 4:
        raise _UnsupportedError(f"input '{layer.name}' has shape {shape}; an image is (batch, and three more)")
    a, b, c = (int(size) for size in shape[1:])
    graph.image(layer.name, (a, b, c) if layer.first else (c, a, b))


def _conv(graph: Graph, layer: _Layer) -> None:
    if layer.config.get("groups", 1) != 1 or tuple(layer.config["dilation_rate"]) != (1, 1):
        raise _UnsupportedError(f"convolution '{layer.name}' is grouped or dilated")
    kernel, bias = layer.kernel_and_bias()
    arrays = {"kernel": np.transpose(kernel, (3, 2, 0, 1)), "bias": bias}
    attributes = {"strides": layer.pair("strides"), "auto_pad": layer.padding()}
    graph.add("Conv", layer.name, layer.inputs, arrays, layer.function(), **attributes)


def _batch_norm(graph: Graph, layer: _Layer) -> None:
    axis = layer.config["axis"]
    axis = axis[0] if isinstance(axis, list) else axis
    if axis not in ((1, -3) if layer.first else (3, -1)):
        raise _UnsupportedError(f"batch-normalisation '{layer.name}' is over axis {axis}, which is not the channels'")
    mean, variance = layer.arrays["moving_mean"], layer.arrays["moving_variance"]
    gamma, beta = layer.arrays.get("gamma", np.ones_like(mean)), layer.arrays.get("beta", np.zeros_like(mean))
    arrays = {"gamma": gamma, "beta": beta, "mean": mean, "variance": variance}
    graph.add("BatchNormalization", layer.name, layer.inputs, arrays, epsilon=float(layer.config["epsilon"]))


def _max_pool(graph: Graph, layer: _Layer) -> None:
    size, strides = layer.pair("pool_size"), layer.pair("strides")
    graph.add("MaxPool", layer.name, layer.inputs, kernel_shape=size, strides=strides, auto_pad=layer.padding())


def _inhibition(graph: Graph, layer: _Layer) -> None:
    """Add shunting inhibition: first input / (decay + second input)."""
    function = layer.config["function"]
    code = function["config"]["code"] if isinstance(function, dict) else function[0]
    try:
        code = base64.b64decode(code, validate=False)
    except (binascii.Error, TypeError, ValueError):
        raise _UnsupportedError(f"Lambda '{layer.name}' has no base64 bytecode") from None
    if len(layer.inputs) != 2 or not any(constant in code for constant in _MARSHALLED_DECAY):
        what = f"Lambda '{layer.name}' is not shunting inhibition (two inputs and the constant {DECAY})"
        raise _UnsupportedError(what)
    excitation, inhibition = layer.inputs
    graph.add("Add", f"{layer.name}/sum", [inhibition], {"decay": np.asarray(DECAY, np.float32)})
    graph.add("Div", layer.name, [excitation, f"{layer.name}/sum"])


def _flatten(graph: Graph, layer: _Layer) -> None:
    # Keras moves channels last before it flattens only if Flatten itself is channels_first.
    moves = layer.config.get("data_format") == "channels_first"
    graph.flatten(layer.name, layer.inputs, channels_last=moves or not layer.first)


_LAYERS: dict[str, Callable[[Graph, _Layer], None]] = {
    "InputLayer": _image,
    "Conv2D": _conv,
    "BatchNormalization": _batch_norm,
    "Activation": lambda graph, layer: graph.add(_OPERATORS[layer.function()], layer.name, layer.inputs),
    "MaxPooling2D": _max_pool,
    "Dropout": lambda graph, layer: graph.add("Identity", layer.name, layer.inputs),
    "Lambda": _inhibition,
    "Flatten": _flatten,
    "Dense": lambda graph, layer: graph.dense(layer.name, layer.inputs, *layer.kernel_and_bias(), layer.function()),
}
