"""From the trained network to the folder that the tagger loads: int8 ONNX weights, vocabulary, labels, checksums."""

import hashlib
import json
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from wiredesk_tagger.pipeline.decoding import LABELS, Inputs, Run
from wiredesk_tagger.pipeline.inference import onnxruntime
from wiredesk_tagger.training.network import Network

WEIGHTS, VOCABULARY, LABEL_LIST, SUMS = "weights.onnx", "vocab.txt", "labels.json", "SHA256SUMS"
_OPSET = 17
# Two texts of unequal length: what the exporter traces must hold for any.
_EXAMPLE = (
    torch.tensor([[101, 2054, 2003, 102], [101, 2054, 102, 0]]),
    torch.tensor([[0, 6, 3, 0], [0, 6, 0, 0]]),
    torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]]),
)


def quantized(network: Network, file: Path) -> Path:
    """Write the network as int8 ONNX, one scale a column; activations are scaled as they come. Return `file`."""
    # Late, so that `inference` is what loads ONNX Runtime.
    from onnxruntime.quantization import QuantType, quantize_dynamic  # noqa: PLC0415, TID251

    full = file.with_suffix(".full")
    network.eval()
    axes = {name: {0: "batch", 1: "pieces"} for name in ("ids", "case", "mask", "logits")}
    with warnings.catch_warnings():
        # The newer exporter needs one more library and gives the same graph.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            network,
            _EXAMPLE,
            full,
            input_names=["ids", "case", "mask"],
            output_names=["logits"],
            dynamic_axes=axes,
            opset_version=_OPSET,
            dynamo=False,
        )
    quantize_dynamic(full, file, per_channel=True, weight_type=QuantType.QInt8)
    full.unlink()
    return file


def export(network: Network, vocabulary: Sequence[str], folder: Path) -> None:
    """Write the int8 weights, the vocabulary and the labels into `folder`, which is made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    quantized(network, folder / WEIGHTS)
    (folder / VOCABULARY).write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    (folder / LABEL_LIST).write_text(json.dumps(LABELS, indent=1) + "\n", encoding="utf-8")


def session(weights: Path) -> Run:
    """Return an exported model as a function, on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    model = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])

    def run(inputs: Inputs) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        logits: np.ndarray[tuple[int, ...], np.dtype[np.float32]] = model.run(["logits"], inputs)[0]
        return logits

    return run


def sign(folder: Path, names: Sequence[str]) -> None:
    """Write the checksums of the files `names` as `sha256sum --check` reads them."""
    sums = (f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names)
    (folder / SUMS).write_text("".join(sums), encoding="utf-8")
