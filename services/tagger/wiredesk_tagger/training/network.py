"""The network: a six-layer BERT encoder whose words get back their capitals, and one linear layer of labels on top."""

import math
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from wiredesk_tagger.pipeline.decoding import LABELS
from wiredesk_tagger.pipeline.word_pieces import Shape

# What all networks have in common: they are cut from encoders of this width.
WIDTH, POSITIONS, HEAD_SIZE = 384, 512, 32
_DROPOUT = 0.1
EPSILON = 1e-12


class Size(NamedTuple):
    """How large a network is; the usual one is all-MiniLM-L6-v2. `inner` counts the neurons of a layer."""

    words: int = 30_522
    layers: int = 6
    heads: int = 12
    inner: int = 1536


BASE = Size()


class Attention(nn.Module):  # type: ignore[misc] # torch is in no service's environment
    """Self-attention of one layer. Dropout is the layer's business, once: random numbers cost a CPU much."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)

    def forward(self, hidden: Tensor, hide: Tensor) -> Tensor:
        rows, length = hidden.shape[:2]
        heads = self.qkv(hidden).view(rows, length, 3, WIDTH // HEAD_SIZE, HEAD_SIZE).permute(2, 0, 3, 1, 4)
        query, key, value = heads[0], heads[1], heads[2]
        weights = (query @ key.transpose(-1, -2)) / math.sqrt(HEAD_SIZE) + hide
        mixed = functional.softmax(weights, dim=-1) @ value
        return self.out(mixed.transpose(1, 2).reshape(rows, length, WIDTH))


class Layer(nn.Module):  # type: ignore[misc] # as above
    """One layer of the encoder, normalised behind each half as BERT is."""

    def __init__(self, inner: int) -> None:
        super().__init__()
        self.attention = Attention()
        self.middle = nn.LayerNorm(WIDTH, eps=EPSILON)
        self.up = nn.Linear(WIDTH, inner)
        self.down = nn.Linear(inner, WIDTH)
        self.last = nn.LayerNorm(WIDTH, eps=EPSILON)
        self.dropout = nn.Dropout(_DROPOUT)

    def forward(self, hidden: Tensor, hide: Tensor) -> Tensor:
        hidden = self.middle(hidden + self.attention(hidden, hide))
        return self.last(hidden + self.dropout(self.down(functional.gelu(self.up(hidden)))))


class Network(nn.Module):  # type: ignore[misc] # as above
    """`ids`, `case`, `mask` [batch, pieces] in, `logits` [batch, pieces, 29] out."""

    def __init__(self, size: Size = BASE) -> None:
        super().__init__()
        self.size = size
        self.words = nn.Embedding(size.words, WIDTH)
        self.positions = nn.Embedding(POSITIONS, WIDTH)
        self.case = nn.Embedding(len(Shape), WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=EPSILON)
        self.dropout = nn.Dropout(_DROPOUT)
        self.layers = nn.ModuleList(Layer(size.inner) for _ in range(size.layers))
        self.head = nn.Linear(WIDTH, len(LABELS))
        # At the start capitals change nothing: the encoder is what it was trained to be.
        nn.init.zeros_(self.case.weight)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)
        # Words that the corpus never shows stay where pre-training put them, beside those that it does.
        self.words.weight.requires_grad_(False)

    def forward(self, ids: Tensor, case: Tensor, mask: Tensor) -> Tensor:
        places = self.positions.weight[: ids.shape[1]]
        hidden = self.dropout(self.norm(self.words(ids) + self.case(case) + places))
        hide = (1.0 - mask[:, None, None, :].to(hidden.dtype)) * -10_000.0
        for layer in self.layers:
            hidden = layer(hidden, hide)
        return self.head(hidden)

    def take_base(self, path: Path) -> None:
        """Fill the encoder with BERT weights in safetensors form, names as the `transformers` library writes them.

        Raises:
            KeyError: a weight is missing. RuntimeError: one has another size (another base model).
        """
        base = {name.removeprefix("bert."): value for name, value in load_file(path).items()}
        kind = base["embeddings.token_type_embeddings.weight"][0]
        state = {
            "words.weight": base["embeddings.word_embeddings.weight"],
            "positions.weight": base["embeddings.position_embeddings.weight"] + kind,
            **_pair(base, "embeddings.LayerNorm", "norm"),
        }
        for n in range(self.size.layers):
            old, new = f"encoder.layer.{n}", f"layers.{n}"
            for part in ("weight", "bias"):
                qkv = [base[f"{old}.attention.self.{name}.{part}"] for name in ("query", "key", "value")]
                state[f"{new}.attention.qkv.{part}"] = torch.cat(qkv)
            state |= _pair(base, f"{old}.attention.output.dense", f"{new}.attention.out")
            state |= _pair(base, f"{old}.attention.output.LayerNorm", f"{new}.middle")
            state |= _pair(base, f"{old}.intermediate.dense", f"{new}.up")
            state |= _pair(base, f"{old}.output.dense", f"{new}.down")
            state |= _pair(base, f"{old}.output.LayerNorm", f"{new}.last")
        self.take(state)

    def take(self, state: dict[str, Tensor]) -> None:
        """Fill the encoder with weights under their names here.

        Raises:
            KeyError: a weight is missing. RuntimeError: one has another size.
        """
        missing = self.load_state_dict(state, strict=False).missing_keys
        if set(missing) != {"case.weight", "head.weight", "head.bias"}:
            raise KeyError(f"the base weights lack {missing}")


def _pair(base: dict[str, Tensor], old: str, new: str) -> dict[str, Tensor]:
    return {f"{new}.{part}": base[f"{old}.{part}"] for part in ("weight", "bias")}
