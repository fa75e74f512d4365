"""The numbers of one phase of training."""

from typing import NamedTuple


class Phase(NamedTuple):
    """How one phase is trained. `rate` is the highest learning rate of the encoder."""

    name: str
    epochs: int
    rate: float
    pieces_a_step: int = 3000
    seed: int = 1
