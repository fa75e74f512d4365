"""The finished model's products, checked against the same ones in 64-bit integers."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from wiredesk_tagger.pipeline.decoding import Inputs
from wiredesk_tagger.pipeline.inference import onnxruntime
from wiredesk_tagger.pipeline.word_pieces import WINDOW, Encoder
from wiredesk_tagger.training.corpus import Text

_PRODUCT = "QGemm"
_SAMPLE = 100


def sample(texts: Iterable[Text], encoder: Encoder) -> Inputs:
    """Return the beginnings of some of `texts`, one in so many, as the model takes them."""
    all_texts = list(texts)
    read = (encoder.read(text.text) for text in all_texts[:: max(1, len(all_texts) // _SAMPLE)])
    return encoder.batch([(pieces.ids[: WINDOW - 2], pieces.shapes[: WINDOW - 2]) for pieces in read])


def differing(weights: Path, inputs: Inputs) -> tuple[int, int]:
    """Return how many numbers of all products that the model makes of `inputs` are not the right ones, of how many."""
    model = onnx.load(weights)
    products = [node for node in model.graph.node if node.op_type == _PRODUCT]
    wanted = sorted({name for node in products for name in (node.input[0], *node.output)})
    model.graph.output.extend(helper.make_empty_tensor_value_info(name) for name in wanted)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    seen = dict(zip(wanted, session.run(wanted, inputs), strict=True))
    numbers = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
    different = compared = 0
    for node in products:
        given, out = seen[node.input[0]], seen[node.output[0]]
        different += int((out != _right(given, [numbers[name] for name in node.input[1:]])).sum())
        compared += out.size
    return different, compared


def _right(steps: NDArray[np.uint8], given: list[NDArray[Any]]) -> NDArray[Any]:
    """Return what a product of `steps` gives: bytes where `given` ends with a grid for its result, else floats."""
    scale, zero, weights, columns, _, bias, *grid = given
    total = (steps.astype(np.int64) - int(zero)) @ weights.astype(np.int64) + bias.astype(np.int64)
    factors = scale.astype(np.float32) * columns.astype(np.float32)
    if not grid:
        return total.astype(np.float32) * factors
    step, centre = grid
    rounded = np.rint(total.astype(np.float32) * (factors / step.astype(np.float32))).astype(np.int64)
    return np.clip(rounded + int(centre), 0, 255).astype(np.uint8)
