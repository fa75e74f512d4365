"""ONNX Runtime with its reports home switched off: the one module that loads it.

From version 1.29 on it writes a device id and a queue of events into the user's cache and sends them to its maker. The
library reads the variable below once, while it is loaded: after that it is too late.
"""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime  # noqa: TID251 - after the variable, and nowhere else

__all__ = ["onnxruntime"]
