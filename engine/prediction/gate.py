"""Judges whether images look like those that a model was made for, and says in plain sentences why one does not."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelFileError
from engine.model.file import LoadedModel
from engine.prediction.features import find_head
from engine.prediction.gate_measures import NAMES, measure
from engine.prediction_results import GateVerdict
from engine.results import GateSettings

Floats = NDArray[np.floating]

SHARPNESS = NAMES.index("detail_1")
_NEIGHBOURS = 5  # the distance is that of the fifth nearest example: one odd training image opens no door

_BLURRED = "The image is blurred, or there is nothing to be seen on it."
_NOT_SKIN = "Its colours are not those of skin through a dermatoscope."
_FLAT = "Much of it is of one flat tone, like a page or a drawing."
_LINES = "It has hard edges and straight lines, like text, a drawing or buildings."
_UNLIKE = "Its light, colours and detail, taken together, are unlike those of the training images."
_FAR = "The network finds it far from all images that it was trained on."

REASONS: dict[str, tuple[str, str]] = {
    "light_p50": ("The image is too dark.", "The image is too bright."),
    "share_black": ("", "Much of the image is black."),
    "share_white": ("", "Much of the image is overexposed."),
    "red_green_mean": (_NOT_SKIN, _NOT_SKIN),
    "yellow_blue_mean": (_NOT_SKIN, _NOT_SKIN),
    "grey_peaks": ("", _FLAT),
    "detail_1": ("", _LINES),
    "axis_lines": ("", _LINES),
    "line_evenness": ("", _LINES),
}
"""What a measure says that is below, or above, where it lies for nearly all training images."""


class Gate:
    """The gate of one model."""

    def __init__(self, settings: GateSettings, tables: Mapping[str, Floats]) -> None:
        """`tables` are as `engine.model.gate_tensors.shapes` has them."""
        self._settings = settings
        self._measures = Space(*(tables[f"measure_{name}"] for name in ("mean", "directions", "examples")))
        self._features = Space(*(tables[f"feature_{name}"] for name in ("mean", "directions", "examples")))

    def judge(self, pixels: NDArray[np.uint8], features: Floats) -> tuple[GateVerdict, ...]:
        """The verdict on each image of uint8 [n, S, S, 3] with its features [n, d]."""
        measures = measure(pixels)
        looks, far = self._measures.distances(measures), self._features.distances(features)
        return tuple(self._judge(*one) for one in zip(measures, looks, far, strict=True))

    def _judge(self, measures: Floats, looks: float, far: float) -> GateVerdict:
        settings = self._settings
        reasons = []
        if measures[SHARPNESS] < settings.sharpness_limit:
            reasons.append(_BLURRED)
        if looks > settings.looks_limit:
            reasons += self._name_odd(measures) or ([] if reasons else [_UNLIKE])
        if far > settings.features_limit:
            reasons.append(_FAR)
        return GateVerdict(passed=not reasons, reasons=tuple(dict.fromkeys(reasons)))

    def _name_odd(self, measures: Floats) -> list[str]:
        """What the single measures say that lie out of the range of nearly all training images."""
        found = []
        for one in self._settings.ranges:
            value = measures[NAMES.index(one.measure)]
            below, above = REASONS[one.measure]
            found.append(below if value < one.low else above if value > one.high else "")
        return [reason for reason in found if reason]


class Space:
    """Where training images lie, by measures or by features, every direction in units of their spread."""

    def __init__(self, mean: Floats, directions: Floats, examples: Floats) -> None:
        """`examples` [n, d] are training images, already placed."""
        self._mean, self._directions, self._examples = mean, directions, examples

    def place(self, values: Floats) -> Floats:
        """Points [n, d] of images from their values [n, v]."""
        placed: Floats = (values - self._mean) @ self._directions
        return placed

    def distances(self, values: Floats, *, are_examples: bool = False) -> Floats:
        """How far each image [n, v] is from training images; infinite where a value is not a finite number.

        With `are_examples` the images are the examples themselves, of which each is held against the others.
        """
        with np.errstate(invalid="ignore", over="ignore"):  # a network may answer an odd image with infinity
            points = self.place(values)
            squares = np.stack([((self._examples - point) ** 2).sum(axis=1) for point in points])
            nth = min(_NEIGHBOURS - 1 + are_examples, len(self._examples) - 1)
            found: Floats = np.sqrt(np.partition(squares, nth, axis=1)[:, nth])
        return np.where(np.isfinite(found), found, np.inf)


def open_gate(model: LoadedModel) -> Gate | None:
    """The gate of `model`, None if it has none. Raises `ModelFileError` for one of another kind."""
    settings = model.card.gate
    if settings is None or model.gate is None:
        return None
    known = {one.measure for one in settings.ranges} <= REASONS.keys()
    if settings.n_features != find_head(model.module).in_features:
        hint = "Copy the model file again from where it came, or train the model again."
        raise ModelFileError("The gate of this model is one of another network.", hint)
    if settings.n_measures != len(NAMES) or not known:
        hint = "Use the version that made the model, or train it again."
        raise ModelFileError("The gate of this model measures images otherwise than this version.", hint)
    return Gate(settings, {name: table.numpy() for name, table in model.gate.items()})
