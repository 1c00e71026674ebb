"""Remembers answers by the content of the images, so that the same image again is answered at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.prediction_results import Prediction

Key = tuple[str, str, int]
"""SHA-256 of the model file and of the image's file, and the number of views: all that an answer depends on."""

_MOST = 2000  # of some 30 kB each, most of it the thumbnail


@dataclass(frozen=True, eq=False)
class Answered:
    """An answer, with what is needed to say of a file of another name whether it was in the training."""

    prediction: Prediction
    appearance: NDArray[np.uint8]
    """Perceptual hash of the image, [16]."""


_remembered: dict[Key, Answered] = {}


def recall(key: Key) -> Answered | None:
    """The answer that was given, None if there is none or it was long ago. May be called in any thread."""
    return _remembered.get(key)


def remember(key: Key, answered: Answered) -> None:
    """Keep an answer; beyond so many the oldest is forgotten."""
    _remembered[key] = answered
    while len(_remembered) > _MOST:
        del _remembered[next(iter(_remembered))]


def forget_all() -> None:
    """Answer every image anew from now on."""
    _remembered.clear()
