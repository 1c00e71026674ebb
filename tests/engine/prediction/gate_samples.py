"""What tests of the gate share: photographs as a training would have them, in a moment, and a gate fitted on them."""

from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage

from engine.config import Preprocessing
from engine.events import Control, ignore_events
from engine.prediction.gate_fit import FittedGate, GateImages, fit_gate
from tests.engine.evaluation.untrained_run import make_network

SIDE = 32
PREPROCESSING = Preprocessing(image_size=SIDE)
CPU = torch.device("cpu")


@cache
def draw_lesions(n: int = 260) -> NDArray[np.uint8]:
    """Dark spots on skin, uint8 [n, SIDE, SIDE, 3], each with its own place, size, tones and grain."""
    random = np.random.default_rng(3)
    rows, columns = np.mgrid[:SIDE, :SIDE] / SIDE - 0.5
    images = []
    for _ in range(n):
        down, right, radius = random.normal(0, 0.06), random.normal(0, 0.06), random.uniform(0.15, 0.3)
        distance = np.hypot((rows - down) * random.uniform(0.8, 1.2), columns - right)
        share = 1 / (1 + np.exp((distance - radius) * 40))[..., None]
        skin, spot = np.array((215, 165, 150)) * random.uniform(0.8, 1.1), np.array((110, 65, 50))
        grain = ndimage.gaussian_filter(random.normal(0, 30, (SIDE, SIDE, 1)), (0.7, 0.7, 0))
        images.append(skin * (1 - share) + spot * random.uniform(0.7, 1.3) * share + grain)
    return np.clip(images, 0, 255).astype(np.uint8)


@cache
def fit() -> FittedGate:
    """A gate fitted on 150 of them with 60 for validation; the last 50 judge it."""
    rows = np.arange(260)
    images = GateImages(draw_lesions(), rows[:150], rows[150:210], rows[210:])
    fitted = fit_gate(make_network(), PREPROCESSING, CPU, images, Control(), ignore_events)
    assert fitted is not None
    return fitted
