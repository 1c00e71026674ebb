"""Answers drawn from a known truth: lesions of HAM10000's classes whose images are alike."""

import numpy as np
import numpy.typing as npt

from engine.evaluation.answers import Answers
from engine.model.probabilities import group_probability, posterior

PRIOR = np.array([0.033, 0.051, 0.110, 0.011, 0.111, 0.670, 0.014])
"""Share of each class, as HAM10000 has them."""
EQUAL = np.full(7, 1 / 7)
SIZES = np.array([0.76, 0.18, 0.045, 0.015])
"""Share of lesions with 1, 2, 3 and 4 images."""


def simulate(
    n_images: int,
    random: np.random.Generator,
    *,
    separation: float = 2.0,
    lesion_share: float = 0.7,
    lesions_of_class: npt.NDArray[np.int64] | None = None,
    temperature: float = 1.0,
) -> Answers:
    """About HAM10000: classes by `PRIOR`, lesions of 1 to 4 images, logits that share `lesion_share` of their noise.

    The logit of the true class is `separation` above the others; noise has variance 1. With `lesions_of_class` [7]
    there are so many lesions of each class, whatever `n_images` says.
    """
    if lesions_of_class is None:
        lesion_labels = random.choice(7, size=n_images, p=PRIOR)
    else:
        lesion_labels = np.repeat(np.arange(7), lesions_of_class)
    sizes = random.choice(4, size=len(lesion_labels), p=SIZES) + 1
    lesions = np.repeat(np.arange(len(lesion_labels)), sizes)
    if lesions_of_class is None:
        lesions = lesions[:n_images]
    labels = lesion_labels[lesions]
    shared = random.normal(0, lesion_share**0.5, size=(len(lesion_labels), 7))
    own = random.normal(0, (1 - lesion_share) ** 0.5, size=(len(lesions), 7))
    return answer(separation * np.eye(7)[labels] + shared[lesions] + own, labels, lesions, temperature)


def answer(
    logits: npt.NDArray[np.float64],
    labels: npt.NDArray[np.int64],
    lesions: npt.NDArray[np.int64],
    temperature: float = 1.0,
) -> Answers:
    """Answers of a network that was trained at equal priors."""
    stated = posterior(logits, EQUAL, PRIOR, temperature)
    return Answers(
        labels=labels,
        lesions=lesions,
        equal=posterior(logits, EQUAL, EQUAL, temperature),
        stated=stated,
        stated_before=posterior(logits, EQUAL, PRIOR, 1.0),
        group=group_probability(stated),
    )
