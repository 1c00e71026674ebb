"""The backbones with the seven-class head."""

import pytest
import torch
from torchvision.models import get_model

from engine.config import BACKBONES
from engine.errors import ConfigError, ModelFileError
from engine.model import network


@pytest.mark.parametrize("backbone", BACKBONES)
def test_build_answers_with_seven_float_logits(backbone: str) -> None:
    """Every backbone turns normalised images into float32 logits [n, 7]."""
    module = network.build(backbone).eval()
    with torch.inference_mode():
        logits = module(torch.zeros(2, 3, 64, 64))
    assert logits.shape == (2, 7)
    assert logits.dtype == torch.float32
    assert module.get_submodule(network.HEADS[backbone]).weight.shape[0] == 7


def test_build_takes_its_weights_from_the_seed() -> None:
    """The same seed gives the same first weights, another seed others."""

    def first_weights(seed: int) -> torch.Tensor:
        torch.manual_seed(seed)
        return next(network.build("resnet18").parameters())

    assert torch.equal(first_weights(1), first_weights(1))
    assert not torch.equal(first_weights(1), first_weights(2))


def test_build_refuses_an_unknown_backbone() -> None:
    """A name that is no backbone is a ConfigError that lists those there are."""
    with pytest.raises(ConfigError) as caught:
        network.build("resnet1")
    assert "resnet50" in caught.value.hint


def test_load_backbone_takes_all_but_the_head() -> None:
    """ImageNet weights replace the backbone and leave the seven-class head as it was."""
    imagenet = get_model("resnet18", weights=None).state_dict()
    module = network.build("resnet18")
    head = module.fc.weight.detach().clone()
    network.load_backbone(module, "resnet18", imagenet)
    assert torch.equal(module.state_dict()["layer4.1.conv2.weight"], imagenet["layer4.1.conv2.weight"])
    assert torch.equal(module.fc.weight, head)


def test_load_backbone_accepts_files_without_batch_counters() -> None:
    """Files from before batch norm counted its batches are ImageNet weights too."""
    imagenet = get_model("resnet18", weights=None).state_dict()
    old = {name: tensor for name, tensor in imagenet.items() if not name.endswith("num_batches_tracked")}
    network.load_backbone(network.build("resnet18"), "resnet18", old)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d.pop("layer1.0.conv1.weight"), "layer1.0.conv1.weight is missing"),
        (lambda d: d.update(conv9=torch.zeros(1)), "conv9 is not one of its tensors"),
        (lambda d: d.update({"conv1.weight": torch.zeros(3, 3)}), "conv1.weight is 3x3, not 64x3x7x7"),
        (lambda d: d.update({"fc.weight": torch.zeros(7, 512)}), "fc.weight is 7x512, not 1000x512"),
        (lambda d: d["bn1.weight"].fill_(torch.nan), "bn1.weight holds values"),
    ],
)
def test_load_backbone_names_what_does_not_fit(change: object, said: str) -> None:
    """A missing, unknown, misshapen or broken tensor is named; so are weights already trained on seven classes."""
    state = {name: tensor.detach().clone() for name, tensor in get_model("resnet18", weights=None).state_dict().items()}
    change(state)  # type: ignore[operator]
    module = network.build("resnet18")
    before = module.conv1.weight.detach().clone()
    with pytest.raises(ModelFileError) as caught:
        network.load_backbone(module, "resnet18", state)
    assert said in str(caught.value)
    assert torch.equal(module.conv1.weight, before)
