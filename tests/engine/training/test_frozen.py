"""A network that stays as it is: its features are taken once and kept, and only its last layer learns from them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torchvision.models import get_model

from engine.config import BACKBONES, NO_AUGMENTATION, TrainingConfig
from engine.data.split import read_split
from engine.errors import Cancelled, ConfigError, Paused
from engine.evaluation.evaluate import evaluate
from engine.events import BatchesDone, Control, EpochDone, Event, RunStarted, StatusChanged
from engine.labels import CODES
from engine.model import network
from engine.model.file import load_model
from engine.model.probabilities import EQUAL_PRIOR
from engine.prediction.features import find_head
from engine.recipes import from_recipe
from engine.runs import RunFolder, read_history
from engine.training import frozen
from engine.training.estimate import estimate_time
from engine.training.learner import Learner
from engine.training.trainer import resume, train
from tests.engine.training.conftest import FinishedTraining, build_small, small_config

_CPU = torch.device("cpu")


@pytest.fixture(scope="module", autouse=True)
def small_networks() -> Iterator[None]:
    """In all of this file: what is frozen need not be large."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(network, "build", build_small)
        yield


@pytest.fixture(scope="module")
def weights_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stands in for ImageNet weights, which are not to be had here: random ones, with a head for their classes."""
    torch.manual_seed(7)
    path = tmp_path_factory.mktemp("weights") / "imagenet.pth"
    head = {"fc.weight": torch.randn(1000, 16), "fc.bias": torch.randn(1000)}
    torch.save({**build_small("resnet18").state_dict(), **head}, path)
    return path


def _quick(data: Path, out: Path, weights: Path, **settings: object) -> TrainingConfig:
    small: dict[str, object] = {"recipe": "quick", "weights": str(weights), "epochs": 6, "learning_rate": 0.05}
    return small_config(data, out, **small | settings)


@pytest.fixture(scope="module")
def quick(demo_data: Path, weights_file: Path, tmp_path_factory: pytest.TempPathFactory) -> FinishedTraining:
    """One training for all tests that only look at what it left."""
    home = tmp_path_factory.mktemp("quick-home")
    config = _quick(demo_data, tmp_path_factory.mktemp("quick") / "runs", weights_file)
    events: list[Event] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LESION_LAB_HOME", str(home))
        result = train(config, on_event=events.append)
    return FinishedTraining(config, result, tuple(events), home)


@pytest.fixture
def config(demo_data: Path, tmp_path: Path, weights_file: Path) -> TrainingConfig:
    return _quick(demo_data, tmp_path / "runs", weights_file)


def test_only_the_last_layer_has_learned(quick: FinishedTraining, weights_file: Path) -> None:
    """Every other weight is that of the file, statistics included, and the loss of the epochs falls."""
    given = torch.load(weights_file, weights_only=True)
    learned = load_model(quick.result.model, _CPU).module.state_dict()
    assert all(torch.equal(tensor, given[name]) for name, tensor in learned.items() if not name.startswith("fc."))
    losses = [record.train_loss for record in read_history(quick.folder.history)]
    assert losses[-1] < losses[0]


@pytest.mark.usefixtures("blank_figures")
def test_it_leaves_what_every_training_leaves(quick: FinishedTraining) -> None:
    """History, finished model with temperature and operating point, live losses, and figures that hold elsewhere."""
    card = load_model(quick.result.model, _CPU).card
    assert card.is_finished
    assert card.classes == CODES
    assert card.operating_points
    assert "imagenet.pth" in card.weights
    assert [event.record.epoch for event in quick.events if isinstance(event, EpochDone)] == list(range(1, 7))
    (start,) = [event for event in quick.events if isinstance(event, RunStarted)]
    n_losses = sum(len(event.losses) for event in quick.events if isinstance(event, BatchesDone))
    assert n_losses == 6 * start.steps_per_epoch
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LESION_LAB_HOME", str(quick.home))
        found = evaluate(quick.result.run, "val")
    assert found.by_image.balanced_accuracy.value == pytest.approx(quick.result.validation["balanced_accuracy"])


def test_features_are_taken_once_for_all_trainings(
    quick: FinishedTraining, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trained with other settings, it takes none again; the same config gives the same weights."""
    monkeypatch.setenv("LESION_LAB_HOME", str(quick.home))
    monkeypatch.setattr(frozen, "compute_logits_and_features", None)
    again = train(replace(quick.config, out=tmp_path))
    assert again.weights_sha256 == quick.result.weights_sha256
    other = train(replace(quick.config, out=tmp_path, epochs=3, batch_size=8))
    assert other.weights_sha256 != again.weights_sha256


def test_cancel_keeps_the_features_that_are_taken(
    config: TrainingConfig, quick: FinishedTraining, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next time goes on from there, a damaged file is made anew, and the end is the same."""
    monkeypatch.setattr(frozen, "_IN_A_FILE", 32)
    control, true_look, looks = Control(), frozen.compute_logits_and_features, []

    def look(*arguments: Any, **named: Any) -> Any:
        looks.append(arguments)
        if len(looks) == 3:
            control.cancel()
        return true_look(*arguments, **named)

    with monkeypatch.context() as patch:
        patch.setattr(frozen, "compute_logits_and_features", look)
        with pytest.raises(Cancelled):
            train(config, control=control)
    assert not config.out.exists()
    told: list[str] = []
    result = train(config, on_event=lambda event: told.append(event.text) if isinstance(event, StatusChanged) else None)
    (text,) = [text for text in told if text.startswith("Taking the features")]
    n = len(read_split(RunFolder(result.run).split))
    assert f" {n - 64} images" in text
    assert result.weights_sha256 == quick.result.weights_sha256


def test_a_pause_changes_nothing_even_without_the_file_of_weights(
    config: TrainingConfig, quick: FinishedTraining, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The checkpoint holds the whole network: weights file and kept features may be gone by then."""
    own = tmp_path / "imagenet.pth"
    own.write_bytes(Path(config.weights).read_bytes())
    control = Control()

    def pause(event: Event) -> None:
        if isinstance(event, EpochDone) and event.record.epoch == 2:
            control.pause()

    with pytest.raises(Paused) as caught:
        train(replace(config, weights=str(own)), control=control, on_event=pause)
    own.unlink()
    monkeypatch.setenv("LESION_LAB_HOME", str(tmp_path / "other-home"))
    result = resume(caught.value.run)
    assert result.weights_sha256 == quick.result.weights_sha256
    histories = [read_history(RunFolder(run).history) for run in (result.run, quick.result.run)]
    assert [replace(one, seconds=0.0) for one in histories[0]] == [replace(one, seconds=0.0) for one in histories[1]]


def test_without_imagenet_weights_it_is_refused(config: TrainingConfig) -> None:
    """Random numbers see nothing: the hint says what to do, and no folder is made."""
    with pytest.raises(ConfigError, match="no ImageNet weights for resnet18") as caught:
        train(replace(config, weights="auto"))
    assert "download" in caught.value.hint
    with pytest.raises(ConfigError, match="needs ImageNet weights"):
        replace(config, weights="none")
    with pytest.raises(ConfigError, match="cannot be varied"):
        replace(config, augmentation=replace(NO_AUGMENTATION, flips=True))
    assert not config.out.exists()


def test_the_estimate_counts_each_image_once(config: TrainingConfig) -> None:
    """Its epochs are next to nothing beside one look at every image."""
    estimate = estimate_time(replace(config, epochs=1, limit=None))
    more = estimate_time(replace(config, epochs=20, limit=None))
    assert more.seconds_in_all < 20 * estimate.seconds_in_all
    assert 0 < estimate.seconds_per_epoch < 0.5 * estimate.seconds_in_all


@pytest.mark.parametrize("backbone", BACKBONES)
def test_the_head_of_every_backbone_learns_alone(backbone: str) -> None:
    """A step on features changes the last layer, and the average of it is scored in a network that shares the rest."""
    module = get_model(backbone, weights=None, num_classes=7)
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    config = from_recipe("quick", data=Path("d"), out=Path("o"), backbone=backbone)
    learner = Learner(module, config, EQUAL_PRIOR, _CPU)
    features = torch.rand(4, find_head(module).in_features)
    for _ in range(2):
        learner.step(features, torch.arange(4), 0.1)
    changed = {name for name, tensor in module.state_dict().items() if not torch.equal(tensor, before[name])}
    head = network.HEADS[backbone]
    assert changed == {f"{head}.weight", f"{head}.bias"}
    scored = learner.scored.state_dict()
    assert scored.keys() == before.keys()
    assert not torch.equal(scored[f"{head}.weight"], module.state_dict()[f"{head}.weight"])
    body = next(name for name in before if not name.startswith(head))
    assert scored[body].data_ptr() == module.state_dict()[body].data_ptr()
    again = Learner(get_model(backbone, weights=None, num_classes=7), config, EQUAL_PRIOR, _CPU)
    again.load(learner.tensors())
    assert all(torch.equal(tensor, scored[name]) for name, tensor in again.scored.state_dict().items())


def test_what_is_not_whole_is_not_taken_for_features(tmp_path: Path) -> None:
    """Cut, of another shape, or not numbers: made again."""
    file = frozen._File(tmp_path, 0, 4, 3)
    assert file.read() is None
    features = np.arange(12, dtype=np.float32).reshape(4, 3)
    file.write(features)
    assert np.array_equal(file.read(), features)
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-4])
    assert file.read() is None
    file.write(np.full((4, 3), np.nan, dtype=np.float32))
    assert file.read() is None
    frozen._File(tmp_path, 0, 4, 2).write(features[:, :2])
    assert file.read() is None
