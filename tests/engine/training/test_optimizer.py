"""The optimizer and its learning rate."""

import itertools
from pathlib import Path

import pytest
import torch

from engine.config import TrainingConfig
from engine.model import network
from engine.recipes import from_recipe
from engine.training.optimizer import build_optimizer, learning_rate, set_learning_rate

_CONFIG = TrainingConfig(data=Path("data"), out=Path("runs"), epochs=10, learning_rate=0.01, warmup_epochs=2)


def test_only_matrices_and_filters_decay() -> None:
    """Norms and biases keep their size; every parameter is trained once."""
    module = network.build("resnet18")
    decayed, others = build_optimizer(module, _CONFIG).param_groups
    assert decayed["weight_decay"] == _CONFIG.weight_decay
    assert others["weight_decay"] == 0
    assert all(parameter.ndim > 1 for parameter in decayed["params"])
    assert all(parameter.ndim == 1 for parameter in others["params"])
    assert len(decayed["params"]) + len(others["params"]) == len(list(module.parameters()))


def test_the_notebook_trains_with_plain_adam() -> None:
    """Its recipe asks for Adam, and Adam has no decay here, whatever the config says."""
    config = from_recipe("notebook", data=Path("data"), out=Path("runs"), weight_decay=0.5)
    optimizer = build_optimizer(network.build("resnet18"), config)
    assert type(optimizer) is torch.optim.Adam
    assert all(group["weight_decay"] == 0 for group in optimizer.param_groups)


def test_cosine_rises_evenly_then_fades_to_nearly_nothing() -> None:
    """Up along a line for the warm-up, the full rate at its end, then down without a jump."""
    rates = [learning_rate(_CONFIG, step, 100) for step in range(1000)]
    assert rates[0] == pytest.approx(0.01 / 200)
    assert rates[99] == pytest.approx(0.005)
    assert rates[199] == max(rates) == pytest.approx(0.01)
    assert rates[599] == pytest.approx(0.005, rel=0.01)
    assert all(after <= before for before, after in itertools.pairwise(rates[199:]))
    assert 0 < rates[-1] < 1e-6


@pytest.mark.parametrize("warmup", [0, 0.3, 1, 50])
def test_even_one_short_epoch_reaches_the_full_rate(warmup: float) -> None:
    """The warm-up never takes more than half of the training, and may be none."""
    config = TrainingConfig(data=Path("d"), out=Path("o"), epochs=1, learning_rate=0.01, warmup_epochs=warmup)
    rates = [learning_rate(config, step, 10) for step in range(10)]
    assert max(rates) == pytest.approx(0.01)
    assert all(0 < rate <= 0.01 for rate in rates)
    assert rates[-1] < 0.005


def test_constant_stays() -> None:
    """The notebook's rate is the same at every step."""
    config = from_recipe("notebook", data=Path("data"), out=Path("runs"))
    assert {learning_rate(config, step, 10) for step in range(100)} == {1e-3}


def test_the_rate_reaches_every_parameter() -> None:
    """Setting the rate sets it for decayed and other parameters alike."""
    optimizer = build_optimizer(network.build("resnet18"), _CONFIG)
    set_learning_rate(optimizer, 0.5)
    assert [group["lr"] for group in optimizer.param_groups] == [0.5, 0.5]
