"""From a trained network to ONNX: the large one, to teach; the small one, as the folder that the tagger loads."""

import hashlib
import json
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from wiredesk_tagger.pipeline.decoding import LABELS, Inputs, Run
from wiredesk_tagger.pipeline.inference import onnxruntime
from wiredesk_tagger.pipeline.model_files import LABEL_LIST, SUMS, WEIGHTS, WORD_PIECES
from wiredesk_tagger.training import student_graph
from wiredesk_tagger.training.network import Network
from wiredesk_tagger.training.student import Student

_OPSET = 17
# Two texts of unequal length: what the exporter traces must hold for any.
_EXAMPLE = (
    torch.tensor([[101, 2054, 2003, 102], [101, 2054, 102, 0]]),
    torch.tensor([[0, 6, 3, 0], [0, 6, 0, 0]]),
    torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]]),
)


def quantized(network: Network, file: Path) -> Path:
    """Write the large network as int8 ONNX, one scale a column; activations are scaled as they come. Return `file`.

    Four times as fast as without. What it says of a text depends a little on the processor and on what is read with it.
    """
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


def restored(file: Path) -> Network:
    """Return the large network that `quantized` wrote, as exact as its int8 weights are.

    Raises:
        KeyError, RuntimeError: the file holds another network.
    """
    numbers = {one.name: numpy_helper.to_array(one) for one in onnx.load(file).graph.initializer}

    def real(name: str) -> torch.Tensor:
        whole, zero = (numbers[f"{name}_{part}"].astype(np.float32) for part in ("quantized", "zero_point"))
        return torch.from_numpy((whole - zero) * numbers[f"{name}_scale"])

    network = Network()
    products = [name.removesuffix("_quantized") for name in numbers if "MatMul" in name and name.endswith("_quantized")]
    linear = [name for name, part in network.named_modules() if isinstance(part, torch.nn.Linear)]
    state = {name: torch.tensor(value) for name, value in numbers.items() if name in network.state_dict()}
    state |= {f"{name}.weight": real(f"{name}.weight") for name in ("words", "case")}
    state |= {f"{name}.weight": real(product).T for name, product in zip(linear, products, strict=True)}
    network.load_state_dict(state)
    return network


def as_it_is(network: Network) -> Run:
    """Return the large network as a function, in the arithmetic of PyTorch."""
    network.eval()

    def run(inputs: Inputs) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        with torch.inference_mode():
            logits = network(**{name: torch.from_numpy(value) for name, value in inputs.items()})
        found: np.ndarray[tuple[int, ...], np.dtype[np.float32]] = logits.numpy()
        return found

    return run


def export(student: Student, vocabulary: str, folder: Path, *, name: str = WORD_PIECES) -> None:
    """Write the student's weights, its vocabulary as the file `name`, and the labels into `folder`.

    The folder is made if it is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    student_graph.write(student, folder / WEIGHTS)
    (folder / name).write_text(vocabulary, encoding="utf-8")
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
