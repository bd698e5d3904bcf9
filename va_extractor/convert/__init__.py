"""Convert Keras h5 files of convolutional networks to ONNX, without Keras and without running code of the file."""

from va_extractor.convert.keras_h5 import read_model
from va_extractor.convert.onnx_graph import to_onnx

__all__ = ["read_model", "to_onnx"]
