"""One optimizer step."""

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from engine.config import TrainingConfig
from engine.model.probabilities import EQUAL_PRIOR
from engine.training import learner as learner_module
from engine.training.learner import Learner

_CPU = torch.device("cpu")
_CONFIG = TrainingConfig(data=Path("d"), out=Path("o"), weight_decay=0.0)


class _Constant(nn.Module):
    """Answers every image with the same logits, which can be learned."""

    def __init__(self) -> None:
        super().__init__()
        self.logits = nn.Parameter(torch.zeros(1, 7))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.logits.expand(len(images), 7)


def test_a_step_learns_and_tells_the_loss_before_it() -> None:
    """The loss is the plain cross-entropy of the batch, and the next one is lower."""
    learner = Learner(_Constant(), _CONFIG, EQUAL_PRIOR, _CPU)
    images, labels = torch.zeros(4, 3, 8, 8), torch.tensor([2, 2, 2, 1])
    first, _ = learner.step(images, labels, 0.1)
    second, named = learner.step(images, labels, 0.1)
    assert float(first) == pytest.approx(math.log(7))
    assert float(second) < float(first)
    assert named.tolist() == [2, 2, 2, 2] or named.tolist() == [1, 1, 1, 1]


def test_the_rate_that_is_given_is_used() -> None:
    """Adam's first step is as long as the rate."""
    learner = Learner(_Constant(), _CONFIG, EQUAL_PRIOR, _CPU)
    learner.step(torch.zeros(2, 3, 8, 8), torch.tensor([3, 3]), 0.01)
    assert learner.module.get_parameter("logits")[0, 3].item() == pytest.approx(0.01, rel=1e-3)


def test_classes_are_named_at_equal_priors() -> None:
    """A class that was drawn often needs a higher logit to be named; one never drawn is never named."""
    prior = (0.0, 0.1, 0.1, 0.1, 0.1, 0.5, 0.1)
    learner = Learner(_Constant(), _CONFIG, prior, _CPU)
    with torch.no_grad():
        learner.module.get_parameter("logits").copy_(torch.tensor([[9.0, 0, 0, 1, 0, 2, 0]]))
    _, named = learner.step(torch.zeros(2, 3, 8, 8), torch.tensor([5, 5]), 1e-9)
    assert named.tolist() == [3, 3]


@pytest.mark.parametrize("half", [torch.bfloat16, torch.float16])
def test_half_precision_learns_the_same_task(half: torch.dtype, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a GPU computes in half precision, weights and loss stay float32 and the loss falls all the same."""
    monkeypatch.setattr(learner_module, "half_type", lambda device: half)
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 7))
    learner = Learner(network, _CONFIG, EQUAL_PRIOR, _CPU)
    images, labels = torch.randn(16, 3, 8, 8), torch.arange(16) % 7
    losses = [learner.step(images, labels, 0.01)[0] for _ in range(30)]
    assert losses[0].dtype == torch.float32
    assert all(parameter.dtype == torch.float32 for parameter in network.parameters())
    assert float(losses[-1]) < 0.95 * float(losses[0])


def _make_network() -> nn.Module:
    torch.manual_seed(0)
    layers = (nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 7))
    return nn.Sequential(*layers)


@pytest.mark.parametrize("half", [None, torch.float16])
def test_what_steps_change_can_be_put_back(half: torch.dtype | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Into another learner or the same one: the next steps give the same bits, batch statistics and scale included."""
    monkeypatch.setattr(learner_module, "half_type", lambda device: half)
    config = replace(_CONFIG, averaging=0.2)
    learner, other = (Learner(_make_network(), config, EQUAL_PRIOR, _CPU) for _ in range(2))
    images, labels = torch.randn(16, 3, 8, 8), torch.arange(16) % 7
    at_first = learner.tensors()
    for _ in range(3):
        learner.step(images, labels, 0.01)
    kept = learner.tensors()
    owners = {"model", "optimizer", "average"} | ({"scaler"} if half else set())
    assert {name.partition(".")[0] for name in kept} == owners
    after = learner.step(images, labels, 0.01)[0], learner.tensors()
    for tensors in (kept, at_first):
        other.load(tensors)
        learner.load(tensors)
        first, second = other.step(images, labels, 0.01)[0], learner.step(images, labels, 0.01)[0]
        assert torch.equal(first, second)
        assert torch.equal(first, after[0]) == (tensors is kept)
        changed = other.tensors()
        assert changed.keys() == after[1].keys()
        same = [torch.equal(changed[name], tensor) for name, tensor in after[1].items()]
        assert all(same) == (tensors is kept)


@pytest.mark.parametrize("averaging", [0.0, 0.5])
def test_what_is_scored_is_the_average_where_one_is_asked_for(averaging: float) -> None:
    """Otherwise it is the network itself; learning is the same to the bit either way."""
    learner = Learner(_make_network(), replace(_CONFIG, averaging=averaging), EQUAL_PRIOR, _CPU)
    plain = Learner(_make_network(), replace(_CONFIG, averaging=0.0), EQUAL_PRIOR, _CPU)
    images, labels = torch.randn(16, 3, 8, 8), torch.arange(16) % 7
    for _ in range(3):
        for one in (learner, plain):
            one.step(images, labels, 0.01)
    learned = learner.module.state_dict()
    assert all(torch.equal(tensor, learned[name]) for name, tensor in plain.module.state_dict().items())
    same = [torch.equal(tensor, learned[name]) for name, tensor in learner.scored.state_dict().items()]
    assert all(same) == (averaging == 0.0)
