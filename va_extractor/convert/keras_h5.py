"""Read a Keras h5 file: topology from its `model_config`, weights from its groups.

Both forms of `model_config` are read, that of Keras 1 and 2 (tf.keras) and that of Keras 3. A Lambda layer contains
marshalled Python bytecode, which is searched as bytes and never loaded or run. The only Lambda known is shunting
inhibition, two inputs and the constant 0.5 (Barros, Churamani & Sciutti 2020, The FaceChannel: a fast and furious deep
neural network for facial expression recognition, SN Computer Science 1, 321); any other is refused.
"""

from __future__ import annotations

import base64
import binascii
import json
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from va_extractor.common.errors import InputError
from va_extractor.common.extras import need
from va_extractor.convert import layers as kinds

DECAY = 0.5
_MARSHALLED_DECAY = tuple(kind + struct.pack("<d", DECAY) for kind in (b"g", b"\xe7"))  # how marshal writes 0.5
_FUNCTIONS = ("linear", "relu", "sigmoid", "tanh")


class _UnsupportedError(Exception):
    """A layer cannot be converted."""


def read_model(path: Path) -> kinds.Model:
    """Read a functional Keras model with one image input.

    Raises:
        InputError: not an h5 file with `model_config` and `model_weights`, or a layer that is not supported.
    """
    h5py = need("h5py", "convert", "reading a Keras file")
    try:
        with h5py.File(path, "r") as file:
            if "model_config" not in file.attrs or "model_weights" not in file:
                what, hint = "has no 'model_config' and 'model_weights'", "give a file of the whole model"
                raise InputError(what, code="missing", file=path, hint=hint)
            config = json.loads(file.attrs["model_config"])
            return _model(config, file["model_weights"])
    except _UnsupportedError as error:
        raise InputError(f"cannot be converted: {error}", code="unsupported", file=path) from None
    except OSError as error:
        raise InputError(f"is not a readable h5 file: {error}", code="unreadable", file=path) from None
    except (KeyError, TypeError, ValueError, IndexError) as error:
        what = f"model_config or weights are not in Keras's form: {error!r}"
        raise InputError(what, code="type", file=path) from None


def _model(config: Mapping[str, Any], weights: Any) -> kinds.Model:
    if config["class_name"] not in ("Model", "Functional"):
        raise _UnsupportedError(f"a model of class {config['class_name']}; only functional models are read")
    entries = config["config"]["layers"]
    first = _data_format(entries)
    layers = tuple(_layer(entry, weights, first) for entry in entries)
    outputs = config["config"]["output_layers"]
    if isinstance(outputs[0], str):  # Keras 3 writes a single output without its list
        outputs = [outputs]
    return kinds.Model(layers, tuple(str(output[0]) for output in outputs))


def _data_format(entries: list[dict[str, Any]]) -> bool:
    """Return whether channels come first; all convolutions and poolings must agree."""
    found = {entry["config"]["data_format"] for entry in entries if entry["class_name"] in ("Conv2D", "MaxPooling2D")}
    if len(found) != 1 or not found <= {"channels_first", "channels_last"}:
        raise _UnsupportedError(f"layers of data formats {sorted(map(str, found))}; one for all is needed")
    return found == {"channels_first"}


@dataclass(frozen=True)
class _Entry:
    """One layer as the file describes it; `first` is whether channels come first in the model."""

    name: str
    inputs: tuple[str, ...]
    config: Mapping[str, Any]
    arrays: dict[str, np.ndarray]
    first: bool

    def pair(self, key: str) -> tuple[int, int]:
        rows, columns = self.config[key]
        return int(rows), int(columns)

    def same(self) -> bool:
        if self.config["padding"] not in ("same", "valid"):
            raise _UnsupportedError(f"layer '{self.name}' pads '{self.config['padding']}'")
        return bool(self.config["padding"] == "same")

    def function(self) -> str:
        function = self.config["activation"]
        if function not in _FUNCTIONS:
            known = ", ".join(_FUNCTIONS)
            raise _UnsupportedError(f"layer '{self.name}' has the activation {function}; known are {known}")
        return str(function)

    def kernel_and_bias(self) -> tuple[np.ndarray, np.ndarray]:
        kernel = self.arrays["kernel"]
        return kernel, self.arrays.get("bias", np.zeros(kernel.shape[-1], np.float32))


def _layer(layer: Mapping[str, Any], weights: Any, first: bool) -> kinds.Layer:
    reader = _READERS.get(layer["class_name"])
    name = str(layer["config"]["name"])
    if reader is None:
        raise _UnsupportedError(f"layer '{name}' is a {layer['class_name']}; known are {', '.join(_READERS)}")
    return reader(_Entry(name, tuple(_inputs(layer)), layer["config"], _arrays(weights, name), first))


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


def _input(entry: _Entry) -> kinds.Layer:
    shape = entry.config.get("batch_input_shape") or entry.config["batch_shape"]
    if len(shape) != 4:
        raise _UnsupportedError(f"input '{entry.name}' has shape {shape}; an image is (batch, and three more)")
    a, b, c = (int(size) for size in shape[1:])
    return kinds.Input(entry.name, entry.inputs, (a, b, c) if entry.first else (c, a, b))


def _conv(entry: _Entry) -> kinds.Layer:
    if entry.config.get("groups", 1) != 1 or tuple(entry.config["dilation_rate"]) != (1, 1):
        raise _UnsupportedError(f"convolution '{entry.name}' is grouped or dilated")
    kernel, bias = entry.kernel_and_bias()
    strides = entry.pair("strides")
    return kinds.Conv(entry.name, entry.inputs, kernel, bias, strides, entry.same(), entry.function())


def _batch_norm(entry: _Entry) -> kinds.Layer:
    axis = entry.config["axis"]
    axis = axis[0] if isinstance(axis, list) else axis
    if axis not in ((1, -3) if entry.first else (3, -1)):
        raise _UnsupportedError(f"batch-normalisation '{entry.name}' is over axis {axis}, which is not the channels'")
    mean = entry.arrays["moving_mean"]
    gamma, beta = entry.arrays.get("gamma", np.ones_like(mean)), entry.arrays.get("beta", np.zeros_like(mean))
    variance, epsilon = entry.arrays["moving_variance"], float(entry.config["epsilon"])
    return kinds.BatchNorm(entry.name, entry.inputs, gamma, beta, mean, variance, epsilon)


def _max_pool(entry: _Entry) -> kinds.Layer:
    size, strides = entry.pair("pool_size"), entry.pair("strides")
    return kinds.MaxPool(entry.name, entry.inputs, size, strides, entry.same())


def _inhibition(entry: _Entry) -> kinds.Layer:
    function = entry.config["function"]
    code = function["config"]["code"] if isinstance(function, dict) else function[0]
    try:
        code = base64.b64decode(code, validate=False)
    except (binascii.Error, TypeError, ValueError):
        raise _UnsupportedError(f"Lambda '{entry.name}' has no base64 bytecode") from None
    if len(entry.inputs) != 2 or not any(constant in code for constant in _MARSHALLED_DECAY):
        what = f"Lambda '{entry.name}' is not shunting inhibition (two inputs and the constant {DECAY})"
        raise _UnsupportedError(what)
    return kinds.ShuntingInhibition(entry.name, entry.inputs, DECAY)


def _flatten(entry: _Entry) -> kinds.Layer:
    # Keras moves channels last before it flattens only if Flatten itself is channels_first.
    moves = entry.config.get("data_format") == "channels_first"
    return kinds.Flatten(entry.name, entry.inputs, channels_last=moves or not entry.first)


_READERS: dict[str, Callable[[_Entry], kinds.Layer]] = {
    "InputLayer": _input,
    "Conv2D": _conv,
    "BatchNormalization": _batch_norm,
    "Activation": lambda entry: kinds.Activation(entry.name, entry.inputs, entry.function()),
    "MaxPooling2D": _max_pool,
    "Dropout": lambda entry: kinds.Identity(entry.name, entry.inputs),
    "Lambda": _inhibition,
    "Flatten": _flatten,
    "Dense": lambda entry: kinds.Dense(entry.name, entry.inputs, *entry.kernel_and_bias(), entry.function()),
}
