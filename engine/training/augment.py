"""Varies training images: each with its own turn, zoom, shift and colours, a batch at a time on the device."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from engine.config import Augmentation, Preprocessing
from engine.training.chance import Purpose, stream

Floats = npt.NDArray[np.float64]

_TO_YIQ = np.array([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]])
_LUMA = _TO_YIQ[0]


@dataclass(frozen=True)
class Variations:
    """What is done to each image of an epoch, as float32 tables with a row per position."""

    placing: torch.Tensor
    """[n, 2, 3]: where a pixel of the new image is found in the old one, coordinates from -1 to 1."""
    mixing: torch.Tensor
    """[n, 3, 3]: new normalised colour from the old one of the same pixel."""
    mean_mixing: torch.Tensor
    """[n, 3, 3]: what the image's mean normalised colour adds (contrast turns around the mean brightness)."""
    shift: torch.Tensor
    """[n, 3]: what is added besides."""
    low: torch.Tensor
    """[3]: normalised black."""
    high: torch.Tensor
    """[3]: normalised white."""

    def to(self, device: torch.device) -> "Variations":
        """The same on `device`."""
        return Variations(
            placing=self.placing.to(device),
            mixing=self.mixing.to(device),
            mean_mixing=self.mean_mixing.to(device),
            shift=self.shift.to(device),
            low=self.low.to(device),
            high=self.high.to(device),
        )

    def of(self, batch: slice) -> "Variations":
        """The rows of one batch."""
        return Variations(
            placing=self.placing[batch],
            mixing=self.mixing[batch],
            mean_mixing=self.mean_mixing[batch],
            shift=self.shift[batch],
            low=self.low,
            high=self.high,
        )


def draw_variations(
    augmentation: Augmentation, preprocessing: Preprocessing, n_positions: int, seed: int, epoch: int
) -> Variations:
    """The variations of all positions of an epoch (1-based), drawn on the CPU."""
    chance = stream(seed, epoch, Purpose.VARIATION).random((n_positions, 10))
    placing = _place(augmentation, chance[:, :6])
    mixing, contrast_shift = _mix(augmentation, chance[:, 6:])
    mean, std = np.array(preprocessing.mean), np.array(preprocessing.std)
    tables = (
        placing,
        mixing * std / std[:, None],
        contrast_shift[:, None, None] * (_LUMA * std) / std[:, None],
        (mixing @ mean + contrast_shift[:, None] * (_LUMA @ mean) - mean) / std,
        -mean / std,
        (1 - mean) / std,
    )
    return Variations(*(torch.from_numpy(table.astype(np.float32)) for table in tables))


def vary(images: torch.Tensor, variations: Variations) -> torch.Tensor:
    """Normalised images [n, 3, S, S], varied by the rows of `variations`, on the same device; what lies outside of an
    image is mirrored in, and colours end at black and white."""
    n, channels, height, width = images.shape
    grid = functional.affine_grid(variations.placing, [n, channels, height, width], align_corners=False)
    placed = functional.grid_sample(images, grid, mode="bilinear", padding_mode="reflection", align_corners=False)
    flat = placed.reshape(n, channels, height * width)
    shift = torch.baddbmm(variations.shift[:, :, None], variations.mean_mixing, flat.mean(dim=2, keepdim=True))
    mixed = torch.baddbmm(shift, variations.mixing, flat).view(n, channels, height, width)
    return mixed.clamp_(variations.low.view(1, 3, 1, 1), variations.high.view(1, 3, 1, 1))


def _place(augmentation: Augmentation, chance: Floats) -> Floats:
    """[n, 2, 3] from uniform numbers [n, 6]: mirroring, then turn, zoom and shift."""
    angle = np.radians(augmentation.rotation) * (2 * chance[:, 0] - 1)
    low, high = (math.log(limit) for limit in augmentation.scale)
    step = np.exp(-(low + (high - low) * chance[:, 1]))  # a larger lesion means smaller steps through the old image
    flips = np.where(chance[:, 2:4] < 0.5, -1.0, 1.0) if augmentation.flips else np.ones((len(chance), 2))
    placing = np.empty((len(chance), 2, 3))
    placing[:, 0, 0] = flips[:, 0] * step * np.cos(angle)
    placing[:, 0, 1] = -flips[:, 0] * step * np.sin(angle)
    placing[:, 1, 0] = flips[:, 1] * step * np.sin(angle)
    placing[:, 1, 1] = flips[:, 1] * step * np.cos(angle)
    placing[:, :, 2] = 2 * augmentation.translation * (2 * chance[:, 4:6] - 1)
    return placing


def _mix(augmentation: Augmentation, chance: Floats) -> tuple[Floats, Floats]:
    """Colour matrix [n, 3, 3] and share of the mean brightness to add [n], for colours 0..1, from numbers [n, 4].

    Brightness, contrast, saturation and hue (a turn of the chroma plane of YIQ) are all linear, so one matrix does.
    """
    limits = (augmentation.brightness, augmentation.contrast, augmentation.saturation)
    brightness, contrast, saturation = (1 + limit * (2 * chance[:, n] - 1) for n, limit in enumerate(limits))
    grey = np.broadcast_to(_LUMA, (3, 3))
    saturating = saturation[:, None, None] * np.eye(3) + (1 - saturation)[:, None, None] * grey
    angle = 2 * np.pi * augmentation.hue * (2 * chance[:, 3] - 1)
    turn = np.zeros((len(chance), 3, 3))
    turn[:, 0, 0] = 1
    turn[:, 1, 1] = turn[:, 2, 2] = np.cos(angle)
    turn[:, 1, 2] = -np.sin(angle)
    turn[:, 2, 1] = np.sin(angle)
    hue = np.linalg.inv(_TO_YIQ) @ turn @ _TO_YIQ
    return (contrast * brightness)[:, None, None] * (hue @ saturating), (1 - contrast) * brightness
