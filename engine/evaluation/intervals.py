"""How sure a figure is: 95 % intervals from a bootstrap of lesions within their class, and Wilson's for shares."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.evaluation.bootstrap import DRAWS, SEED
from engine.evaluation_results import Interval

Floats = npt.NDArray[np.floating]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.integer]

_Z = 1.959963984540054  # 95 % of a normal distribution lies within so many standard deviations
_LARGEST = 700.0  # what exp() can take
_SAME = 1e-12  # rounding apart


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
    labels: Ints, named: Ints, lesion_ids: Sequence[str], *, draws: int = DRAWS, seed: int = SEED
) -> Bootstrap:
    """Intervals from `draws` samples of lesions, each class keeping its number of lesions.

    Takes class indices [n] and the lesion of each image [n]. Raises `ValueError` without any image.
    """
    classes = count_kinds(labels, named, lesion_ids)
    if not classes:
        raise ValueError("there is no image to score")
    sampled = draw_kinds(classes, draws=draws, seed=seed)
    observed = [kinds.n_lesions[None, :].astype(np.float64) for kinds in classes]
    (balanced_value,), (accuracy_value,) = _score(classes, observed)
    balanced, accuracies = _score(classes, sampled)
    n_lesions = [int(kinds.n_lesions.sum()) for kinds in classes]
    return Bootstrap(
        mean_share(float(balanced_value), balanced, n_lesions),
        percentile_share(float(accuracy_value), accuracies, sum(n_lesions)),
    )


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


def draw_kinds(classes: Sequence[LesionKinds], *, draws: int, seed: int) -> list[npt.NDArray[np.float64]]:
    """What the lesions of each kind count in every sample: [draws, kinds] for each class.

    Drawing lesions with replacement makes the counts multinomial. Counting kinds instead of listing lesions keeps
    this small: there are few kinds, however many lesions. n - 1 are drawn and weigh n / (n - 1), as in `draw_weights`.
    """
    random = np.random.default_rng(seed)
    sampled = []
    for kinds in classes:
        n = int(kinds.n_lesions.sum())
        n_drawn = max(n - 1, 1)
        counts = random.multinomial(n_drawn, kinds.n_lesions / n, size=draws)
        sampled.append(counts.astype(np.float64) * (n / n_drawn))
    return sampled


def wilson(share: float, n: float) -> Interval:
    """Wilson's interval of a share of `n` independent cases. Raises `ValueError` for `n` below 1.

    For a share of images pass the number of lesions: images of one lesion are alike and count as one case.
    """
    if n < 1:
        raise ValueError("a share of no cases has no interval")
    scale = 1 + _Z**2 / n
    middle = (share + _Z**2 / (2 * n)) / scale
    half = _Z * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2)) / scale
    return Interval(value=share, low=min(max(0.0, middle - half), share), high=max(min(1.0, middle + half), share))


def share_of(hits: Flags, among: Flags, lesions: Ints) -> Interval | None:
    """The share of the cases `among` [n] that are `hits` [n], with Wilson's interval over their lesions [n].

    None where there is no such case.
    """
    if not among.any():
        return None
    return wilson(float(hits[among].mean()), len(np.unique(lesions[among])))


def mean_of_shares(n_cases: Sequence[int]) -> float:
    """How many cases one share would need to be as sure as the mean of shares of `n_cases` each (1 or more)."""
    return len(n_cases) ** 2 / sum(1 / n for n in n_cases)


def percentile(value: float, samples: Floats) -> Interval | None:
    """The middle 95 % of `samples` [draws] as the interval of `value`; None where all draws gave the same."""
    if samples.max() - samples.min() <= _SAME:
        return None
    low, high = np.quantile(samples, [0.025, 0.975])
    return Interval(value=value, low=min(float(low), value), high=max(float(high), value))


def percentile_share(value: float, samples: Floats, n: float) -> Interval:
    """The same for a share or an area. Where all draws gave the same, Wilson's interval of `n` cases.

    All right on eleven lesions is not certainty: every draw of them is all right too, and would promise it.
    """
    return percentile(value, samples) or wilson(min(max(value, 0.0), 1.0), n)


def mean_share(value: float, samples: Floats, n_lesions: Sequence[int]) -> Interval:
    """The same for the mean of a share over classes that have `n_lesions` each (1 or more).

    A class with a single lesion gives the same in every draw, as if others of it could not be otherwise: then the
    interval is at least Wilson's.
    """
    n = mean_of_shares(n_lesions)
    drawn = percentile_share(value, samples, n)
    if min(n_lesions) > 1:
        return drawn
    known = wilson(min(max(value, 0.0), 1.0), n)
    return Interval(value=value, low=min(drawn.low, known.low), high=max(drawn.high, known.high))


def area(value: float, samples: Floats, n: float) -> Interval:
    """The interval of an area (AUC, average precision) from the spread of its draws, on the scale of log odds.

    Areas are near 1, where percentiles are lopsided the wrong way; on this scale intervals stay within 0 and 1. `n`
    lesions say how far the spread itself can be trusted (Student's t). Where all draws gave the same, Wilson's
    interval of `n` cases.
    """
    from scipy.stats import t as student

    odds = value * (1 - value)
    if samples.max() - samples.min() <= _SAME or odds <= _SAME:
        return wilson(min(max(value, 0.0), 1.0), n)
    middle = math.log(value / (1 - value))
    half = float(student.ppf(0.975, max(n - 1, 1))) * float(samples.std()) / odds
    low, high = (1 / (1 + math.exp(min(-end, _LARGEST))) for end in (middle - half, middle + half))
    return Interval(value=value, low=min(low, value), high=max(high, value))


def paired_difference(value: float, samples: Floats, n: float | None) -> Interval | None:
    """The interval of a difference between two models on the same lesions, `samples` [draws] being its draws.

    Where all draws gave the same, no lesion told them apart: others would, as often as Wilson's interval of 0 out of
    `n` lesions admits. None then for a loss, which has no `n`.
    """
    drawn = percentile(value, samples)
    if drawn is None and n is not None:
        half = wilson(0.0, n).high
        return Interval(value=value, low=value - half, high=value + half)
    return drawn


def gap(value: float, samples: Floats) -> Interval | None:
    """The interval of a mean absolute gap such as the ECE, not below 0; None where all draws gave the same.

    Chance adds to such a figure, and drawing adds it once more: by as much where the true gaps are wide, and by 0.41
    times as much where there are none. The upper end takes off the one, the lower end the other: approximate, and
    rather too wide than too narrow.
    """
    if samples.max() - samples.min() <= _SAME:
        return None
    added, half = max(0.0, float(samples.mean()) - value), _Z * float(samples.std())
    low = max(0.0, value - added / (math.sqrt(2) - 1) - half)
    return Interval(value=value, low=min(low, value), high=max(value - added + half, value))


def _score(
    classes: Sequence[LesionKinds], counts: Sequence[npt.NDArray[np.float64]]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Balanced accuracy and accuracy of each sample, [draws] each."""
    right = np.stack([count @ kinds.n_right for kinds, count in zip(classes, counts, strict=True)])
    images = np.stack([count @ kinds.n_images for kinds, count in zip(classes, counts, strict=True)])
    return (right / images).mean(axis=0), right.sum(axis=0) / images.sum(axis=0)
