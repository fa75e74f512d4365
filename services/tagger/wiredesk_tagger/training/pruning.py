"""From the large network to the small one before it has learned: the layers, heads and neurons that say most."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import torch
from torch import Tensor

from wiredesk_tagger.training.network import HEAD_SIZE, WIDTH, Network, Size
from wiredesk_tagger.training.student import SMALL, Student

# The first and the last layer, which words and labels hang on, and two between.
KEPT = (0, 1, 3, 5)
_STEPS = 255


def pruned(
    teacher: Network, shown: Iterable[dict[str, Tensor]], size: Size = SMALL, kept: Sequence[int] = KEPT
) -> Student:
    """Return the small network of `size`, filled from the layers `kept` of `teacher` by what counts on `shown`.

    A neuron or head counts by the mean size of what it adds. The word table is rounded to the 256 steps that it has
    in the finished model.
    """
    heads, neurons = _weighed(teacher, shown)
    small = Student(size)
    state = {
        name: value for name, value in teacher.state_dict().items() if name.split(".")[0] not in ("layers", "words")
    }
    state["words.weight"] = on_steps(teacher.words.weight.detach())
    for new, old in enumerate(kept):
        layer = teacher.layers[old]
        some = heads[old].topk(size.heads).indices.sort().values
        rows = (some[:, None] * HEAD_SIZE + torch.arange(HEAD_SIZE)).flatten()
        of_three = torch.cat([rows + part * WIDTH for part in range(3)])
        cells = neurons[old].topk(size.inner).indices.sort().values
        own = {
            "qkv.weight": layer.attention.qkv.weight[of_three],
            "qkv.bias": layer.attention.qkv.bias[of_three],
            "out.weight": layer.attention.out.weight[:, rows],
            "out.bias": layer.attention.out.bias,
            "up.weight": layer.up.weight[cells],
            "up.bias": layer.up.bias[cells],
            "down.weight": layer.down.weight[:, cells],
            "down.bias": layer.down.bias,
            "middle.weight": layer.middle.weight,
            "middle.bias": layer.middle.bias,
            "last.weight": layer.last.weight,
            "last.bias": layer.last.bias,
        }
        state |= {f"layers.{new}.{name}": value.detach() for name, value in own.items()}
    unfilled = [name for name in small.load_state_dict(state, strict=False).missing_keys if not _is_range(name)]
    assert not unfilled, unfilled
    return small


def on_steps(table: Tensor) -> Tensor:
    """Return `table` on 256 steps from its least to its greatest value, one step being 0."""
    whole, scale, zero = steps_of(table)
    return (whole - zero) * scale


def steps_of(table: Tensor) -> tuple[Tensor, float, int]:
    """Return `table` as whole numbers from 0 to 255, the size of a step, and the number that stands for 0."""
    low, high = (float(value) for value in table.aminmax())
    scale = (high - low) / _STEPS
    zero = round(-low / scale)
    return (table / scale + zero).round().clamp(0, _STEPS), scale, zero


def _is_range(name: str) -> bool:
    return name.endswith((".low", ".high"))


def _weighed(teacher: Network, shown: Iterable[dict[str, Tensor]]) -> tuple[list[Tensor], list[Tensor]]:
    """Return for each layer what each head and each neuron adds, on the mean."""
    teacher.eval()
    heads = [torch.zeros(teacher.size.heads) for _ in teacher.layers]
    neurons = [torch.zeros(teacher.size.inner) for _ in teacher.layers]
    marks = []
    for layer, of_heads, of_neurons in zip(teacher.layers, heads, neurons, strict=True):
        out, down = layer.attention.out, layer.down
        marks += [
            out.register_forward_pre_hook(_adding(of_heads, partial(_of_heads, out.weight.detach()))),
            down.register_forward_pre_hook(_adding(of_neurons, partial(_of_neurons, down.weight.detach()))),
        ]
    with torch.no_grad():
        for inputs in shown:
            teacher(**inputs)
    for mark in marks:
        mark.remove()
    return heads, neurons


def _adding(total: Tensor, weigh: Callable[[Tensor], Tensor]) -> Callable[[object, tuple[Tensor]], None]:
    def hook(_: object, inputs: tuple[Tensor]) -> None:
        total.add_(weigh(inputs[0]))

    return hook


def _of_heads(weight: Tensor, mixed: Tensor) -> Tensor:
    heads = mixed.reshape(-1, WIDTH // HEAD_SIZE, HEAD_SIZE)
    each = weight.view(WIDTH, WIDTH // HEAD_SIZE, HEAD_SIZE)
    return torch.einsum("nhd,whd->nhw", heads, each).norm(dim=-1).sum(dim=0)


def _of_neurons(weight: Tensor, active: Tensor) -> Tensor:
    return active.abs().flatten(0, 1).sum(dim=0) * weight.norm(dim=0)
