"""Cuts a part by what the data set says about its images, to see where a model does worse."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.evaluation.answers import Answers
from engine.evaluation.intervals import bootstrap, share_of
from engine.evaluation.predictions import METADATA
from engine.evaluation_results import Slice, Slicing, name_decade
from engine.model.probabilities import IN_GROUP

FEWEST_LESIONS = 10
"""Fewer say nothing, whatever their interval."""
_UNKNOWN = "unknown"


def cut(answers: Answers, metadata: pd.DataFrame, threshold: float | None) -> tuple[Slicing, ...]:
    """A slicing for each column of `METADATA` that is filled in; rows of `metadata` are the images of `answers`.

    `threshold` is the operating point on the group's probability; without one no slice has a group figure.
    """
    slicings = []
    for column in METADATA:
        values = _values(metadata[column], column)
        if (values != _UNKNOWN).any():
            order = _order(values, by_age=column == "age")
            slices = tuple(_score_slice(answers, values == value, str(value), threshold) for value in order)
            slicings.append(Slicing(column=column, slices=slices))
    return tuple(slicings)


def _values(column: "pd.Series[str] | pd.Series[float]", name: str) -> npt.NDArray[np.str_]:
    if name == "age":
        return np.array([_UNKNOWN if pd.isna(age) else name_decade(float(age)) for age in column], dtype=str)
    return np.array([str(value) or _UNKNOWN for value in column], dtype=str)


def _order(values: npt.NDArray[np.str_], *, by_age: bool) -> list[str]:
    found, counts = np.unique(values, return_counts=True)
    n_images = dict(zip(found.tolist(), counts.tolist(), strict=True))

    def key(value: str) -> tuple[bool, int, str]:
        first = int(value.split(" ")[0]) if by_age and value != _UNKNOWN else -n_images[value]
        return (value == _UNKNOWN, first, value)

    return sorted(n_images, key=key)


def _score_slice(answers: Answers, chosen: npt.NDArray[np.bool_], value: str, threshold: float | None) -> Slice:
    labels, lesions = answers.labels[chosen], answers.lesions[chosen]
    balanced = bootstrap(labels, answers.named[chosen], lesions.astype(str).tolist()).balanced_accuracy
    numbers, first, position = np.unique(lesions, return_index=True, return_inverse=True)
    group = np.bincount(position, weights=answers.group[chosen]) / np.bincount(position)
    in_group = IN_GROUP[labels[first]]
    is_found = group >= (np.inf if threshold is None else threshold)
    return Slice(
        value=value,
        n_images=int(chosen.sum()),
        n_lesions=len(numbers),
        n_classes=len(np.unique(labels)),
        balanced_accuracy=balanced,
        group_sensitivity=None if threshold is None else share_of(is_found, in_group, numbers),
        group_specificity=None if threshold is None else share_of(~is_found, ~in_group, numbers),
        is_too_few=len(numbers) < FEWEST_LESIONS or balanced.is_too_wide,
    )
