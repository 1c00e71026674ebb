"""Takes the features of images, which a network's head turns into logits, from the same forward pass as the logits."""

import torch
from torch import nn

from engine.errors import ModelFileError


def forward_with_features(module: nn.Module, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits [n, 7] and features [n, d] of normalised `images` [n, 3, S, S]; the logits are those of `module(images)`.

    The features are what goes into the last linear layer: d is 512 for resnet18, 2048 for resnet50 and 1280 for
    mobilenet_v3_large and efficientnet_b0. Module and images are on one device; the caller sets mode and autocast.
    """
    seen: list[torch.Tensor] = []

    def remember(layer: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        seen.append(inputs[0])

    handle = find_head(module).register_forward_pre_hook(remember)
    try:
        logits: torch.Tensor = module(images)
    finally:
        handle.remove()
    (features,) = seen
    return logits, features


def find_head(module: nn.Module) -> nn.Linear:
    """The layer that tells the classes apart: the last linear one of every backbone. Raises `ModelFileError`."""
    layers = [layer for layer in module.modules() if isinstance(layer, nn.Linear)]
    if not layers:
        raise ModelFileError("The network has no linear layer that tells classes apart.", "Use one of the backbones.")
    return layers[-1]
