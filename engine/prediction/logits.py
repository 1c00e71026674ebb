"""Pixels through a network to logits: the same way for validation, evaluation and prediction."""

from collections.abc import Callable
from functools import lru_cache, partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from engine.config import Preprocessing
from engine.events import Progress, ignore_events
from engine.labels import CODES
from engine.model.device import half_type
from engine.prediction.features import forward_with_features
from engine.prediction.portion import Portion

Floats = NDArray[np.float32]

_AT_A_TIME = 64


def to_input(pixels: torch.Tensor, preprocessing: Preprocessing, device: torch.device) -> torch.Tensor:
    """The network's input, normalised float32 [n, 3, S, S] on `device`, from uint8 pixels [n, S, S, 3].

    Its memory stays channels-last, which convolutions on a CPU like better.
    """
    # From pinned memory a copy does not wait for a GPU; from other memory it must, which may be gone before it is done.
    images = pixels.to(device, non_blocking=pixels.is_pinned()).permute(0, 3, 1, 2).to(torch.float32)
    mean, std = _by_channel(preprocessing.mean, device), _by_channel(preprocessing.std, device)
    return images.sub_(mean).div_(std)


@lru_cache(maxsize=16)
def _by_channel(values: tuple[float, float, float], device: torch.device) -> torch.Tensor:
    """`values` of colours 0..1 for colours 0..255, [1, 3, 1, 1] on `device`; kept, as sending them waits for a GPU."""
    with torch.inference_mode(False):  # kept from a prediction, they serve a training too
        return torch.tensor(values, dtype=torch.float32, device=device).mul_(255).view(1, 3, 1, 1)


def compute_logits(
    module: nn.Module,
    pixels: NDArray[np.uint8],
    preprocessing: Preprocessing,
    device: torch.device,
    *,
    positions: NDArray[np.integer] | None = None,
    batch_size: int | Portion = _AT_A_TIME,
    progress: Progress | None = None,
) -> Floats:
    """Logits [n, 7] of `pixels` [n, S, S, 3], or of those at `positions`, read batch by batch from a mapped file.

    The network answers each image by itself: `batch_size` changes the result by rounding only. Where memory is short it
    is halved, which `progress` tells, and a `Portion` keeps for the next call. `module` must be on `device` and is left
    in the mode (train or eval) it came in. Raises `Cancelled` through `progress`, and `TrainingError` where memory is
    too short even for one image.
    """

    def answer(images: torch.Tensor) -> tuple[torch.Tensor]:
        return (module(images),)

    found = _go_through(module, answer, pixels, preprocessing, device, positions, batch_size, progress)
    return np.concatenate([np.zeros((0, len(CODES)), dtype=np.float32), *(logits for (logits,) in found)])


def compute_logits_and_features(
    module: nn.Module,
    pixels: NDArray[np.uint8],
    preprocessing: Preprocessing,
    device: torch.device,
    *,
    positions: NDArray[np.integer] | None = None,
    batch_size: int | Portion = _AT_A_TIME,
    progress: Progress | None = None,
) -> tuple[Floats, Floats]:
    """As `compute_logits`, to the bit, and from the same forward pass the features [n, d] of at least one image."""
    answer = partial(forward_with_features, module)
    found = _go_through(module, answer, pixels, preprocessing, device, positions, batch_size, progress)
    return np.concatenate([logits for logits, _ in found]), np.concatenate([features for _, features in found])


def _go_through(
    module: nn.Module,
    answer: Callable[[torch.Tensor], tuple[torch.Tensor, ...]],
    pixels: NDArray[np.uint8],
    preprocessing: Preprocessing,
    device: torch.device,
    positions: NDArray[np.integer] | None,
    batch_size: int | Portion,
    progress: Progress | None,
) -> list[tuple[Floats, ...]]:
    """What `answer` makes of each batch."""
    chosen = np.arange(len(pixels)) if positions is None else positions
    portion, n_done = batch_size, 0
    if isinstance(portion, int):
        on_event = ignore_events if progress is None else progress.on_event
        portion = Portion(portion, 1, "where images are looked at", on_event)

    def look(size: int) -> tuple[Floats, ...]:
        batch = torch.from_numpy(np.ascontiguousarray(pixels[chosen[n_done : n_done + size]]))
        return tuple(map(_to_numpy, answer(to_input(batch, preprocessing, device))))

    was_training, found = module.training, []
    module.eval()
    try:
        with torch.inference_mode(), torch.autocast(device.type, half_type(device), enabled=device.type == "cuda"):
            while n_done < len(chosen):
                found.append(portion.run(look))
                n_looked_at = len(found[-1][0])
                n_done += n_looked_at
                if progress is not None:
                    progress.advance(n_looked_at)
    finally:
        module.train(was_training)
    return found


def _to_numpy(tensor: torch.Tensor) -> Floats:
    return np.asarray(tensor.float().cpu().numpy(), dtype=np.float32)
