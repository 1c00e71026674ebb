"""A whole training: what it leaves, how it ends early, and what it survives."""

import csv
import errno
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import torch
from torch.nn import functional
from torchvision.models import get_model

from engine import __version__, atomic
from engine.config import TrainingConfig, read_config
from engine.data.split import check_no_leak, read_split, split_sha256
from engine.errors import Cancelled, DataError, DiskError, ModelFileError, TrainingError
from engine.events import BatchesDone, Control, EpochDone, Event, RunStarted, StatusChanged, TrainingAdjusted
from engine.labels import CODES, LIMITS, NOTICE
from engine.model import network
from engine.model.file import load_model, weights_sha256
from engine.results import TrainingResult
from engine.runs import RunFolder, list_runs, read_history
from engine.training import best, learner, trainer
from engine.training.trainer import train
from tests.engine.training.conftest import FinishedTraining, MakeConfig, build_small

_ROOT = Path(__file__).parents[3]
_CPU = torch.device("cpu")


def _history_without_seconds(folder: RunFolder) -> list[dict[str, str]]:
    with folder.history.open(newline="") as file:
        return [{name: value for name, value in row.items() if name != "seconds"} for row in csv.DictReader(file)]


class TestWhatATrainingLeaves:
    """The run folder of a finished training."""

    def test_the_run_folder_is_complete_and_nothing_is_left_over(self, finished: FinishedTraining) -> None:
        """Config, split, history and model, and no checkpoint or temporary file."""
        names = {path.relative_to(finished.result.run).as_posix() for path in finished.result.run.rglob("*")}
        assert names == {"config.json", "split.csv", "history.csv", "model.safetensors"}
        (run,) = list_runs(finished.config.out)
        assert run.state == "finished"
        assert run.best_epoch == finished.result.best_epoch
        assert run.is_demo

    def test_the_config_says_all_that_is_needed_to_repeat_it(self, finished: FinishedTraining) -> None:
        """Paths are whole, "auto" weights are settled, and device, data and versions are noted."""
        written = json.loads(finished.folder.config.read_text())
        assert read_config(finished.folder.config) == replace(finished.config, weights="none")
        assert written["device"]["kind"] == "cpu"
        assert len(written["data_fingerprint"]) == 64
        assert written["is_demo"] is True
        assert written["versions"].keys() == {"lesion-lab", "python", "torch", "torchvision", "numpy", "pillow"}
        assert "no ImageNet weights" in written["weights"]

    @pytest.mark.usefixtures("small_network")
    def test_threads_are_settled_too(self, make_config: MakeConfig, monkeypatch: pytest.MonkeyPatch) -> None:
        """0 threads becomes the number that was used, since another would round differently."""
        monkeypatch.setattr(trainer, "CORES", 1)
        result = train(make_config(threads=0, epochs=1, limit=40))
        assert read_config(RunFolder(result.run).config).threads == 1

    def test_no_group_stands_in_two_parts(self, finished: FinishedTraining) -> None:
        """The split is written with its hash, without a leak."""
        split = read_split(finished.folder.split)
        check_no_leak(split)
        assert set(split["part"]) == {"train", "val", "test"}
        assert split_sha256(finished.folder.split) == finished.result.split_sha256

    def test_the_history_has_a_row_per_epoch_that_events_told(self, finished: FinishedTraining) -> None:
        """Rows, events and the result agree; the best epoch is the one with the highest balanced accuracy."""
        records = read_history(finished.folder.history)
        told = [event.record for event in finished.events if isinstance(event, EpochDone)]
        assert list(records) == told
        assert [record.epoch for record in records] == [1, 2]
        best = max(records, key=lambda record: (record.val_balanced_accuracy, -record.epoch))
        assert finished.result.best_epoch == best.epoch
        assert finished.result.validation["balanced_accuracy"] == best.val_balanced_accuracy
        assert records[-1].learning_rate < records[0].learning_rate

    def test_every_batch_is_told_once_in_order(self, finished: FinishedTraining) -> None:
        """After the start, each step's loss arrives once, in few events, and the time left ends at nothing."""
        (start,) = [event for event in finished.events if isinstance(event, RunStarted)]
        assert start.run == finished.result.run
        assert "thread" in start.device
        for epoch in (1, 2):
            batches = [event for event in finished.events if isinstance(event, BatchesDone) and event.epoch == epoch]
            assert sum(len(event.losses) for event in batches) == start.steps_per_epoch
            assert batches[-1].step == start.steps_per_epoch
            assert all(event.images_per_second > 0 for event in batches)
        last = [event for event in finished.events if isinstance(event, EpochDone)][-1]
        assert last.seconds_left == 0

    def test_the_card_is_whole(self, finished: FinishedTraining) -> None:
        """Whoever gets the model file alone can read what it is, and nobody's folder names."""
        card = load_model(finished.result.model, _CPU).card
        assert card.is_finished
        assert (card.best_epoch, card.epochs_run) == (finished.result.best_epoch, 2)
        assert card.classes == CODES
        assert card.split_sha256 == finished.result.split_sha256
        assert card.validation == finished.result.validation
        assert card.validation.keys() >= {"balanced_accuracy", "accuracy", "majority_baseline", "log_loss", "recall_df"}
        assert sum(card.training_prior) == pytest.approx(1)
        assert card.training_prior[5] < card.data_prior[5]  # square roots show nevi less often than they occur
        assert card.operating_points
        assert (card.is_demo, card.data_licence) == (True, "drawn by the program")
        assert (card.notice, card.limits) == (NOTICE, LIMITS)
        assert card.versions["lesion-lab"] == __version__
        assert card.name.startswith("resnet18, ")
        assert card.training is not None
        assert str(finished.config.data.parent) not in repr(card)
        assert str(finished.config.out.parent) not in repr(card)

    def test_the_model_knows_the_images_it_was_trained_on(self, finished: FinishedTraining) -> None:
        """Fingerprints hold each training and validation image and no test image."""
        fingerprints = load_model(finished.result.model, _CPU).fingerprints
        assert fingerprints is not None
        split = read_split(finished.folder.split)
        files = {path.stem: path for path in finished.config.data.rglob("*.jpg")}
        for _, row in split.groupby("part").head(5).iterrows():
            content = files[row["image_id"]].read_bytes()
            known = fingerprints.contains(image_id=row["image_id"], content=content, appearance=None)
            assert known == (row["part"] != "test")

    def test_the_best_weights_are_those_in_the_file(self, finished: FinishedTraining) -> None:
        """The hash in the result is that of the model file's tensors."""
        assert weights_sha256(load_model(finished.result.model, _CPU).module) == finished.result.weights_sha256


_SCRIPT = """
import json, sys
from pathlib import Path
from engine.config import read_config
from engine.training.trainer import train
result = train(read_config(Path(sys.argv[1]), out=sys.argv[2]))
print(json.dumps({"run": str(result.run), "weights_sha256": result.weights_sha256}), flush=True)
train(read_config(Path(sys.argv[1]), out=sys.argv[3], epochs=500))
"""


@dataclass(frozen=True)
class _FreshProcess:
    """What a process left that repeated a training, and was killed in another one."""

    run: RunFolder
    weights_sha256: str
    killed: Path
    """The folder that holds the run of the second."""


@pytest.fixture(scope="module")
def fresh_process(finished: FinishedTraining, tmp_path_factory: pytest.TempPathFactory) -> _FreshProcess:
    """Repeats the finished training from its own config.json, then begins a long one and is killed with -9."""
    out, killed = tmp_path_factory.mktemp("fresh"), tmp_path_factory.mktemp("killed")
    command = [sys.executable, "-W", "error", "-c", _SCRIPT, str(finished.folder.config), str(out), str(killed)]
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            result = json.loads(process.stdout.readline())
            deadline = time.monotonic() + 240
            while not list(killed.glob("*/checkpoints/best.safetensors")):
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.05)
            time.sleep(float(os.urandom(1)[0]) / 128)  # any moment will do
        finally:
            process.send_signal(signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
    return _FreshProcess(RunFolder(Path(result["run"])), result["weights_sha256"], killed)


def test_a_fresh_process_repeats_it_bit_for_bit(finished: FinishedTraining, fresh_process: _FreshProcess) -> None:
    """The run's own config.json, trained again elsewhere, gives the same history, split and weights."""
    assert _history_without_seconds(fresh_process.run) == _history_without_seconds(finished.folder)
    assert fresh_process.run.split.read_bytes() == finished.folder.split.read_bytes()
    assert fresh_process.weights_sha256 == finished.result.weights_sha256


def test_a_killed_training_leaves_its_best_model(fresh_process: _FreshProcess) -> None:
    """kill -9 at any moment after the first epoch: the best model loads, and the run is listed as interrupted."""
    (best,) = fresh_process.killed.glob("*/checkpoints/best.safetensors")
    card = load_model(best, _CPU).card
    assert not card.is_finished
    assert card.best_epoch >= 1
    (run,) = list_runs(fresh_process.killed)
    assert run.state == "interrupted"
    assert run.model == best


@pytest.mark.usefixtures("small_network")
class TestEnds:
    """How a training ends before its last epoch."""

    @pytest.mark.parametrize("moment", [StatusChanged, RunStarted, BatchesDone, EpochDone])
    def test_cancel_leaves_nothing(self, moment: type[Event], make_config: MakeConfig) -> None:
        """Cancelled in preparation, before the first batch, in an epoch or after one: the run folder is gone."""
        config, control = make_config(), Control()

        def cancel(event: Event) -> None:
            if isinstance(event, moment):
                control.cancel()

        with pytest.raises(Cancelled):
            train(config, control=control, on_event=cancel)
        assert not config.out.exists() or not list(config.out.iterdir())

    def test_finish_early_validates_and_keeps_the_best(self, make_config: MakeConfig) -> None:
        """Stopped after the first batch of many, there is a scored, finished model of that batch."""
        config, control, told = make_config(epochs=50), Control(), []

        def finish(event: Event) -> None:
            told.append(event)
            if isinstance(event, BatchesDone):
                control.finish_early()

        result = train(config, control=control, on_event=finish)
        assert (result.stopped, result.epochs_run, result.best_epoch) == ("early", 1, 1)
        assert len([event for event in told if isinstance(event, BatchesDone)]) <= 2
        assert load_model(result.model, _CPU).card.is_finished

    def test_patience_ends_a_training_that_does_not_improve(self, make_config: MakeConfig) -> None:
        """A learning rate of nearly nothing improves nothing, and epochs stop long before their number is up."""
        result = train(make_config(epochs=50, learning_rate=1e-8, patience=1, limit=40))
        assert result.stopped == "patience"
        assert result.epochs_run < 20
        assert result.best_epoch == result.epochs_run - 1


def _break_loss(monkeypatch: pytest.MonkeyPatch, at_call: int) -> None:
    """From the given step on the loss is not a number."""
    true_loss, calls = functional.cross_entropy, []

    def loss(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        calls.append(1)
        return true_loss(logits, labels) * (torch.nan if len(calls) >= at_call else 1)

    monkeypatch.setattr(learner.functional, "cross_entropy", loss)


@pytest.mark.usefixtures("small_network")
class TestTrouble:
    """What goes wrong, and what is left then."""

    def test_a_loss_that_is_not_finite_ends_the_run_by_name(
        self, make_config: MakeConfig, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """After three halved rates it is over: epoch and step are named, and no folder without a model stays."""
        config, told = make_config(), []
        _break_loss(monkeypatch, at_call=3)
        with pytest.raises(
            TrainingError, match=r"nan in epoch 1, step 1\. The learning rate was halved 3 times"
        ) as caught:
            train(config, on_event=lambda event: told.append(event) if isinstance(event, TrainingAdjusted) else None)
        assert len(told) == 3
        assert told[0].text.startswith("The loss became nan in epoch 1, step 3.")
        assert "learning rate" in caught.value.hint
        assert list(config.out.iterdir()) == []

    def test_a_best_model_from_before_stays(self, make_config: MakeConfig, monkeypatch: pytest.MonkeyPatch) -> None:
        """When the loss runs away in the second epoch, the model of the first is there, and no broken one."""
        config = make_config()
        steps = []
        _break_loss(monkeypatch, at_call=6)
        with pytest.raises(TrainingError, match="epoch 2, step 1"):
            train(config, on_event=lambda event: steps.append(event) if isinstance(event, RunStarted) else None)
        assert steps[0].steps_per_epoch == 4
        (run,) = list_runs(config.out)
        assert run.state == "interrupted"
        assert not run.is_resumable
        assert run.model is not None
        assert load_model(run.model, _CPU).card.best_epoch == 1

    def test_answers_that_are_not_finite_end_the_run(
        self, make_config: MakeConfig, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Weights that run away behind a finite loss are noticed when they are scored; no model is written."""
        config = make_config(learning_rate=1.0, optimizer="adam", schedule="constant", batch_size=8)
        true_step = learner.Learner.step

        def step(self: learner.Learner, *arguments: object) -> object:
            outcome = true_step(self, *arguments)  # type: ignore[arg-type]
            with torch.no_grad():
                self.module.get_parameter("fc.weight").fill_(torch.inf)
            return outcome

        monkeypatch.setattr(learner.Learner, "step", step)
        monkeypatch.setattr(
            learner.functional, "cross_entropy", lambda logits, labels: logits.nan_to_num(0, 0, 0).mean()
        )
        with pytest.raises(TrainingError, match="validation part after epoch 1"):
            train(config)
        assert list(config.out.iterdir()) == []

    @pytest.mark.parametrize("name", ["best.safetensors", "history.csv"])
    def test_a_full_disk_keeps_the_best_so_far(
        self, name: str, make_config: MakeConfig, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The disk fills up in the second epoch: the training is paused, what it needs is said, and the model of the
        first epoch still loads."""
        config = make_config(epochs=3, limit=40)
        monkeypatch.setattr(best.Best, "update", lambda self, record: setattr(self, "epoch", record.epoch) or True)
        true_replace, files = atomic.os.replace, []

        def replace_or_fail(source: Path, target: Path) -> None:
            is_in_slot = target.parent.name.startswith("slot")  # the first checkpoint may still be on its way
            if target.name == name and not is_in_slot:
                files.append(target)
                if len(files) > 1:
                    raise OSError(errno.ENOSPC, "No space left on device")
            true_replace(source, target)

        monkeypatch.setattr(atomic.os, "replace", replace_or_fail)
        with pytest.raises(DiskError, match=r"full.*, so the training was paused") as caught:
            train(config)
        assert "resume the training" in caught.value.hint
        assert "MB are free" in caught.value.hint
        (run,) = list_runs(config.out)
        assert run.state == "interrupted"
        assert run.is_resumable
        assert run.model is not None
        load_model(run.model, _CPU)
        assert not list(run.path.rglob("*.tmp"))

    def test_a_folder_that_cannot_hold_runs_is_said(self, make_config: MakeConfig, tmp_path: Path) -> None:
        """A file in the way of the runs' folder is a DiskError."""
        (tmp_path / "runs").write_text("in the way")
        with pytest.raises(DiskError):
            train(make_config(limit=40))

    def test_a_missing_data_set_leaves_nothing(self, make_config: MakeConfig, tmp_path: Path) -> None:
        """No folder, no run."""
        config = replace(make_config(), data=tmp_path / "nowhere")
        with pytest.raises(DataError):
            train(config)
        assert not config.out.exists()


@pytest.mark.usefixtures("small_network")
def test_settings_of_pytorch_are_put_back(make_config: MakeConfig) -> None:
    """After a training threads, exactness and random state are as its caller had them."""
    before = (torch.get_num_threads(), torch.are_deterministic_algorithms_enabled(), torch.get_rng_state().tolist())
    train(make_config(epochs=1, limit=40))
    after = (torch.get_num_threads(), torch.are_deterministic_algorithms_enabled(), torch.get_rng_state().tolist())
    assert before == after


def _repeat(config: TrainingConfig) -> tuple[TrainingResult, TrainingResult]:
    return train(config), train(config)


def test_dropout_repeats_too(make_config: MakeConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network with dropout, with the notebook's recipe, gives the same bits again, whatever was drawn in between."""
    monkeypatch.setattr(network, "build", lambda backbone: build_small(backbone, dropout=0.5))
    config = make_config(recipe="notebook", epochs=1, limit=25)
    torch.manual_seed(5)
    first, second = _repeat(config)
    assert first.weights_sha256 == second.weights_sha256
    assert first.run != second.run


def test_imagenet_weights_from_a_file_are_used_and_named(make_config: MakeConfig, tmp_path: Path) -> None:
    """The network starts from the file's weights, and card and config say which file; a wrong file stops at once."""
    torch.manual_seed(3)
    given = get_model("resnet18", weights=None).state_dict()
    torch.save(given, tmp_path / "imagenet.pth")
    config = make_config(weights=str(tmp_path / "imagenet.pth"), epochs=1, limit=40, learning_rate=1e-8)
    loaded = load_model(train(config).model, _CPU)
    assert "imagenet.pth" in loaded.card.weights
    learned = loaded.module.state_dict()
    assert torch.allclose(learned["layer1.0.conv1.weight"], given["layer1.0.conv1.weight"], atol=1e-6)
    with pytest.raises(ModelFileError, match="resnet50"):
        train(replace(config, backbone="resnet50"))
