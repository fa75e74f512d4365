"""The trained small network as an ONNX graph that gives the same bits on every x86-64 processor.

Where processors differ is in the order in which a product's terms are added, in whether multiply and add are one step,
and in their approximations of exp and erf. Here every product is one of integers whose sum is exact, in 32 bits or as
floats below 2**24, and no step but +, -, *, /, square root, rounding and the mean over a row is left. ONNX Runtime has
one code for those, without regard to the processor.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor

from wiredesk_tagger.pipeline.decoding import LABELS
from wiredesk_tagger.pipeline.model_files import INDEPENDENT
from wiredesk_tagger.training.network import EPSILON, HEAD_SIZE, WIDTH
from wiredesk_tagger.training.pruning import steps_of
from wiredesk_tagger.training.student import SQUARINGS, TOP, Grid, Layer, Linear, Student

_MICROSOFT = "com.microsoft"
_OPSET, _IR = 17, 8
_CENTRE = 128


def write(student: Student, file: Path) -> None:
    """Write `student`, calibrated, as `file`."""
    graph = _Graph()
    hidden = graph.embedded(student)
    for number, layer in enumerate(student.layers):
        hidden = graph.layer(layer, hidden, f"layer{number}")
    steps = graph.on_grid(hidden, student.said, "said")
    rows = graph.product(steps, student.head, student.said, "head")
    shape = graph.node("Concat", ["shape", graph.number("labels", [len(LABELS)])], "logits.shape", axis=0)
    graph.node("Reshape", [rows, shape], "logits")
    onnx.save(graph.model(), file)


class _Graph:
    """Nodes and numbers, as they are added; every method returns the name of what it gives."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._numbers: dict[str, onnx.TensorProto] = {}

    def model(self) -> onnx.ModelProto:
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "pieces"])
            for name in ("ids", "case", "mask")
        ]
        output = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", "pieces", len(LABELS)])
        graph = helper.make_graph(self._nodes, "wire_ner", inputs, [output], list(self._numbers.values()))
        domains = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_MICROSOFT, 1)]
        model = helper.make_model(graph, opset_imports=domains, ir_version=_IR, producer_name="wiredesk")
        helper.set_model_props(model, {INDEPENDENT: "1"})
        return model

    def node(self, kind: str, inputs: Sequence[str], name: str, domain: str = "", **how: object) -> str:
        self._nodes.append(helper.make_node(kind, list(inputs), [name], name, domain=domain, **how))
        return name

    def number(self, name: str, value: object, kind: type[np.generic] = np.int64) -> str:
        if name not in self._numbers:
            self._numbers[name] = numpy_helper.from_array(np.array(value, dtype=kind), name)
        return name

    def real(self, name: str, value: float | Tensor) -> str:
        return self.number(name, value.detach().numpy() if isinstance(value, Tensor) else value, np.float32)

    def byte(self, value: int) -> str:
        return self.number(f"byte{value}", value, np.uint8)

    def embedded(self, student: Student) -> str:
        """Add the look-ups and what depends on the inputs alone; the hidden state is [batch * pieces, WIDTH]."""
        whole, scale, zero = steps_of(student.words.weight.detach())
        table = self.number("words", whole.numpy(), np.uint8)
        found = self.node("Gather", [table, "ids"], "words.steps")
        words = self.node("DequantizeLinear", [found, self.real("words.scale", scale), self.byte(zero)], "words.found")
        case = self.node("Gather", [self.real("case.table", student.case.weight), "case"], "case.found")
        self.node("Shape", ["ids"], "shape")
        ends = [self.number("one", [1]), self.number("two", [2]), self.number("zero", [0])]
        length = self.node("Slice", ["shape", *ends], "length")
        table = self.real("positions.table", student.positions.weight)
        places = self.node("Slice", [table, "zero", length, "zero"], "positions.found")
        hidden = self.node("Add", [self.node("Add", [words, case], "worded"), places], "placed")
        flat = self.node("Reshape", [hidden, self.number("flat", [-1, WIDTH])], "hidden")
        self.node("Concat", ["shape", self.number("heads", [3, student.size.heads, HEAD_SIZE])], "qkv.shape", axis=0)
        shown = self.node("Cast", ["mask"], "shown", to=TensorProto.FLOAT)
        less = self.node("Sub", [shown, self.real("1", 1.0)], "shown.less")
        hidden_scores = self.node("Mul", [less, self.real("far", 10_000.0)], "hide.flat")
        self.node("Unsqueeze", [hidden_scores, self.number("one.two", [1, 2])], "hide")
        return self.normal(flat, student.norm.weight, student.norm.bias, "norm")

    def on_grid(self, values: str, grid: Grid, name: str) -> str:
        scale = self.real(f"{name}.scale", grid.scale)
        return self.node("QuantizeLinear", [values, scale, self.byte(grid.zero)], f"{name}.steps")

    def product(
        self, steps: str, linear: Linear, grid: Grid, name: str, out: Grid | NDArray[np.float32] | None = None
    ) -> str:
        """Add a linear step; its result is real, or, with `out`, steps on a grid: of one, or columns of its own."""
        whole, scales = linear.steps()
        scale = scales.flatten().numpy()
        bias = linear.bias.detach().numpy() / (float(grid.scale) * scale)
        given = [steps, self.real(f"{name}.in", grid.scale), self.byte(grid.zero)]
        given += [self.number(f"{name}.weight", whole.T.numpy(), np.int8)]
        shown = scale / out if isinstance(out, np.ndarray) else scale
        given += [self.number(f"{name}.columns", shown, np.float32)]
        given += [self.number(f"{name}.zeros", np.zeros(len(scale)), np.int8)]
        given += [self.number(f"{name}.bias", np.rint(bias), np.int32)]
        if isinstance(out, Grid):
            given += [self.real(f"{name}.out", out.scale), self.byte(out.zero)]
        elif out is not None:
            given += [self.real("1", 1.0), self.byte(_CENTRE)]
        return self.node("QGemm", given, f"{name}.product", _MICROSOFT)

    def normal(self, values: str, weight: Tensor, bias: Tensor, name: str) -> str:
        """Add a layer's norm, step by step: the operator of that name adds up in an order of the processor's choice."""
        mean = self.node("ReduceMean", [values], f"{name}.mean", axes=[1], keepdims=1)
        apart = self.node("Sub", [values, mean], f"{name}.apart")
        squares = self.node("Mul", [apart, apart], f"{name}.squares")
        spread = self.node("ReduceMean", [squares], f"{name}.spread", axes=[1], keepdims=1)
        safe = self.node("Add", [spread, self.real("epsilon", EPSILON)], f"{name}.safe")
        root = self.node("Sqrt", [safe], f"{name}.root")
        factor = self.node("Div", [self.real("1", 1.0), root], f"{name}.factor")
        scaled = self.node("Mul", [apart, factor], f"{name}.scaled")
        weighted = self.node("Mul", [scaled, self.real(f"{name}.weight", weight)], f"{name}.weighted")
        return self.node("Add", [weighted, self.real(f"{name}.bias", bias)], name)

    def layer(self, layer: Layer, hidden: str, name: str) -> str:
        mixed = self.attention(layer, hidden, name)
        attended = self.node("Add", [hidden, mixed], f"{name}.attended")
        hidden = self.normal(attended, layer.middle.weight, layer.middle.bias, f"{name}.middle")
        steps = self.on_grid(hidden, layer.refined, f"{name}.refined")
        # Steps below 0 are cut off: that is the ReLU.
        active = self.product(steps, layer.up, layer.refined, f"{name}.up", layer.active)
        added = self.product(active, layer.down, layer.active, f"{name}.down")
        whole = self.node("Add", [hidden, added], f"{name}.added")
        return self.normal(whole, layer.last.weight, layer.last.bias, f"{name}.last")

    def attention(self, layer: Layer, hidden: str, name: str) -> str:
        parts = (layer.query_scale(), layer.keys.scale, layer.values.scale)
        out = np.repeat(np.array([float(part) for part in parts], np.float32), layer.mixing)
        steps = self.on_grid(hidden, layer.read, f"{name}.read")
        qkv = self.product(steps, layer.qkv, layer.read, f"{name}.qkv", out)
        apart = self.node("Reshape", [qkv, "qkv.shape"], f"{name}.parts")
        turned = self.node("Transpose", [apart], f"{name}.turned", perm=[2, 0, 3, 1, 4])
        # As floats: whole numbers up to 127 either side of 0.
        whole = self.node("DequantizeLinear", [turned, self.real("1", 1.0), self.byte(_CENTRE)], f"{name}.whole")
        query, key, value = (
            self.node("Gather", [whole, self.number(f"part{part}", part)], f"{name}.part{part}", axis=0)
            for part in range(3)
        )
        how = {"transB": 1, "alpha": 2.0 ** -layer.shift()}
        scores = self.node("FusedMatMul", [query, key], f"{name}.scores", _MICROSOFT, **how)
        shown = self.node("Add", [scores, "hide"], f"{name}.shown")
        top = self.node("ReduceMax", [shown], f"{name}.top", axes=[3], keepdims=1)
        ground = self.node("Sub", [top, self.real("top", TOP)], f"{name}.ground")
        weights = self.node("Relu", [self.node("Sub", [shown, ground], f"{name}.above")], f"{name}.power0")
        for power in range(SQUARINGS):
            weights = self.node("Mul", [weights, weights], f"{name}.power{power + 1}")
        weights = self.node("Round", [weights], f"{name}.weights")
        total = self.node("ReduceSum", [weights, self.number("last", [3])], f"{name}.total", keepdims=1)
        mixed = self.node("MatMul", [weights, value], f"{name}.sums")
        mixed = self.node("Div", [mixed, total], f"{name}.mixed")
        scale = self.real(f"{name}.mixed.scale", layer.mixed.scale / layer.values.scale)
        mixed = self.node("QuantizeLinear", [mixed, scale, self.byte(_CENTRE)], f"{name}.mixed.steps")
        mixed = self.node("Transpose", [mixed], f"{name}.mixed.turned", perm=[0, 2, 1, 3])
        mixed = self.node("Reshape", [mixed, self.number("flat.mixed", [-1, layer.mixing])], f"{name}.mixed.flat")
        return self.product(mixed, layer.out, layer.mixed, f"{name}.out")
