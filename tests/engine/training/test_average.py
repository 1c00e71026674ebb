"""The average of a network over its last steps."""

import pytest
import torch
from torch import nn

from engine.training.average import Average


def _network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(64, 7))


def _step(module: nn.Module) -> None:
    """Changes weights and statistics, as a training step does."""
    module.train()
    module(torch.randn(8, 3, 6, 6))
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(torch.randn_like(parameter))


def test_it_is_the_mean_that_reaches_back_over_its_share_of_the_steps() -> None:
    """A weight that counts the steps lags behind by about as many as the average reaches back over."""
    module = nn.Linear(1, 1, bias=False)
    average = Average(module, 0.25)
    for step in range(1, 401):
        nn.init.constant_(module.weight, step)
        average.update(module)
    (lagging,) = average.module.parameters()
    # With a share s the mean age of what is averaged tends to n / (1 + 1 / s), here a fifth of the steps.
    assert lagging.item() == pytest.approx(400 - 400 / 5, rel=0.02)


def test_the_first_weights_are_forgotten() -> None:
    """What the network was before its first step has no part in the average."""
    module = _network()
    average = Average(module, 0.5)
    _step(module)
    average.update(module)
    assert all(torch.equal(*pair) for pair in zip(average.module.parameters(), module.parameters(), strict=True))


def test_statistics_of_batchnorm_are_averaged_like_the_weights_they_belong_to() -> None:
    """Running means, variances and the count of batches follow the network; the average is for scoring only."""
    module = _network()
    average = Average(module, 1.0)
    _step(module)
    average.update(module)
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    _step(module)
    average.update(module)
    for name, tensor in average.module.state_dict().items():
        after = module.state_dict()[name]
        expected = (before[name] + after) / 2 if tensor.is_floating_point() else after
        torch.testing.assert_close(tensor, expected)
    assert not average.module.training
    assert not any(parameter.requires_grad for parameter in average.module.parameters())


def test_it_goes_on_from_its_tensors_to_the_bit() -> None:
    """Put back into a new average, they make the same of the steps that follow."""
    module = _network()
    average = Average(module, 0.2)
    for _ in range(3):
        _step(module)
        average.update(module)
    again = Average(_network(), 0.2)
    again.load({name: tensor.clone() for name, tensor in average.tensors().items()})
    for one in (average, again):
        one.update(module)
    assert all(torch.equal(tensor, again.tensors()[name]) for name, tensor in average.tensors().items())


def test_the_network_itself_is_left_alone() -> None:
    """Averaging changes nothing that is learned with."""
    module = _network()
    average = Average(module, 0.2)
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    average.update(module)
    assert all(torch.equal(tensor, before[name]) for name, tensor in module.state_dict().items())
