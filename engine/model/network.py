"""Builds the networks: a torchvision backbone with a head for the seven classes, and puts ImageNet weights into it."""

from collections.abc import Mapping

import torch
from torch import nn
from torchvision.models import get_model

from engine.config import BACKBONES
from engine.errors import ConfigError, ModelFileError
from engine.labels import CLASSES

HEADS: dict[str, str] = {
    "resnet50": "fc",
    "resnet18": "fc",
    "mobilenet_v3_large": "classifier.3",
    "efficientnet_b0": "classifier.1",
}
"""The last layer of each backbone, which tells the classes apart."""

_IMAGENET_CLASSES = 1000


def build(backbone: str) -> nn.Module:
    """The network with random weights: float32 logits [n, 7] from normalised images [n, 3, S, S].

    The weights come from torch's global generator. Raises `ConfigError` for an unknown backbone.
    """
    if backbone not in BACKBONES:
        raise ConfigError(f"There is no backbone {backbone!r}.", f"Choose one of {', '.join(BACKBONES)}.")
    module: nn.Module = get_model(backbone, weights=None, num_classes=len(CLASSES))
    return module


def build_empty(backbone: str) -> nn.Module:
    """The network's names, shapes and types on the "meta" device: no memory, no weights."""
    with torch.device("meta"):
        return build(backbone)


def load_backbone(module: nn.Module, backbone: str, state_dict: Mapping[str, torch.Tensor]) -> None:
    """Put the ImageNet weights `state_dict` (torchvision's names) into `module`; its head stays as it is.

    Raises `ModelFileError` naming the first tensor that is missing, unknown, of another shape or not finite.
    """
    head = HEADS[backbone] + "."
    own = module.state_dict()
    for name, tensor in state_dict.items():
        if name not in own:
            raise _misfit(backbone, f"{name} is not one of its tensors")
        shape = tuple(own[name].shape)
        expected = (_IMAGENET_CLASSES, *shape[1:]) if name.startswith(head) else shape
        if tuple(tensor.shape) != expected:
            raise _misfit(backbone, f"{name} is {_size(tensor.shape)}, not {_size(expected)}")
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            raise _misfit(backbone, f"{name} holds values that are not finite numbers")
    missing = [name for name in own if name not in state_dict and not _may_be_missing(name, head)]
    if missing:
        raise _misfit(backbone, f"{missing[0]} is missing")
    body = {name: tensor for name, tensor in state_dict.items() if not name.startswith(head)}
    module.load_state_dict(body, strict=False)


def _may_be_missing(name: str, head: str) -> bool:
    return name.startswith(head) or name.endswith(
        ".num_batches_tracked"
    )  # files older than PyTorch 0.4.1 lack the latter


def _misfit(backbone: str, fault: str) -> ModelFileError:
    return ModelFileError(
        f"These are no ImageNet weights for {backbone}: {fault}.",
        f"Choose a file with torchvision's ImageNet weights for {backbone}, or another backbone.",
    )


def _size(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape)) or "a single number"
