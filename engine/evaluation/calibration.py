"""Fits on the validation part what turns scores into usable probabilities: temperature and operating point."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from engine.model.probabilities import IN_GROUP, Floats, Shares, posterior
from engine.results import OperatingPoint

Ints = npt.NDArray[np.integer]

LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE = 0.05, 20.0
_FEWEST_IMAGES = 20  # fewer say nothing about how sure the network may be


def fit_temperature(logits: Floats, labels: Ints, training_prior: Shares, data_prior: Shares) -> float:
    """The divisor of the prior-corrected logits that gives the smallest log loss at the data's prior, 0.05 to 20.

    1 where the images cannot tell: fewer than 20, or all named right, when sharper would always look better. Images of
    a class that a prior rules out are left out.
    """
    known = (np.asarray(data_prior)[labels] > 0) & (np.asarray(training_prior)[labels] > 0)
    logits, labels = logits[known], labels[known]
    if len(labels) < _FEWEST_IMAGES:
        return 1.0
    rows = np.arange(len(labels))

    def loss(log_temperature: float) -> float:
        probabilities = posterior(logits, training_prior, data_prior, float(np.exp(log_temperature)))
        return float(-np.log(np.maximum(probabilities[rows, labels], np.finfo(np.float64).tiny)).mean())

    if (posterior(logits, training_prior, data_prior, 1.0).argmax(axis=1) == labels).all():
        return 1.0
    from scipy.optimize import minimize_scalar

    bounds = (float(np.log(LOWEST_TEMPERATURE)), float(np.log(HIGHEST_TEMPERATURE)))
    fitted = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-4})
    return float(np.exp(fitted.x))


def choose_operating_point(
    group_probability: Floats,
    labels: Ints,
    lesion_ids: Sequence[str],
    sensitivity: float = 0.95,
) -> OperatingPoint | None:
    """The highest threshold on the group's probability that still finds `sensitivity` of the group's lesions.

    Takes the probability and class index of each image, [n]; a lesion has the mean of its images. None unless there are
    lesions both of the group and outside of it. The threshold stands half-way to the next lower lesion, so that the
    rounding of another computer does not move a lesion across it.
    """
    scores, in_group = _score_lesions(group_probability, labels, lesion_ids)
    if in_group.all() or not in_group.any():
        return None
    of_group = np.sort(scores[in_group])
    may_miss = int(np.floor(len(of_group) * (1 - sensitivity) + 1e-9))
    lowest_found = of_group[may_miss]
    threshold = cut_below(float(lowest_found), scores)
    return OperatingPoint(
        name=f"{100 * sensitivity:g} % point",
        threshold=threshold,
        n_lesions=len(of_group),
        n_missed=int((of_group < threshold).sum()),
        n_other_lesions=int((~in_group).sum()),
        n_false_alarms=int((scores[~in_group] >= threshold).sum()),
    )


def cut_below(score: float, scores: Floats) -> float:
    """A threshold that `score` reaches and no lower one of `scores` [lesions] does: half-way to the next lower."""
    below = scores[scores < score]
    return (score + float(below.max())) / 2 if len(below) else score / 2


def _score_lesions(
    group_probability: Floats, labels: Ints, lesion_ids: Sequence[str]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Mean score and whether it is of the group, for each lesion, [lesions] both."""
    _, first, position = np.unique(np.asarray(lesion_ids, dtype=str), return_index=True, return_inverse=True)
    sums = np.bincount(position, weights=group_probability)
    return sums / np.bincount(position), IN_GROUP[labels[first]]
