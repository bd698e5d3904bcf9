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


def _layer(entry: Mapping[str, Any], weights: Any, first: bool) -> kinds.Layer:
    reader = _READERS.get(entry["class_name"])
    name = str(entry["config"]["name"])
    if reader is None:
        raise _UnsupportedError(f"layer '{name}' is a {entry['class_name']}; known are {', '.join(_READERS)}")
    return reader(name, tuple(_inputs(entry)), entry["config"], _arrays(weights, name), first)


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


def _input(name: str, inputs: tuple[str, ...], config: Mapping[str, Any], _: Any, first: bool) -> kinds.Layer:
    shape = config.get("batch_input_shape") or config["batch_shape"]
    if len(shape) != 4:
        raise _UnsupportedError(f"input '{name}' has shape {shape}; an image is (batch, and three more)")
    a, b, c = (int(size) for size in shape[1:])
    return kinds.Input(name, inputs, (a, b, c) if first else (c, a, b))


def _conv(
    name: str, inputs: tuple[str, ...], config: Mapping[str, Any], arrays: dict[str, np.ndarray], _: bool
) -> kinds.Layer:
    if config.get("groups", 1) != 1 or tuple(config["dilation_rate"]) != (1, 1):
        raise _UnsupportedError(f"convolution '{name}' is grouped or dilated")
    kernel = arrays["kernel"]
    return kinds.Conv(
        name,
        inputs,
        kernel,
        arrays.get("bias", np.zeros(kernel.shape[-1], np.float32)),
        _pair(config["strides"]),
        _same(name, config),
        _function(name, config),
    )


def _batch_norm(
    name: str, inputs: tuple[str, ...], config: Mapping[str, Any], arrays: dict[str, np.ndarray], first: bool
) -> kinds.Layer:
    axis = config["axis"]
    axis = axis[0] if isinstance(axis, list) else axis
    if axis not in ((1, -3) if first else (3, -1)):
        raise _UnsupportedError(f"batch-normalisation '{name}' is over axis {axis}, which is not the channels'")
    mean = arrays["moving_mean"]
    return kinds.BatchNorm(
        name,
        inputs,
        arrays.get("gamma", np.ones_like(mean)),
        arrays.get("beta", np.zeros_like(mean)),
        mean,
        arrays["moving_variance"],
        float(config["epsilon"]),
    )


def _activation(name: str, inputs: tuple[str, ...], config: Mapping[str, Any], _: Any, __: bool) -> kinds.Layer:
    return kinds.Activation(name, inputs, _function(name, config))


def _max_pool(name: str, inputs: tuple[str, ...], config: Mapping[str, Any], _: Any, __: bool) -> kinds.Layer:
    return kinds.MaxPool(name, inputs, _pair(config["pool_size"]), _pair(config["strides"]), _same(name, config))


def _dropout(name: str, inputs: tuple[str, ...], _: Any, __: Any, ___: bool) -> kinds.Layer:
    return kinds.Identity(name, inputs)


def _inhibition(name: str, inputs: tuple[str, ...], config: Mapping[str, Any], _: Any, __: bool) -> kinds.Layer:
    function = config["function"]
    code = function["config"]["code"] if isinstance(function, dict) else function[0]
    code = _bytecode(name, code)
    if len(inputs) != 2 or not any(constant in code for constant in _MARSHALLED_DECAY):
        raise _UnsupportedError(f"Lambda '{name}' is not shunting inhibition (two inputs and the constant {DECAY})")
    return kinds.ShuntingInhibition(name, inputs, DECAY)


def _bytecode(name: str, code: Any) -> bytes:
    try:
        return base64.b64decode(code, validate=False)
    except (binascii.Error, TypeError, ValueError):
        raise _UnsupportedError(f"Lambda '{name}' has no base64 bytecode") from None


def _flatten(name: str, inputs: tuple[str, ...], config: Mapping[str, Any], _: Any, first: bool) -> kinds.Layer:
    # Keras moves channels last before it flattens only if Flatten itself is channels_first.
    moves = config.get("data_format") == "channels_first"
    return kinds.Flatten(name, inputs, channels_last=moves or not first)


def _dense(
    name: str, inputs: tuple[str, ...], config: Mapping[str, Any], arrays: dict[str, np.ndarray], _: bool
) -> kinds.Layer:
    kernel = arrays["kernel"]
    bias = arrays.get("bias", np.zeros(kernel.shape[-1], np.float32))
    return kinds.Dense(name, inputs, kernel, bias, _function(name, config))


_Reader = Callable[[str, tuple[str, ...], Mapping[str, Any], dict[str, np.ndarray], bool], kinds.Layer]

_READERS: dict[str, _Reader] = {
    "InputLayer": _input,
    "Conv2D": _conv,
    "BatchNormalization": _batch_norm,
    "Activation": _activation,
    "MaxPooling2D": _max_pool,
    "Dropout": _dropout,
    "Lambda": _inhibition,
    "Flatten": _flatten,
    "Dense": _dense,
}


def _pair(value: list[int]) -> tuple[int, int]:
    rows, columns = value
    return int(rows), int(columns)


def _same(name: str, config: Mapping[str, Any]) -> bool:
    if config["padding"] not in ("same", "valid"):
        raise _UnsupportedError(f"layer '{name}' pads '{config['padding']}'")
    return bool(config["padding"] == "same")


def _function(name: str, config: Mapping[str, Any]) -> str:
    function = config["activation"]
    if function not in _FUNCTIONS:
        raise _UnsupportedError(f"layer '{name}' has the activation {function}; known are {', '.join(_FUNCTIONS)}")
    return str(function)
