"""Fits a model's gate on training and validation images, and judges it on images that took no part in that."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.covariance import LedoitWolf
from torch import nn

from engine.config import Preprocessing
from engine.events import Control, OnEvent, Progress, StatusChanged
from engine.prediction import photographs
from engine.prediction.gate import REASONS, SHARPNESS, Gate, Space
from engine.prediction.gate_measures import NAMES, measure
from engine.prediction.logits import compute_logits_and_features
from engine.prediction.non_lesions import HELD_OUT, draw_family
from engine.prediction.portion import Portion
from engine.results import GateFamily, GateRange, GateSettings

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]
Pixels = NDArray[np.uint8]

MOST_IMAGES = 1000
"""Of each part of the split that are looked at, drawn by chance."""
LEAST_TRAIN, LEAST_VAL = 100, 20
"""With fewer images no gate can be fitted."""
N_EACH = 30
"""Images of each kind of non-lesion that the gate is judged on; twice as many photographs."""
_MOST_DIRECTIONS = 64
_AT_A_TIME = 64

# Shares of the validation images, and where the network has no part in it of the training images too, that may lie
# outside. Chosen on the kinds of non-lesions in `non_lesions.TUNING` alone, so that about 98 % of the validation pass.
_LOOKS, _FEATURES, _SHARPNESS, _RANGES = 0.015, 0.005, 0.002, 0.01


@dataclass(frozen=True)
class FittedGate:
    """A gate as a model file has it."""

    settings: GateSettings
    tables: Mapping[str, torch.Tensor]


@dataclass(frozen=True)
class GateImages:
    """Where the images are that a gate is fitted on and judged by: rows of the pixels."""

    pixels: Pixels
    train: Ints
    val: Ints
    test: Ints
    """Looked at without diagnoses and without scores."""


def fit_gate(
    module: nn.Module,
    preprocessing: Preprocessing,
    device: torch.device,
    images: GateImages,
    control: Control,
    on_event: OnEvent,
    portion: Portion | None = None,
) -> FittedGate | None:
    """The gate of `module`, which is on `device`; None where there are too few images for one.

    `portion` is how many images the network looks at at a time. Raises `Cancelled`, and `TrainingError` where memory is
    too short even for one.
    """
    if len(images.train) < LEAST_TRAIN or len(images.val) < LEAST_VAL:
        return None
    on_event(StatusChanged(text="Fitting the gate, which refuses what is no image of a lesion"))
    train, val, test = (_choose(part) for part in (images.train, images.val, images.test))
    progress = Progress(len(train) + len(val) + len(test), "images", control, on_event)
    at_a_time = portion or Portion(_AT_A_TIME, 1, "where images are looked at", on_event)

    def look(pixels: Pixels, counted: Progress | None = progress) -> tuple[Floats, Floats]:
        both = compute_logits_and_features(
            module, pixels, preprocessing, device, batch_size=at_a_time, progress=counted
        )
        return measure(pixels), both[1]

    gate = _fit(look(images.pixels[train]), look(images.pixels[val]))
    judge = Gate(gate.settings, {name: table.numpy() for name, table in gate.tables.items()}).judge
    families = []
    if len(test):
        pixels = images.pixels[test]
        verdicts = judge(pixels, look(pixels)[1])
        n_refused = sum(not verdict.passed for verdict in verdicts)
        families.append(GateFamily(name="the test part", is_lesion=True, n_images=len(test), n_refused=n_refused))
    on_event(StatusChanged(text="Judging the gate by images of other things"))
    lesions = images.pixels[test[:N_EACH]]
    for name in (photographs.NAME, *HELD_OUT):
        control.raise_if_cancelled()
        if name == photographs.NAME:
            others = photographs.cut_photographs(2 * N_EACH, preprocessing)
        else:
            others = draw_family(name, N_EACH, preprocessing.image_size, lesions)
        if len(others):
            verdicts = judge(others, look(others, None)[1])
            n_refused = sum(not verdict.passed for verdict in verdicts)
            families.append(GateFamily(name=name, is_lesion=False, n_images=len(others), n_refused=n_refused))
    return replace(gate, settings=replace(gate.settings, families=tuple(families)))


def _choose(part: Ints) -> Ints:
    """At most `MOST_IMAGES` of the rows, the same every time, in their order."""
    return np.sort(np.random.default_rng(0).permutation(part)[:MOST_IMAGES])


def _fit(train: tuple[Floats, Floats], val: tuple[Floats, Floats]) -> FittedGate:
    """The gate from measures and features of both parts."""
    tables: dict[str, Floats] = {}
    limits: list[float] = []
    for number, (name, share) in enumerate((("measure", _LOOKS), ("feature", _FEATURES))):
        most = len(NAMES) if name == "measure" else _MOST_DIRECTIONS
        mean, directions = _whiten(train[number], most)
        examples = Space(mean, directions, mean[:0]).place(train[number].astype(np.float32))
        space = Space(mean, directions, examples)
        found = space.distances(val[number])
        if name == "measure":  # the network had no part in them, so that training images are as new as others
            found = np.concatenate([found, space.distances(train[number], are_examples=True)])
        limits.append(_highest(found, share))
        tables |= {f"{name}_mean": mean, f"{name}_directions": directions, f"{name}_examples": examples}
    both = np.concatenate([train[0], val[0]])
    settings = GateSettings(
        ranges=tuple(_range(name, both[:, NAMES.index(name)]) for name in REASONS),
        sharpness_limit=-_highest(-both[:, SHARPNESS], _SHARPNESS),
        looks_limit=limits[0],
        features_limit=limits[1],
        n_measures=len(NAMES),
        n_features=train[1].shape[1],
        n_directions=tables["feature_directions"].shape[1],
        n_examples=len(train[0]),
    )
    as_tensors = {name: torch.from_numpy(np.ascontiguousarray(table, np.float32)) for name, table in tables.items()}
    return FittedGate(settings, as_tensors)


def _whiten(values: Floats, most: int) -> tuple[Floats, Floats]:
    """Mean [v] and the `most` widest directions [v, d] of values [n, v], each divided by its spread.

    The covariance is shrunk (Ledoit and Wolf, 2004), so that few images with many values do.
    """
    exact = values.astype(np.float64)
    mean, spread = exact.mean(axis=0), exact.std(axis=0) + 1e-6
    shrunk = LedoitWolf().fit((exact - mean) / spread).covariance_
    widths, directions = np.linalg.eigh(shrunk)  # narrowest first
    n = min(most, len(widths))
    scaled = directions[:, ::-1][:, :n] / np.sqrt(widths[::-1][:n] + 1e-6) / spread[:, None]
    return mean.astype(np.float32), scaled.astype(np.float32)


def _highest(values: Floats, share: float) -> float:
    """The value that at most `share` of them exceed."""
    return float(np.quantile(values.astype(np.float64), 1 - share, method="higher"))


def _range(name: str, values: Floats) -> GateRange:
    return GateRange(measure=name, low=-_highest(-values, _RANGES / 2), high=_highest(values, _RANGES / 2))
