"""Pausing a training and going on with it: the end is the same as if nothing had happened."""

import csv
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional

from engine.errors import Cancelled, DataError, DiskError, Paused, TrainingError
from engine.events import (
    BatchesDone,
    Control,
    EpochDone,
    Event,
    ProgressDone,
    RunStarted,
    StatusChanged,
    TrainingAdjusted,
)
from engine.model import network
from engine.results import TrainingResult
from engine.run_lock import held, is_in_use
from engine.runs import RunFolder, list_resumable, list_runs, read_history
from engine.training import checkpoint, inputs, learner, loop, meter, trainer
from engine.training.checkpoint import read_newest
from engine.training.trainer import resume, train
from engine.training.validation import Score
from tests.engine.training.conftest import FinishedTraining, MakeConfig, build_small, finish_training, small_config

_FILES = {"config.json", "split.csv", "history.csv", "model.safetensors"}


def _without_seconds(folder: RunFolder) -> list[dict[str, str]]:
    with folder.history.open(newline="") as file:
        return [{name: value for name, value in row.items() if name != "seconds"} for row in csv.DictReader(file)]


def _pause_when(is_time: Callable[[Event], bool], run: Callable[..., TrainingResult], asked: object) -> Paused:
    """Carry out `run(asked)` and pause it at the first event for which it is time."""
    control = Control()

    def tell(event: Event) -> None:
        if is_time(event):
            control.pause()

    with pytest.raises(Paused) as caught:
        run(asked, control=control, on_event=tell)
    assert not control.hears_pause
    return caught.value


@pytest.fixture(scope="module", autouse=True)
def small_networks() -> Iterator[None]:
    """In all of this file: a resumed training does the same to every network."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(network, "build", build_small)
        yield


@pytest.fixture(scope="module")
def finished(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> FinishedTraining:
    """The uninterrupted training that the others are held against."""
    return finish_training(demo_data, tmp_path_factory)


@pytest.fixture(autouse=True)
def every_batch_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a test can pause after any of them."""
    monkeypatch.setattr(meter, "_REPORT_SECONDS", 0.0)


def _at_batch(epoch: int, step: int) -> Callable[[Event], bool]:
    return lambda event: isinstance(event, BatchesDone) and (event.epoch, event.step) == (epoch, step)


def _scoring(epoch: int) -> Callable[[Event], bool]:
    told: list[str] = []

    def is_time(event: Event) -> bool:
        if isinstance(event, StatusChanged):
            told.append(event.text)
        return isinstance(event, ProgressDone) and told[-1].endswith(f"after epoch {epoch}")

    return is_time


def test_a_training_that_is_paused_everywhere_ends_as_if_it_had_not_been(
    finished: FinishedTraining, make_config: MakeConfig
) -> None:
    """Before the first batch, within an epoch, while it is scored, between epochs and in the last one: weights, history
    and figures are those of the uninterrupted run, bit for bit, and nothing is left over."""
    config = make_config()
    paused = _pause_when(lambda event: isinstance(event, RunStarted), train, config)
    assert (paused.epochs_run, paused.epochs) == (0, 2)
    assert list_runs(config.out) == ()
    (listed,) = list_resumable(config.out)
    assert (listed.path, listed.state, listed.epochs_run, listed.model) == (paused.run, "interrupted", 0, None)
    paused = _pause_when(_at_batch(1, 2), resume, paused.run)
    paused = _pause_when(_scoring(1), resume, paused.run)
    paused = _pause_when(lambda event: isinstance(event, EpochDone), resume, paused.run)
    assert (paused.epochs_run, paused.epochs) == (1, 2)
    (listed,) = list_resumable(config.out)
    assert listed.epochs_run == 1
    paused = _pause_when(_at_batch(2, 3), resume, paused.run)
    events: list[Event] = []
    result = resume(paused.run, on_event=events.append)
    assert result.weights_sha256 == finished.result.weights_sha256
    assert (result.stopped, result.validation) == ("finished", finished.result.validation)
    folder = RunFolder(paused.run)
    assert _without_seconds(folder) == _without_seconds(finished.folder)
    assert {path.name for path in folder.path.iterdir()} == _FILES
    assert list_resumable(config.out) == ()
    (start,) = [event for event in events if isinstance(event, RunStarted)]
    assert [record.epoch for record in start.history] == [1]
    assert start.best_epoch == 1
    assert [event.step for event in events if isinstance(event, BatchesDone)] == [4]


@pytest.fixture(scope="module")
def paused_once(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that was paused after its first epoch; tests take a copy."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LESION_LAB_HOME", str(tmp_path_factory.mktemp("paused-home")))
        config = small_config(demo_data, tmp_path_factory.mktemp("paused") / "runs")
        return _pause_when(lambda event: isinstance(event, EpochDone), train, config).run


@pytest.fixture
def paused(paused_once: Path, tmp_path: Path) -> Path:
    """The same for one test alone."""

    def copy(source: str, target: str) -> None:
        if source.endswith(".safetensors"):
            os.link(source, target)  # they are large, and never changed but replaced
        else:
            shutil.copy(source, target)

    return Path(shutil.copytree(paused_once, tmp_path / paused_once.name, copy_function=copy))


def test_a_resumed_training_can_be_finished_early(paused: Path) -> None:
    """With the best model so far, at once."""
    control = Control()
    control.finish_early()
    result = resume(paused, control=control)
    assert (result.stopped, result.epochs_run) == ("early", 1)


def test_cancelling_leaves_a_resumed_run_as_it_was_saved(paused: Path, finished: FinishedTraining) -> None:
    """What was paused yesterday is not lost by a second thought."""
    for kind in (StatusChanged, BatchesDone):
        control = Control()

        def cancel(event: Event, kind: type[Event] = kind, control: Control = control) -> None:
            if isinstance(event, kind):
                control.cancel()

        with pytest.raises(Cancelled):
            resume(paused, control=control, on_event=cancel)
    assert resume(paused).weights_sha256 == finished.result.weights_sha256


def test_a_resumed_training_may_round_another_way(
    paused: Path, make_config: MakeConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Begun on another device, its best model scores a little otherwise; without a break not a bit may differ."""
    true_score = inputs.ImageInputs.score

    def score(*arguments: Any, from_pixels: bool) -> Score:
        found = true_score(*arguments, from_pixels=from_pixels)
        return replace(found, loss=found.loss + 0.01 * from_pixels)

    monkeypatch.setattr(inputs.ImageInputs, "score", score)
    assert resume(paused).stopped == "finished"
    with pytest.raises(TrainingError, match="The saved model"):
        train(make_config(epochs=1, limit=40))


def test_a_run_that_is_trained_is_not_to_be_resumed(make_config: MakeConfig) -> None:
    """It is not listed while it runs, and a second process is refused."""
    config, refused = make_config(epochs=1, limit=40), []

    def look(event: Event) -> None:
        if isinstance(event, BatchesDone) and not refused:
            refused.append(is_in_use(run := next(config.out.iterdir())))
            with pytest.raises(TrainingError, match="another window"), held(run):
                pass

    train(config, on_event=look)
    assert refused == [True]


def test_a_finished_run_is_not_resumed(finished: FinishedTraining) -> None:
    """There is nothing to go on with."""
    with pytest.raises(TrainingError, match="is finished"):
        resume(finished.result.run)


def test_a_run_that_is_finished_while_one_waits_for_it_is_not_resumed(
    paused: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other window held it until its end: what it finished is looked for once the folder is held."""

    @contextmanager
    def held_later(run: Path) -> Iterator[None]:
        RunFolder(run).final_model.write_bytes(b"of the other window")
        with held(run):
            yield

    monkeypatch.setattr(trainer, "held", held_later)
    with pytest.raises(TrainingError, match="is finished"):
        resume(paused)
    assert RunFolder(paused).final_model.read_bytes() == b"of the other window"


def test_checkpoints_are_tidied_away_while_the_run_is_held(
    paused: Path, make_config: MakeConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that nobody begins to read them meanwhile."""
    true_tidy, in_use = trainer._tidy, []

    def tidy(folder: RunFolder) -> None:
        in_use.append(is_in_use(folder.path))
        true_tidy(folder)

    monkeypatch.setattr(trainer, "_tidy", tidy)
    resume(paused)
    train(make_config(epochs=1, limit=40))
    assert in_use == [True, True]


def test_settings_may_not_change_in_between(paused: Path) -> None:
    """The setting that was edited is named; the folder of the data may have another name."""
    path = RunFolder(paused).config
    config = json.loads(path.read_text())
    path.write_text(json.dumps({**config, "training": {**config["training"], "epochs": 7}}))
    with pytest.raises(TrainingError, match="epochs was 2"):
        resume(paused)


def test_the_data_may_move_but_not_change(paused: Path, demo_data: Path, tmp_path: Path) -> None:
    """Another image is noticed by its bytes; in another folder the same data will do."""
    moved = shutil.copytree(demo_data, tmp_path / "moved")
    path = RunFolder(paused).config
    config = json.loads(path.read_text())
    path.write_text(json.dumps({**config, "training": {**config["training"], "data": str(moved)}}))
    image = next(moved.rglob("*.jpg"))
    content = image.read_bytes()
    image.write_bytes(content + b"\0")
    with pytest.raises(TrainingError, match="data set is not the one"):
        resume(paused)
    image.write_bytes(content)
    assert resume(paused).epochs_run == 2


def test_a_missing_data_set_is_a_sentence(paused: Path, tmp_path: Path) -> None:
    """And the run stays."""
    path = RunFolder(paused).config
    config = json.loads(path.read_text())
    path.write_text(json.dumps({**config, "training": {**config["training"], "data": str(tmp_path / "gone")}}))
    with pytest.raises(DataError):
        resume(paused)
    assert RunFolder(paused).is_resumable


def test_the_split_may_not_change(paused: Path) -> None:
    """Its hash is held against the one that the training began with."""
    split = RunFolder(paused).split
    split.write_text(split.read_text().replace(",train,", ",val,", 1))
    with pytest.raises(TrainingError, match=r"split\.csv"):
        resume(paused)


def test_with_one_damaged_checkpoint_the_other_is_taken(
    make_config: MakeConfig, finished: FinishedTraining, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where the best model has changed since, the end is the same."""
    monkeypatch.setattr(loop.TrainingLoop, "_save_if_due", lambda self, at_epoch_end=False: self._save())
    paused = _pause_when(_at_batch(2, 1), train, make_config())
    folder = RunFolder(paused.run)
    newest = max(folder.slots, key=lambda slot: json.loads((slot / "manifest.json").read_text())["number"])
    (newest / "tensors.safetensors").write_bytes(b"")
    result = resume(paused.run)
    assert result.weights_sha256 == finished.result.weights_sha256


def test_a_slow_disk_does_not_hold_up_the_training(
    make_config: MakeConfig, finished: FinishedTraining, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a checkpoint is being written no other one is due, however long that takes."""
    monkeypatch.setattr(loop.Interval, "is_due", lambda self, cost, *, at_epoch_end=False: True)
    true_write, has_gone_on, n_written = checkpoint.write_bytes, threading.Event(), []

    def write(path: Path, content: bytes) -> None:
        assert has_gone_on.wait(20)
        n_written.append(path.name == "manifest.json")
        true_write(path, content)

    def tell(event: Event) -> None:
        if isinstance(event, EpochDone):
            has_gone_on.set()

    monkeypatch.setattr(checkpoint, "write_bytes", write)
    assert train(make_config(), on_event=tell).weights_sha256 == finished.result.weights_sha256
    assert sum(n_written) > 1


def _break_once(monkeypatch: pytest.MonkeyPatch, at_call: int) -> None:
    """The loss of one step is not a number."""
    true_loss, calls = functional.cross_entropy, []

    def loss(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        calls.append(1)
        return true_loss(logits, labels) * (torch.nan if len(calls) == at_call else 1)

    monkeypatch.setattr(learner.functional, "cross_entropy", loss)


def test_a_loss_that_runs_away_once_is_survived(
    make_config: MakeConfig, finished: FinishedTraining, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The epoch begins again with half the rate, which the history tells; a pause afterwards changes nothing."""
    told: list[str] = []
    _break_once(monkeypatch, at_call=6)
    whole = train(
        make_config(), on_event=lambda event: told.append(event.text) if isinstance(event, TrainingAdjusted) else None
    )
    assert told == [
        "The loss became nan in epoch 2, step 2. It goes on from the start of the epoch with half the learning rate "
        "(1 of 3 times)."
    ]
    rates = [[record.learning_rate for record in read_history(one)] for one in (finished.folder.history, _of(whole))]
    assert rates[1] == [rates[0][0], rates[0][1] / 2]
    _break_once(monkeypatch, at_call=6)
    paused = _pause_when(_at_batch(2, 3), train, make_config())
    assert resume(paused.run).weights_sha256 == whole.weights_sha256


def _of(result: TrainingResult) -> Path:
    return RunFolder(result.run).history


def _spoil_after(monkeypatch: pytest.MonkeyPatch, n_steps: int, spoil: Callable[[nn.Module], object]) -> None:
    """So many steps go well."""
    true_step, calls = learner.Learner.step, []

    def step(self: learner.Learner, *arguments: object) -> object:
        outcome = true_step(self, *arguments)  # type: ignore[arg-type]
        calls.append(1)
        if len(calls) == n_steps:
            with torch.no_grad():
                spoil(self.module)
        return outcome

    monkeypatch.setattr(learner.Learner, "step", step)


def test_weights_that_ran_away_are_never_saved(make_config: MakeConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    """The loss is that before the step: what the step broke is noticed when a checkpoint is to be written."""
    monkeypatch.setattr(loop.TrainingLoop, "_save_if_due", lambda self, at_epoch_end=False: self._save())
    _spoil_after(monkeypatch, 2, lambda module: module.get_parameter("fc.bias").fill_(torch.nan))
    told: list[str] = []
    train(
        make_config(epochs=1, limit=60),
        on_event=lambda event: told.append(event.text) if isinstance(event, TrainingAdjusted) else None,
    )
    assert [text.partition(".")[0] for text in told] == [
        "The weights of the network were no finite numbers any more after epoch 1, step 2"
    ]


def test_statistics_that_ran_away_send_the_epoch_back(make_config: MakeConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the loss does not show it, the end of the epoch does, before the epoch counts: it is never the best."""
    _spoil_after(monkeypatch, 4, lambda module: module.get_buffer("bn1.running_var").fill_(torch.inf))
    told: list[str] = []
    result = train(
        make_config(epochs=2, limit=60, averaging=0.0),
        on_event=lambda event: told.append(event.text) if isinstance(event, TrainingAdjusted) else None,
    )
    (sentence,) = told
    assert sentence.startswith("The weights of the network were no finite numbers any more after epoch ")
    assert sentence.endswith("It goes on from the start of the epoch with half the learning rate (1 of 3 times).")
    assert result.epochs_run == 2


def test_a_disk_that_fills_up_pauses_the_training(
    make_config: MakeConfig, finished: FinishedTraining, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The third checkpoint finds no room: the error says how much is needed, and the second one is gone on from."""
    monkeypatch.setattr(loop.TrainingLoop, "_save_if_due", lambda self, at_epoch_end=False: self._save())
    config, manifests = make_config(), []
    true_write = checkpoint.write_bytes

    def write(path: Path, content: bytes) -> None:
        manifests.extend([path] if path.name == "manifest.json" else [])
        if len(manifests) == 3:
            raise DiskError("The disk is full: manifest.json could not be written.", "Free some space.")
        true_write(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(checkpoint, "write_bytes", write)
        with pytest.raises(DiskError, match=r"full.*paused") as caught:
            train(config)
    assert "MB are free" in caught.value.hint
    (waiting,) = list_resumable(config.out)
    assert read_newest(RunFolder(waiting.path)).number == 2
    assert resume(waiting.path).weights_sha256 == finished.result.weights_sha256
