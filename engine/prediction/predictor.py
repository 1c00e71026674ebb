"""Answers for images: pixels through a network to logits, and a model file's whole answer for files and folders."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from engine.config import Preprocessing
from engine.events import Progress
from engine.labels import CODES


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
) -> NDArray[np.float32]:
    """Logits [n, 7] of `pixels` [n, S, S, 3], or of those at `positions`, read batch by batch from a mapped file.

    The network answers each image by itself: `batch_size` changes the result by rounding only. `module` must be on
    `device` and is left in the mode (train or eval) it came in. Raises `Cancelled` through `progress`.
    """
    chosen = np.arange(len(pixels)) if positions is None else positions
    batches = [np.zeros((0, len(CODES)), dtype=np.float32)]
    was_training = module.training
    module.eval()
    try:
        with torch.inference_mode(), torch.autocast(device.type, enabled=device.type == "cuda"):
            for start in range(0, len(chosen), batch_size):
                batch = torch.from_numpy(np.ascontiguousarray(pixels[chosen[start : start + batch_size]]))
                batches.append(module(to_input(batch, preprocessing, device)).float().cpu().numpy())
                if progress is not None:
                    progress.advance(len(batch))
    finally:
        module.train(was_training)
    return np.concatenate(batches)
