"""How sure a figure is: 95 % intervals from a bootstrap of lesions within their class, and Wilson's for shares."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.evaluation_results import Interval

Ints = npt.NDArray[np.integer]

DRAWS = 2000
_SEED = 20_251_123  # fixed, so that the same answers always give the same interval
_Z = 1.959963984540054  # 95 % of a normal distribution lies within so many standard deviations


@dataclass(frozen=True)
class LesionKinds:
    """The lesions of one class, counted by what they contribute; lesions of one kind are interchangeable."""

    n_images: npt.NDArray[np.int64]
    """Images of a lesion of each kind, [kinds]."""
    n_right: npt.NDArray[np.int64]
    """Those of them that were named right, [kinds]."""
    n_lesions: npt.NDArray[np.int64]
    """Lesions of each kind, [kinds]."""


@dataclass(frozen=True)
class Bootstrap:
    """Figures of a part with their intervals."""

    balanced_accuracy: Interval
    accuracy: Interval


def bootstrap(
    labels: Ints, named: Ints, lesion_ids: Sequence[str], *, draws: int = DRAWS, seed: int = _SEED
) -> Bootstrap:
    """Intervals from `draws` samples of lesions, each class keeping its number of lesions.

    Takes class indices [n] and the lesion of each image [n]. Raises `ValueError` without any image.
    """
    classes = count_kinds(labels, named, lesion_ids)
    if not classes:
        raise ValueError("there is no image to score")
    sampled = draw_kinds(classes, draws=draws, seed=seed)
    observed = [kinds.n_lesions[None, :] for kinds in classes]
    (balanced_value,), (accuracy_value,) = _score(classes, observed)
    balanced, accuracies = _score(classes, sampled)
    return Bootstrap(_percentiles(balanced_value, balanced), _percentiles(accuracy_value, accuracies))


def count_kinds(labels: Ints, named: Ints, lesion_ids: Sequence[str]) -> list[LesionKinds]:
    """The lesions of each class that occurs, in the order of the logits."""
    is_right = labels == named
    lesions = np.unique(np.asarray(lesion_ids, dtype=str), return_inverse=True)[1]
    classes = []
    for label in np.unique(labels):
        chosen = labels == label
        _, position, n_images = np.unique(lesions[chosen], return_inverse=True, return_counts=True)
        n_right = np.bincount(position, weights=is_right[chosen]).astype(np.int64)
        pairs, n_lesions = np.unique(np.stack([n_images, n_right]), axis=1, return_counts=True)
        classes.append(LesionKinds(pairs[0], pairs[1], n_lesions))
    return classes


def draw_kinds(classes: Sequence[LesionKinds], *, draws: int, seed: int) -> list[npt.NDArray[np.int64]]:
    """How many lesions of each kind every sample holds: [draws, kinds] for each class.

    Drawing lesions with replacement makes these counts multinomial. Counting kinds instead of listing lesions keeps
    this small: there are few kinds, however many lesions.
    """
    random = np.random.default_rng(seed)
    return [
        random.multinomial(kinds.n_lesions.sum(), kinds.n_lesions / kinds.n_lesions.sum(), size=draws)
        for kinds in classes
    ]


def wilson(share: float, n: int) -> Interval:
    """Wilson's interval of a share of `n` independent cases. Raises `ValueError` for `n` below 1.

    For a share of images pass the number of lesions: images of one lesion are alike and count as one case.
    """
    if n < 1:
        raise ValueError("a share of no cases has no interval")
    scale = 1 + _Z**2 / n
    middle = (share + _Z**2 / (2 * n)) / scale
    half = _Z * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2)) / scale
    return Interval(value=share, low=min(max(0.0, middle - half), share), high=max(min(1.0, middle + half), share))


def _score(
    classes: Sequence[LesionKinds], counts: Sequence[npt.NDArray[np.int64]]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Balanced accuracy and accuracy of each sample, [draws] each."""
    right = np.stack([count @ kinds.n_right for kinds, count in zip(classes, counts, strict=True)])
    images = np.stack([count @ kinds.n_images for kinds, count in zip(classes, counts, strict=True)])
    return (right / images).mean(axis=0), right.sum(axis=0) / images.sum(axis=0)


def _percentiles(value: float, samples: npt.NDArray[np.float64]) -> Interval:
    low, high = np.quantile(samples, [0.025, 0.975])
    return Interval(value=float(value), low=min(float(low), float(value)), high=max(float(high), float(value)))
