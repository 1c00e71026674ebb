"""What the tests of training share: demo data, small configs, and one finished training."""

import io
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from torch import nn

from engine.config import TrainingConfig
from engine.data import demo
from engine.evaluation import report
from engine.events import Event
from engine.model import network
from engine.recipes import from_recipe
from engine.results import TrainingResult
from engine.runs import RunFolder
from engine.training.trainer import train

MakeConfig = Callable[..., TrainingConfig]


def build_small(backbone: str, dropout: float = 0.0) -> nn.Module:
    """A network whose steps and files cost next to nothing, with the parts that tests take hold of by name."""
    layers = {
        "conv1": nn.Conv2d(3, 8, 3, stride=2),
        "bn1": nn.BatchNorm2d(8),
        "relu": nn.ReLU(),
        "layer3": nn.Conv2d(8, 16, 3, stride=2),
        "bn2": nn.BatchNorm2d(16),
        "relu2": nn.ReLU(),
        "pool": nn.AdaptiveAvgPool2d(1),
        "flatten": nn.Flatten(),
        "dropout": nn.Dropout(dropout),
        "fc": nn.Linear(16, 7),
    }
    return nn.Sequential(OrderedDict(layers))


@pytest.fixture
def small_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every network is a small one, for promises that have nothing to do with what learns; in this process only."""
    monkeypatch.setattr(network, "build", build_small)


@pytest.fixture(scope="session")
def demo_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo data set; tests must not change it."""
    return demo.create(tmp_path_factory.mktemp("data") / "demo")


def small_config(data: Path, out: Path, **settings: object) -> TrainingConfig:
    """A training that takes a few seconds."""
    small: dict[str, object] = {
        "backbone": "resnet18",
        "image_size": 32,
        "epochs": 2,
        "batch_size": 16,
        "limit": 90,
        "seed": 1,
        "threads": 1,
        "device": "cpu",
    }
    return from_recipe(str(settings.pop("recipe", "recommended")), data=data, out=out, **small | settings)  # type: ignore[arg-type]


@pytest.fixture
def make_config(demo_data: Path, tmp_path: Path) -> MakeConfig:
    """Makes configs of trainings that take a few seconds, with the settings that are given."""
    return lambda data=demo_data, **settings: small_config(data, tmp_path / "runs", **settings)


@pytest.fixture
def blank_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Evaluations write all their files, but draw nothing, which takes most of their time."""
    blank = io.BytesIO()
    Image.new("L", (1, 1)).save(blank, format="PNG")
    monkeypatch.setattr(report, "_as_png", lambda figure: blank.getvalue())


@dataclass(frozen=True)
class FinishedTraining:
    """A training that ran to its end."""

    config: TrainingConfig
    result: TrainingResult
    events: tuple[Event, ...]
    home: Path

    @property
    def folder(self) -> RunFolder:
        """Its files, which tests must not change."""
        return RunFolder(self.result.run)


@pytest.fixture(scope="session")
def finished(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> FinishedTraining:
    """One training for all tests that only look at what it left."""
    return finish_training(demo_data, tmp_path_factory)


def finish_training(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> FinishedTraining:
    """A training in a home of its own."""
    home = tmp_path_factory.mktemp("training-home")
    events: list[Event] = []
    config = small_config(demo_data, tmp_path_factory.mktemp("training") / "runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LESION_LAB_HOME", str(home))
        result = train(config, on_event=events.append)
    return FinishedTraining(config, result, tuple(events), home)
