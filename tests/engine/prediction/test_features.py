"""Features and logits of one forward pass."""

import pytest
import torch

from engine.config import BACKBONES
from engine.errors import ModelFileError
from engine.model import network
from engine.prediction.features import find_head, forward_with_features

_WIDTHS = {"resnet50": 2048, "resnet18": 512, "mobilenet_v3_large": 1280, "efficientnet_b0": 1280}


@pytest.mark.parametrize("backbone", BACKBONES)
def test_logits_are_those_of_the_plain_network(backbone: str) -> None:
    """Bit for bit, and the head alone makes them again of the features; nothing is left hanging on the network."""
    torch.manual_seed(0)
    module = network.build(backbone).eval()
    images = torch.randn(3, 3, 64, 64)
    with torch.inference_mode():
        logits, features = forward_with_features(module, images)
        assert torch.equal(logits, module(images))
        assert torch.equal(find_head(module)(features), logits)
    assert features.shape == (3, _WIDTHS[backbone])
    assert find_head(module) is module.get_submodule(network.HEADS[backbone])
    assert not find_head(module)._forward_pre_hooks


def test_a_network_without_a_head_is_refused() -> None:
    """Said in a sentence."""
    with pytest.raises(ModelFileError, match="no linear layer"):
        forward_with_features(torch.nn.Flatten(), torch.zeros(1, 3, 4, 4))
