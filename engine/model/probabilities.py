"""Turns logits into probabilities at a named prior: prior correction first, temperature second."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.labels import CLASSES

Floats = NDArray[np.floating]
Shares = Sequence[float] | Floats

EQUAL_PRIOR: tuple[float, ...] = (1 / len(CLASSES),) * len(CLASSES)
"""Every class equally common: what classes and bars hold at."""

IN_GROUP: NDArray[np.bool_] = np.array([lesion_class.in_group for lesion_class in CLASSES])
"""Whether each class belongs to the group "malignant or pre-malignant", in the order of the logits."""


def posterior(logits: Floats, training_prior: Shares, prior: Shares, temperature: float) -> NDArray[np.float64]:
    """Probabilities [n, 7] of `logits` [n, 7] from a training at `training_prior`, where classes occur as in `prior`.

    softmax((logits - log training_prior + log prior) / temperature). A class that was never drawn in training, or
    never occurs, has probability 0. Raises `ValueError` when that leaves no class.
    """
    corrected = _correct(logits, training_prior, prior) / temperature
    corrected -= corrected.max(axis=1, keepdims=True)
    weights = np.exp(corrected)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=np.float64)


def decide(logits: Floats, training_prior: Shares) -> NDArray[np.intp]:
    """The class [n] that is most probable at equal priors; a temperature would not change it."""
    return np.asarray(_correct(logits, training_prior, EQUAL_PRIOR).argmax(axis=1))


def at_prevalence(data_prior: Shares, prevalence: float) -> tuple[float, ...]:
    """`data_prior` with the group's classes scaled to sum to `prevalence` (0 to 1) and the others to the rest.

    Where the data has none of one side, that side's classes share its part evenly.
    """
    prior = np.asarray(data_prior, dtype=np.float64)
    result = np.empty_like(prior)
    for side, share in ((IN_GROUP, prevalence), (~IN_GROUP, 1 - prevalence)):
        total = prior[side].sum()
        result[side] = prior[side] / total * share if total > 0 else share / side.sum()
    return tuple(float(value) for value in result)


def group_prevalence(prior: Shares) -> float:
    """Share of the group in `prior`."""
    return float(np.asarray(prior, dtype=np.float64)[IN_GROUP].sum())


def group_probability(probabilities: Floats) -> NDArray[np.float64]:
    """Probability [n] of the group from those of the classes [n, 7]."""
    return np.asarray(probabilities[:, IN_GROUP].sum(axis=1), dtype=np.float64)


def mean_of_logs(probabilities: Floats, owners: NDArray[np.integer], n_owners: int) -> NDArray[np.float64]:
    """Probabilities [n_owners, 7] of each owner: the mean log-probability of the rows [n, 7] that are its, normalised.

    The owner of each row stands in `owners`, [n]; each has at least one. So several images of a lesion are fused.
    """
    logs = np.log(np.maximum(probabilities, np.finfo(np.float64).tiny))
    sums = np.zeros((n_owners, probabilities.shape[1]))
    np.add.at(sums, owners, logs)
    weights = np.exp(sums / np.bincount(owners, minlength=n_owners)[:, None])
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=np.float64)


def _correct(logits: Floats, training_prior: Shares, prior: Shares) -> NDArray[np.float64]:
    trained, wanted = np.asarray(training_prior, dtype=np.float64), np.asarray(prior, dtype=np.float64)
    possible = (trained > 0) & (wanted > 0)
    if not possible.any():
        raise ValueError("no class was both drawn in training and occurs in the prior")
    shift = np.full(trained.shape, -np.inf)
    shift[possible] = np.log(wanted[possible]) - np.log(trained[possible])
    corrected: NDArray[np.float64] = np.asarray(logits, dtype=np.float64) + shift
    return corrected
