"""Draws lesions within their class, thousands of times, and gathers what every draw would have scored."""

from collections.abc import Iterator, Mapping
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

DRAWS = 2000
SEED = 20_251_123  # fixed, so that the same answers always give the same interval

Weights = npt.NDArray[np.float64]
"""What each lesion counts in each draw, [lesions, draws]: 0 where it was not drawn, more where it was repeatedly."""
Samples = dict[str, npt.NDArray[np.float64]]
"""What each draw scored, [draws] by name of the figure."""

_BLOCK = 200  # draws at once: their weights for ten thousand lesions are 16 MB


class LesionSums:
    """Sums over cases by row of a table, for weighted lesions: sparse, since a lesion has few cases."""

    def __init__(
        self,
        rows: npt.NDArray[np.integer],
        lesions: npt.NDArray[np.integer],
        shape: tuple[int, int],
        values: npt.NDArray[np.floating] | None = None,
    ) -> None:
        """Takes the row, lesion and value (1 if None) of each case, [n], and `shape`: rows, lesions."""
        ones = np.ones(len(rows)) if values is None else np.asarray(values, dtype=np.float64)
        self._matrix = csr_array((ones, (rows, lesions)), shape=shape)

    def of(self, weights: Weights) -> npt.NDArray[np.float64]:
        """The sums of each draw, [rows, draws]."""
        return np.asarray(self._matrix @ weights, dtype=np.float64)


class Sampler(Protocol):
    """Figures that can be computed for weighted lesions."""

    def sample(self, weights: Weights) -> Samples:
        """The figures of each draw."""


def resample(
    samplers: Mapping[str, Sampler],
    lesion_labels: npt.NDArray[np.integer],
    *,
    draws: int = DRAWS,
    seed: int = SEED,
) -> dict[str, Samples]:
    """What every sampler says about the same `draws`, by name; `lesion_labels` [lesions] are the lesions' classes."""
    gathered: dict[str, dict[str, list[npt.NDArray[np.float64]]]] = {name: {} for name in samplers}
    for weights in draw_weights(lesion_labels, draws=draws, seed=seed):
        for name, sampler in samplers.items():
            for figure, values in sampler.sample(weights).items():
                gathered[name].setdefault(figure, []).append(values)
    return {
        name: {figure: np.concatenate(blocks) for figure, blocks in figures.items()}
        for name, figures in gathered.items()
    }


def draw_weights(lesion_labels: npt.NDArray[np.integer], *, draws: int = DRAWS, seed: int = SEED) -> Iterator[Weights]:
    """The weights of `draws` samples with replacement, block by block; each class keeps its weight.

    Of n lesions of a class n - 1 are drawn, each weighing n / (n - 1): drawing n would make a class of eleven lesions
    look 5 % surer than it is (the rescaling bootstrap of Rao and Wu, 1988). A class of one lesion is drawn as it is.
    """
    random = np.random.default_rng(seed)
    classes = [np.flatnonzero(lesion_labels == label) for label in np.unique(lesion_labels)]
    for start in range(0, draws, _BLOCK):
        size = min(_BLOCK, draws - start)
        weights = np.zeros((len(lesion_labels), size))
        for members in classes:
            n, n_drawn = len(members), max(len(members) - 1, 1)
            drawn = random.integers(n, size=(n_drawn, size))
            counts = np.bincount((drawn * size + np.arange(size)).ravel(), minlength=n * size)
            weights[members] = counts.reshape(n, size) * (n / n_drawn)
        yield weights
