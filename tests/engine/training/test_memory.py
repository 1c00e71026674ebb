"""Trainings in too little memory."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
import torch
from torch import nn

from engine import places
from engine.config import Preprocessing, TrainingConfig
from engine.errors import TrainingError
from engine.events import Event, OnEvent, RunStarted, TrainingAdjusted, ignore_events
from engine.model import network
from engine.model.probabilities import EQUAL_PRIOR
from engine.prediction.portion import Portion
from engine.runs import RunFolder, read_history
from engine.training import loop, memory
from engine.training.average import Average
from engine.training.learner import Learner
from engine.training.memory import learning_portion, probe, recall, remember
from engine.training.trainer import train
from tests.engine.training.conftest import MakeConfig

_CPU = torch.device("cpu")
_CONFIG = TrainingConfig(data=Path("d"), out=Path("o"), preprocessing=Preprocessing(image_size=32))
_CUDA_WORDS = "CUDA out of memory. Tried to allocate 20.00 MiB."


def test_what_fits_is_remembered(home: Path) -> None:
    """Per task; a broken note counts as none."""
    assert recall("card, resnet50") is None
    remember("card, resnet50", 16)
    remember("card, resnet18", 64)
    assert (recall("card, resnet50"), recall("card, resnet18"), recall("other")) == (16, 64, None)
    (places.cache_dir() / "portions.json").write_text("[")
    assert recall("card, resnet50") is None


def test_what_fits_is_tried_once_and_changes_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where 5 of 16 images fit, it is 4 at a time; nothing is learned by that; the next time it is only remembered."""
    learner = _make_learner()

    def check(layer: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        if len(inputs[0]) > 5:
            raise torch.OutOfMemoryError(_CUDA_WORDS)

    learner.module.register_forward_pre_hook(check)
    before = learner.tensors()
    assert probe(learner, _CONFIG, 16, "card, resnet18") == 4
    after = learner.tensors()
    assert before.keys() == after.keys()
    assert all(torch.equal(tensor, after[name]) for name, tensor in before.items())
    monkeypatch.setattr(learner, "step", None)
    assert probe(learner, _CONFIG, 16, "card, resnet18") == 4
    assert probe(learner, _CONFIG, 3, "card, resnet18") == 3


def test_it_is_tried_again_where_other_memory_is_free(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More free memory, another optimizer, a share of the batch: another task. What another program takes later, and
    gives back, makes no later training smaller."""
    free, tasks = [5 * 2**30], list[str]()

    def probe_nothing(learner: Learner, config: TrainingConfig, most: int, task: str) -> int:
        tasks.append(task)
        return most

    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: None)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "card")
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (free[0], 8 * 2**30))
    monkeypatch.setattr(memory, "probe", probe_nothing)
    learner = cast(Learner, SimpleNamespace(device=torch.device("cuda")))
    portion = learning_portion(learner, _CONFIG, 32, ignore_events)
    learning_portion(learner, replace(_CONFIG, optimizer="adam"), 32, ignore_events)
    learning_portion(learner, replace(_CONFIG, averaging=0.2), 32, ignore_events)
    learning_portion(learner, _CONFIG, 16, ignore_events)
    free[0] += 2**30
    learning_portion(learner, _CONFIG, 32, ignore_events)
    assert len(set(tasks)) == len(tasks) == 5

    def work(size: int) -> None:
        if size > 8:
            raise torch.OutOfMemoryError(_CUDA_WORDS)

    portion.run(work)
    assert portion.size == 8
    assert [recall(task) for task in tasks] == [None] * 5


@pytest.mark.usefixtures("small_network")
def test_a_smaller_portion_is_told_once_the_run_has_begun(
    make_config: MakeConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one that is only remembered: what shows the run has begun to listen by then."""

    def small(learner: Learner, config: TrainingConfig, most: int, on_event: OnEvent) -> Portion:
        portion = Portion(most, 2, "16 per step as before", on_event)
        portion.size = 8
        return portion

    monkeypatch.setattr(loop, "learning_portion", small)
    events: list[Event] = []
    train(make_config(epochs=1, limit=40), on_event=events.append)
    kinds = [type(event) for event in events]
    assert kinds.count(TrainingAdjusted) == 1
    assert kinds.index(TrainingAdjusted) == kinds.index(RunStarted) + 1


def _train_in(fits: int, make_config: MakeConfig, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], RunFolder]:
    """A training on a device that holds so many images at a time, with batch normalisation held still."""
    true_build = network.build

    def build(backbone: str) -> nn.Module:
        module = true_build(backbone)

        def check(layer: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
            if len(inputs[0]) > fits:
                raise torch.OutOfMemoryError(_CUDA_WORDS)

        module.get_submodule("layer3").register_forward_pre_hook(check)
        for layer in module.modules():
            if isinstance(layer, nn.BatchNorm2d):
                monkeypatch.setattr(layer, "train", lambda mode=True, layer=layer: layer)
                layer.training = False
        return module

    told: list[str] = []

    def listen(event: Event) -> None:
        if isinstance(event, TrainingAdjusted):
            told.append(event.text)

    with monkeypatch.context() as patch:
        patch.setattr("engine.training.trainer.network.build", build)
        patch.setattr("engine.training.learner.build_optimizer", _sgd)  # Adam makes much of the last digit
        result = train(make_config(limit=60, learning_rate=1e-3), on_event=listen)
    return told, RunFolder(result.run)


def _sgd(module: nn.Module, config: TrainingConfig) -> torch.optim.Optimizer:
    return torch.optim.SGD(module.parameters(), lr=config.learning_rate)


@pytest.mark.usefixtures("small_network")
def test_a_training_in_too_little_memory_learns_the_same(
    make_config: MakeConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where 5 images fit, it goes on with 4 at a time and 16 per step, scores 4 at a time too, and, with frozen batch
    normalisation, its curve is that of enough memory."""
    told, short = _train_in(5, make_config, monkeypatch)
    assert told == [
        "Memory is short: 8 images at a time from now on, 16 per step as before.",
        "Memory is short: 4 images at a time from now on, 16 per step as before.",
        "Memory is short: 32 images at a time from now on, where images are scored.",
        "Memory is short: 16 images at a time from now on, where images are scored.",
        "Memory is short: 8 images at a time from now on, where images are scored.",
        "Memory is short: 4 images at a time from now on, where images are scored.",
    ]
    told, enough = _train_in(1000, make_config, monkeypatch)
    assert told == []
    for one, other in zip(read_history(short.history), read_history(enough.history), strict=True):
        assert one.train_loss == pytest.approx(other.train_loss, abs=1e-6)
        assert one.val_loss == pytest.approx(other.val_loss, abs=1e-6)


def test_portions_of_a_step_add_up() -> None:
    """Loss, gradients and named classes of a step in portions are those of the step as a whole."""
    torch.manual_seed(0)
    images, labels = torch.randn(7, 3, 8, 8), torch.arange(7)
    whole, parts = (_make_learner() for _ in range(2))
    loss, named = whole.step(images, labels, 1e-3)
    loss_of_parts, named_of_parts = parts.step(images, labels, 1e-3, 3)
    assert float(loss_of_parts) == pytest.approx(float(loss), abs=1e-6)
    assert torch.equal(named, named_of_parts)
    for one, other in zip(whole.module.parameters(), parts.module.parameters(), strict=True):
        assert one.grad is not None
        assert other.grad is not None
        assert torch.allclose(one.grad, other.grad, atol=1e-6)


def test_a_step_that_moved_the_weights_is_not_made_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short of memory while the weights change, or after the other processes were told: a sentence, no second try."""
    learner, calls, told = _make_learner(), [], list[Event]()

    def fail(*_: object) -> None:
        calls.append(1)
        raise torch.OutOfMemoryError(_CUDA_WORDS)

    monkeypatch.setattr(learner, "_average", Average(learner.module, 1.0))
    monkeypatch.setattr(Average, "update", fail)
    images, labels = torch.randn(6, 3, 8, 8), torch.arange(6)
    with pytest.raises(TrainingError, match="not enough memory to improve the network"):
        Portion(6, 2, "as before", told.append).run(lambda size: learner.step(images, labels, 1e-3, size))
    assert (calls, told) == ([1], [])


def _make_learner() -> Learner:
    torch.manual_seed(1)
    module = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 7))
    return Learner(module, _CONFIG, EQUAL_PRIOR, _CPU)
