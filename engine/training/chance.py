"""Random numbers that depend on nothing but the seed, the epoch and what they are for."""

from enum import IntEnum

import numpy as np


class Purpose(IntEnum):
    """What random numbers are for; each has a stream of its own."""

    DRAWING = 1
    """Which images an epoch shows, in which order."""
    VARIATION = 2
    """How each of them is varied."""
    DROPOUT = 3
    """Which activations a step leaves out."""


def stream(seed: int, epoch: int, purpose: Purpose) -> np.random.Generator:
    """The random numbers of one epoch (1-based): the same on every system, however often they are asked for."""
    return np.random.Generator(np.random.Philox(key=np.array([seed, epoch * 16 + purpose], dtype=np.uint64)))
