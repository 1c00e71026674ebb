"""Pixels through a network to logits: the same way for validation, evaluation and prediction."""

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from engine.config import Preprocessing
from engine.events import Progress
from engine.labels import CODES
from engine.model.device import half_type
from engine.prediction.features import forward_with_features

Floats = NDArray[np.float32]


def to_input(pixels: torch.Tensor, preprocessing: Preprocessing, device: torch.device) -> torch.Tensor:
    """The network's input, normalised float32 [n, 3, S, S] on `device`, from uint8 pixels [n, S, S, 3].

    Its memory stays channels-last, which convolutions on a CPU like better.
    """
    images = pixels.to(device).permute(0, 3, 1, 2).to(torch.float32)
    mean, std = (
        torch.tensor(values, dtype=torch.float32, device=device).mul_(255).view(1, 3, 1, 1)
        for values in (preprocessing.mean, preprocessing.std)
    )
    return images.sub_(mean).div_(std)


def compute_logits(
    module: nn.Module,
    pixels: NDArray[np.uint8],
    preprocessing: Preprocessing,
    device: torch.device,
    *,
    positions: NDArray[np.integer] | None = None,
    batch_size: int = 64,
    progress: Progress | None = None,
) -> Floats:
    """Logits [n, 7] of `pixels` [n, S, S, 3], or of those at `positions`, read batch by batch from a mapped file.

    The network answers each image by itself: `batch_size` changes the result by rounding only. `module` must be on
    `device` and is left in the mode (train or eval) it came in. Raises `Cancelled` through `progress`.
    """
    was_training = module.training
    module.eval()
    try:
        with torch.inference_mode(), torch.autocast(device.type, half_type(device), enabled=device.type == "cuda"):
            batches = _batches(pixels, positions, batch_size, progress)
            logits = [_to_numpy(module(to_input(batch, preprocessing, device))) for batch in batches]
    finally:
        module.train(was_training)
    return np.concatenate([np.zeros((0, len(CODES)), dtype=np.float32), *logits])


def compute_logits_and_features(
    module: nn.Module,
    pixels: NDArray[np.uint8],
    preprocessing: Preprocessing,
    device: torch.device,
    *,
    positions: NDArray[np.integer] | None = None,
    batch_size: int = 64,
    progress: Progress | None = None,
) -> tuple[Floats, Floats]:
    """As `compute_logits`, to the bit, and from the same forward pass the features [n, d] of at least one image."""
    was_training = module.training
    module.eval()
    logits, features = [], []
    try:
        with torch.inference_mode(), torch.autocast(device.type, half_type(device), enabled=device.type == "cuda"):
            for batch in _batches(pixels, positions, batch_size, progress):
                both = forward_with_features(module, to_input(batch, preprocessing, device))
                logits.append(_to_numpy(both[0]))
                features.append(_to_numpy(both[1]))
    finally:
        module.train(was_training)
    return np.concatenate(logits), np.concatenate(features)


def _batches(
    pixels: NDArray[np.uint8], positions: NDArray[np.integer] | None, batch_size: int, progress: Progress | None
) -> Iterator[torch.Tensor]:
    chosen = np.arange(len(pixels)) if positions is None else positions
    for start in range(0, len(chosen), batch_size):
        rows = chosen[start : start + batch_size]
        yield torch.from_numpy(np.ascontiguousarray(pixels[rows]))
        if progress is not None:
            progress.advance(len(rows))


def _to_numpy(tensor: torch.Tensor) -> Floats:
    return np.asarray(tensor.float().cpu().numpy(), dtype=np.float32)
