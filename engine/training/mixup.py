"""Blends training images in pairs: a network that sees what lies between two classes learns less by heart."""

import torch
from torch.nn import functional

from engine.labels import CLASSES


def mix(images: torch.Tensor, labels: torch.Tensor, strength: float) -> tuple[torch.Tensor, torch.Tensor]:
    """`images` [n, ...], each blended with another of them, and their targets [n, 7], of labels [n] blended alike.

    This is mixup (Zhang et al., 2018, arXiv 1710.09412): shares from Beta(`strength`, `strength`), `strength` above 0.
    Each image keeps at least half of itself, so that its own class stays the first. Partners and shares are drawn on
    the CPU from PyTorch's random state.
    """
    share = torch.distributions.Beta(strength, strength).sample((len(labels),))
    kept = torch.maximum(share, 1 - share).to(images.device)
    partner = torch.randperm(len(labels)).to(images.device)
    exact = functional.one_hot(labels, len(CLASSES)).to(kept.dtype)
    blended = torch.lerp(images[partner], images, kept.view(-1, *(1 for _ in images.shape[1:])))
    return blended, torch.lerp(exact[partner], exact, kept[:, None])
