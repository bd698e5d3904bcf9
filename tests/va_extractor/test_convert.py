"""Converted networks against Keras itself."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import onnxruntime
import pytest

from tests.refused import refused
from va_extractor.convert import keras_to_onnx

os.environ.setdefault("KERAS_BACKEND", "torch")

IMAGES = 64
FEW = 12  # for the published size, which is slow


@pytest.fixture(scope="module")
def keras() -> Iterator[Any]:
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    import keras

    keras.utils.set_random_seed(7)
    yield keras
    torch.set_num_threads(threads)


def facechannel(keras: Any, width: int, *, first: bool, batch_norm: bool, inhibition: bool) -> Any:
    """Build the documented topology; `width` 64 is the published size. Weights are as Keras draws them."""
    layers = keras.layers
    order = "channels_first" if first else "channels_last"
    image = keras.Input((1, 64, 64) if first else (64, 64, 1), name="Vision_Network_Input")

    def conv(x: Any, filters: int, name: str, activation: str = "linear") -> Any:
        return layers.Conv2D(filters, 3, padding="same", data_format=order, activation=activation, name=name)(x)

    def pool(x: Any) -> Any:
        return layers.Dropout(0.25)(layers.MaxPooling2D(2, data_format=order)(x))

    x = image
    for group, count in enumerate((2, 2, 3, 2)):
        for place in range(count):
            x = conv(x, width * (1, 2, 2, 4)[group], f"conv_{group}_{place}")
            x = layers.BatchNormalization(axis=1 if first else -1)(x) if batch_norm else x
            x = layers.Activation("relu")(x)
        x = pool(x) if group < 3 else x
    last = conv(x, 4 * width, "conv10", "relu")
    if inhibition:
        shape = (4 * width, 8, 8) if first else (8, 8, 4 * width)
        against = conv(x, 4 * width, "conv10_inhibition", "relu")
        last = layers.Lambda(lambda two: two[0] / (0.5 + two[1]), output_shape=shape)([last, against])
    x = layers.Dense(200, activation="relu")(layers.Flatten(data_format=order)(pool(last)))
    heads = [layers.Dense(1, activation="tanh", name=f"{name}_output")(x) for name in ("arousal", "valence")]
    model = keras.Model(image, heads)
    rng = np.random.default_rng(11)
    for layer in _normalising(model):  # Keras draws no random moments
        size = layer.get_weights()[0].shape
        ranges = ((0.8, 1.2), (-0.2, 0.2), (-0.2, 0.2), (0.8, 1.2))
        layer.set_weights([rng.uniform(low, high, size) for low, high in ranges])
    return model


def _normalising(model: Any) -> list[Any]:
    return [layer for layer in model.layers if type(layer).__name__ == "BatchNormalization"]


def images(count: int, *, first: bool) -> np.ndarray:
    """Draw coarse patterns of different brightness: float32 in [0, 1], in the model's own layout."""
    rng = np.random.default_rng(3)
    coarse = rng.random((count, 1, 8, 8)) * rng.random((count, 1, 1, 1))
    batch = np.ascontiguousarray(coarse.repeat(8, axis=2).repeat(8, axis=3), dtype=np.float32)
    return batch if first else batch.transpose(0, 2, 3, 1)


def answers(keras: Any, model: Any, path: Path, count: int, *, first: bool) -> tuple[np.ndarray, np.ndarray]:
    """Save, convert, run both; return Keras's and the converted network's heads, each (images, 2)."""
    model.save(path)
    session = onnxruntime.InferenceSession(keras_to_onnx(path, {}), providers=["CPUExecutionProvider"])
    assert [output.name for output in session.get_outputs()] == ["arousal_output", "valence_output"]
    ours = session.run(None, {session.get_inputs()[0].name: images(count, first=True)})
    theirs = model.predict(images(count, first=first), batch_size=32, verbose=0)
    return np.hstack([keras.ops.convert_to_numpy(head) for head in theirs]), np.hstack(ours)


@pytest.mark.parametrize(("first", "batch_norm", "inhibition"), list(product((True, False), repeat=3)))
def test_a_converted_network_answers_as_keras_does(
    keras: Any, tmp_path: Path, first: bool, batch_norm: bool, inhibition: bool
) -> None:
    model = facechannel(keras, 8, first=first, batch_norm=batch_norm, inhibition=inhibition)
    theirs, ours = answers(keras, model, tmp_path / "net.h5", IMAGES, first=first)
    assert theirs.std(axis=0).min() > 2e-4  # a hundred times the tolerance: any wrong wiring shows
    assert np.abs(ours - theirs).max() < 2e-6


def test_the_published_size_has_the_published_number_of_parameters_and_is_as_exact_as_keras(
    keras: Any, tmp_path: Path
) -> None:
    """With moments as training leaves them answers fill [-1, 1], and Keras's own rounding is above 2e-6."""
    settings = {"first": True, "batch_norm": True, "inhibition": True}
    model = facechannel(keras, 64, **settings)
    assert sum(array.size for array in model.get_weights()) == 3_592_090
    theirs, ours = answers(keras, model, tmp_path / "net.h5", FEW, first=True)
    assert np.abs(ours - theirs).max() < 2e-6
    for layer in _normalising(model):
        layer.momentum = 0.0
    model(images(FEW, first=True), training=True)
    theirs, ours = answers(keras, model, tmp_path / "net.h5", FEW, first=True)
    keras.config.set_dtype_policy("float64")
    double = facechannel(keras, 64, **settings)
    keras.config.set_dtype_policy("float32")
    double.set_weights(model.get_weights())
    exact = np.hstack([keras.ops.convert_to_numpy(head) for head in double(images(FEW, first=True))])
    assert exact.std(axis=0).min() > 0.05
    assert np.abs(ours - exact).max() < 3 * np.abs(theirs - exact).max() < 3e-5


def as_keras_2(path: Path) -> None:
    """Rewrite a Keras 3 file as Keras 2 and tf.keras lay them out: other input shapes, edges, names and Lambda."""
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        config["class_name"] = "Model"
        for layer in config["config"]["layers"]:
            settings = layer["config"]
            settings.pop("dtype", None)
            if "batch_shape" in settings:
                settings["batch_input_shape"] = settings.pop("batch_shape")
            if layer["class_name"] == "Lambda":
                settings["function"] = [settings["function"]["config"]["code"], None, None]
                settings["function_type"] = "lambda"
            if layer["class_name"] == "BatchNormalization":
                settings["axis"] = [settings["axis"]]
            sources = [
                tensor["config"]["keras_history"][0]
                for node in layer["inbound_nodes"]
                for tensor in (node["args"][0] if isinstance(node["args"][0], list) else node["args"])
            ]
            layer["inbound_nodes"] = [[[source, 0, 0, {}] for source in sources]] if sources else []
        file.attrs["model_config"] = json.dumps(config).encode()
        file.attrs["keras_version"] = b"2.9.0"
        for name, group in file["model_weights"].items():
            names = list(group.attrs.get("weight_names", ()))
            for one in names:
                group.move(one, f"{one}:0")
            if names:
                group.attrs["weight_names"] = [f"{one}:0".encode() for one in names]
            assert name


@pytest.mark.parametrize("first", [True, False])
def test_the_layout_of_keras_2_gives_the_same_network_as_that_of_keras_3(
    keras: Any, tmp_path: Path, first: bool
) -> None:
    path = tmp_path / "net.h5"
    facechannel(keras, 4, first=first, batch_norm=True, inhibition=True).save(path)
    in_3 = keras_to_onnx(path, {})
    as_keras_2(path)
    assert keras_to_onnx(path, {}) == in_3


def saved(keras: Any, tmp_path: Path) -> Path:
    path = tmp_path / "net.h5"
    facechannel(keras, 2, first=True, batch_norm=True, inhibition=True).save(path)
    return path


def changed(path: Path, kind: str, **settings: object) -> None:
    """Change settings of the first layer of a kind."""
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        layer = next(layer for layer in config["config"]["layers"] if layer["class_name"] == kind)
        layer["config"].update(settings)
        file.attrs["model_config"] = json.dumps(config)


def test_a_lambda_is_never_run(keras: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import marshal

    def refuse(_: object) -> None:
        raise AssertionError("bytecode of a file was loaded")

    path = saved(keras, tmp_path)
    once = keras_to_onnx(path, {})  # Python loads bytecode of its own modules when they are first imported
    monkeypatch.setattr(marshal, "loads", refuse)
    assert keras_to_onnx(path, {}) == once


@pytest.mark.parametrize(
    ("kind", "settings", "said"),
    [
        ("Lambda", {"function": ["bm90IGl0", None, None]}, "not shunting inhibition"),
        ("Conv2D", {"data_format": "channels_last"}, "data formats"),
        ("Conv2D", {"padding": "causal"}, "pads 'causal'"),
        ("Conv2D", {"dilation_rate": [2, 2]}, "grouped or dilated"),
        ("Conv2D", {"activation": "gelu"}, "activation gelu"),
        ("BatchNormalization", {"axis": 3}, "axis 3, which is not the channels'"),
    ],
)
def test_what_cannot_be_converted_is_refused(
    keras: Any, tmp_path: Path, kind: str, settings: dict[str, object], said: str
) -> None:
    path = saved(keras, tmp_path)
    changed(path, kind, **settings)
    with refused("unsupported", file=path) as error:
        keras_to_onnx(path, {})
    assert said in error.value.problem.what


def test_a_layer_of_an_unknown_kind_is_named(keras: Any, tmp_path: Path) -> None:
    path = saved(keras, tmp_path)
    with h5py.File(path, "r+") as file:
        file.attrs["model_config"] = file.attrs["model_config"].replace('"MaxPooling2D"', '"GlobalThing"', 1)
    with refused("unsupported", file=path) as error:
        keras_to_onnx(path, {})
    assert "GlobalThing" in error.value.problem.what


def test_files_that_are_no_whole_model_are_refused(keras: Any, tmp_path: Path) -> None:
    no_h5 = tmp_path / "no.h5"
    no_h5.write_bytes(b"not an h5 file")
    with refused("unreadable", file=no_h5):
        keras_to_onnx(no_h5, {})
    with h5py.File(tmp_path / "weights.h5", "w") as file:
        file.create_group("conv1")
    with refused("missing", file=tmp_path / "weights.h5"):
        keras_to_onnx(tmp_path / "weights.h5", {})
    lacking = saved(keras, tmp_path)
    with h5py.File(lacking, "r+") as file:
        del file["model_weights"]["conv10"]["conv10"]["kernel"]
    with refused("type", file=lacking):
        keras_to_onnx(lacking, {})
