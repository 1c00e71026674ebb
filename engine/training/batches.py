"""Decides which images an epoch shows, in which order and batches."""

import itertools

import numpy as np
import numpy.typing as npt

from engine.config import NOTEBOOK_MULTIPLIERS, Balancing
from engine.labels import CLASSES
from engine.training.chance import Purpose, stream

Ints = npt.NDArray[np.int64]


def count_positions(labels: Ints, balancing: Balancing) -> int:
    """How many images an epoch shows: as many as there are, except that "notebook" repeats them."""
    if balancing == "notebook":
        return int(np.array(NOTEBOOK_MULTIPLIERS)[labels].sum())
    return len(labels)


def class_shares(labels: Ints, balancing: Balancing) -> tuple[float, ...]:
    """Share of each class [7] among the images as drawn: the prior that the network is trained at."""
    counts = np.bincount(labels, minlength=len(CLASSES)).astype(np.float64)
    weights = {
        "none": counts,
        "sqrt": np.sqrt(counts),
        "equal": (counts > 0).astype(np.float64),
        "notebook": counts * np.array(NOTEBOOK_MULTIPLIERS),
    }[balancing]
    return tuple(float(share) for share in weights / weights.sum())


def draw_epoch(labels: Ints, balancing: Balancing, seed: int, epoch: int) -> Ints:
    """The rows of the training part that the epoch (1-based) shows, in order.

    Each row stands there as often as its class's share asks for, rounded down or up; which rows are rounded up is drawn
    anew in each epoch, and so is the order.
    """
    chance = stream(seed, epoch, Purpose.DRAWING)
    if balancing == "notebook":
        drawn = np.repeat(np.arange(len(labels)), np.array(NOTEBOOK_MULTIPLIERS)[labels])
    else:
        by_class = np.lexsort((chance.random(len(labels)), labels))
        drawn = np.repeat(by_class, _count_draws(labels[by_class], balancing, chance.random()))
    return drawn[np.argsort(chance.random(len(drawn)), kind="stable")].astype(np.int64)


def _count_draws(labels: Ints, balancing: Balancing, offset: float) -> Ints:
    """How often to draw each row: systematic sampling, which steps evenly through the rows from a random offset."""
    counts = np.bincount(labels, minlength=len(CLASSES))
    expected = len(labels) * np.array(class_shares(labels, balancing)) / np.maximum(counts, 1)
    ends = np.cumsum(expected[labels])
    ends[-1] = len(labels)  # not a rounding error less
    return np.diff(np.floor(ends + offset), prepend=np.floor(offset)).astype(np.int64)


def split_batches(n_positions: int, batch_size: int) -> list[slice]:
    """Batches of about equal size, at most `batch_size` images each, covering all positions.

    None has only one image, which batch normalisation cannot work with; a batch of three may stand for two.
    """
    n_batches = max(1, min(-(-n_positions // batch_size), n_positions // 2))
    edges = [n_positions * index // n_batches for index in range(n_batches + 1)]
    return [slice(start, end) for start, end in itertools.pairwise(edges)]
