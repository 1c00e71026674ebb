"""A network for each fold, as one job: paused, killed, stopped early, cancelled, resumed and pooled."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from engine import cli
from engine.atomic import write_json
from engine.comparison_results import FoldsResult
from engine.config import DeviceName, TrainingConfig
from engine.data.split import read_split
from engine.errors import Cancelled, ConfigError, Paused, TrainingError
from engine.evaluation_results import Evaluation
from engine.events import BatchesDone, Control, EpochDone, Event, FoldStarted, LearningDone, OnEvent, TrainingAdjusted
from engine.fold_sets import FoldSet, list_fold_sets, list_resumable_sets, read_fold_set
from engine.records import as_json
from engine.results import Part
from engine.runs import RunFolder, list_resumable, list_runs, read_history, read_run
from engine.training import folds, meter
from engine.training.folds import read_pooled, resume_folds, train_folds
from engine.training.interval import Interval
from engine.training.meter import RanAwayError
from engine.wording import describe_place
from tests.engine.training.conftest import MakeConfig

_FOLDS = 3


@pytest.fixture(autouse=True)
def every_batch_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a test can stop after any of them."""
    monkeypatch.setattr(meter, "_REPORT_SECONDS", 0.0)


@pytest.fixture
def config(make_config: MakeConfig) -> TrainingConfig:
    """Two epochs of a few batches."""
    return make_config(limit=60, weights="none")


class _At:
    """Does something at the first batch of an epoch of a fold, and notes the folds that began."""

    def __init__(self, fold: int, act: Callable[[], None], epoch: int = 1) -> None:
        self._place, self._act = (fold, epoch), act
        self.folds: list[int] = []
        self.epochs: list[int] = []

    def __call__(self, event: Event) -> None:
        if isinstance(event, FoldStarted):
            self.folds.append(event.fold)
        elif isinstance(event, EpochDone):
            self.epochs.append(self.folds[-1])
        elif isinstance(event, BatchesDone) and (self.folds[-1], event.epoch) == self._place:
            self._act()


def _hashes(result: FoldsResult) -> list[bytes]:
    return [RunFolder(run).final_model.read_bytes()[-4096:] for run in result.pooled.runs]


@pytest.mark.usefixtures("small_network", "blank_figures")
def test_every_image_is_answered_once_and_no_fold_is_offered_as_the_model(
    config: TrainingConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All folds are trained, and scored on the same device; each test part is opened once, counted with all runs, and
    nothing is done twice."""
    told, true_evaluate = _At(0, lambda: None), folds.evaluate
    devices: list[DeviceName] = []

    def evaluate(run: Path, part: Part, device: DeviceName, *, control: Control, on_event: OnEvent) -> Evaluation:
        devices.append(device)
        return true_evaluate(run, part, device, control=control, on_event=on_event)

    monkeypatch.setattr(folds, "evaluate", evaluate)
    result = train_folds(config, _FOLDS, True, on_event=told)
    assert told.folds == [1, 2, 3]
    assert devices == ["cpu"] * _FOLDS
    split = read_split(FoldSet(result.path).split)
    assert result.pooled.n_images == split["image_id"].nunique()
    assert (result.pooled.part, len(result.pooled.runs)) == ("test", _FOLDS)
    assert list_runs(config.out) == list_resumable(config.out) == list_resumable_sets(config.out) == ()
    (listed,) = list_fold_sets(config.out)
    assert (listed.path, listed.state, listed.model, listed.folds_done) == (result.path, "finished", None, _FOLDS)
    for fold, run in enumerate(result.pooled.runs):
        info = read_run(run)
        assert info is not None
        assert info.fold == fold
        assert f"fold {fold + 1}" in info.name
    again = _At(0, lambda: None)
    assert resume_folds(result.path, on_event=again).pooled == result.pooled == read_pooled(result.path)
    assert again.folds == []
    openings = (config.out / "test_openings.json").read_text()
    assert openings.count('"run"') == _FOLDS


@pytest.mark.slow
def test_without_the_test_parts_the_validation_parts_are_pooled(config: TrainingConfig) -> None:
    """Nothing is opened before the user says so; then finished folds are only evaluated."""
    result = train_folds(config, _FOLDS)
    assert result.pooled.part == "val"
    assert not (config.out / "test_openings.json").exists()
    control = Control()
    with pytest.raises(Cancelled):  # broken off before the first opening: what was known is still told
        resume_folds(result.path, True, control=control, on_event=lambda _: control.cancel())
    assert read_pooled(result.path) == result.pooled
    told = _At(0, lambda: None)
    opened = resume_folds(result.path, True, on_event=told)
    assert (opened.pooled.part, told.folds) == ("test", [])
    assert opened.pooled.n_images == result.pooled.n_images


@pytest.mark.slow
def test_a_pause_and_a_resume_change_nothing(config: TrainingConfig) -> None:
    """Paused in the second fold, the set is what waits; the first fold is not repeated, the end is the same."""
    whole = train_folds(config, _FOLDS)
    control = Control()
    with pytest.raises(Paused) as caught:
        train_folds(config, _FOLDS, control=control, on_event=_At(2, control.pause, epoch=2))
    assert (caught.value.epochs_run, caught.value.epochs) == (1, 2)
    (waiting,) = list_resumable_sets(config.out)
    assert (waiting.path, waiting.folds_done, waiting.n_folds, waiting.epochs_run) == (caught.value.run, 1, _FOLDS, 1)
    told = _At(0, lambda: None)
    moved = config.out.parent / "elsewhere"
    caught.value.run.rename(moved)  # the table of folds lies beside the runs, wherever that is
    result = resume_folds(moved, on_event=told)
    assert (told.folds, told.epochs) == ([2, 3], [2, 3, 3])
    assert result.pooled.by_image == whole.pooled.by_image
    assert _hashes(result) == _hashes(whole)


def _train_and_die(config: TrainingConfig, home: Path) -> None:
    os.environ["LESION_LAB_HOME"] = str(home)
    meter._REPORT_SECONDS = 0.0
    Interval.is_due = lambda self, cost, *, at_epoch_end=False: True  # type: ignore[method-assign]
    train_folds(config, _FOLDS, on_event=_At(2, lambda: os.kill(os.getpid(), signal.SIGKILL), epoch=2))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no SIGKILL")
def test_killed_in_the_second_fold_it_goes_on_there(config: TrainingConfig, home: Path) -> None:
    """A real process, really killed: the fold goes on from its checkpoint, the one before is not repeated."""
    process = multiprocessing.get_context("spawn").Process(target=_train_and_die, args=(config, home))
    process.start()
    process.join(240)
    assert process.exitcode == -signal.SIGKILL
    (waiting,) = list_resumable_sets(config.out)
    (interrupted,) = FoldSet(waiting.path).runs_of(1)
    assert interrupted.is_resumable
    told = _At(0, lambda: None)
    result = resume_folds(waiting.path, on_event=told)
    assert told.folds == [2, 3]
    assert result.pooled.runs[1] == interrupted.path
    assert result.pooled.n_images == read_split(FoldSet(result.path).split)["image_id"].nunique()


@pytest.mark.usefixtures("small_network", "blank_figures")
def test_stopping_early_ends_one_fold_only_and_the_evaluation_can_be_paused(config: TrainingConfig) -> None:
    """The folds after it go their whole way; paused when all are trained, the set is evaluated when it is resumed."""
    control = Control()
    act = _At(2, control.finish_early)

    def tell(event: Event) -> None:
        act(event)
        if event == LearningDone(can_pause=True):
            control.pause()

    with pytest.raises(Paused) as caught:
        train_folds(config, _FOLDS, control=control, on_event=tell)
    (waiting,) = list_resumable_sets(config.out)
    assert (waiting.path, waiting.folds_done) == (caught.value.run, _FOLDS)
    again = _At(0, lambda: None)
    result = resume_folds(waiting.path, on_event=again)
    assert again.folds == []
    assert [len(read_history(RunFolder(run).history)) for run in result.pooled.runs] == [2, 1, 2]


@pytest.mark.usefixtures("small_network", "blank_figures")
def test_a_fold_whose_checkpoints_are_damaged_begins_anew(config: TrainingConfig) -> None:
    """Said in a sentence; the folds before it are not repeated, and the set comes to its end."""
    control = Control()
    with pytest.raises(Paused) as caught:
        train_folds(config, _FOLDS, control=control, on_event=_At(2, control.pause, epoch=2))
    (waiting,) = list_resumable_sets(config.out)
    assert describe_place(waiting) == "in fold 2 of 3, in epoch 2 of 2"
    (damaged,) = FoldSet(caught.value.run).runs_of(1)
    for tensors in damaged.checkpoints.glob("slot*/tensors.safetensors"):
        tensors.write_bytes(b"a bad sector")
    told, said = _At(0, lambda: None), []

    def tell(event: Event) -> None:
        told(event)
        said.extend([event.text] if isinstance(event, TrainingAdjusted) else [])

    result = resume_folds(caught.value.run, on_event=tell)
    assert said == [
        f"The run {damaged.path.name} is damaged in both its checkpoints. Fold 2 is trained again from its start."
    ]
    assert (told.folds, told.epochs) == ([2, 3], [2, 2, 3, 3])
    assert len(result.pooled.runs) == len(list(result.path.glob("*/config.json"))) == _FOLDS


def test_a_fold_whose_numbers_run_away_is_not_trained_again_in_vain(
    config: TrainingConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would end the same way: resuming says so at once, and what to do; the file it names is the way around."""

    def run_away(config: TrainingConfig, **_: object) -> None:
        write_json(config.out / "run" / "config.json", {"training": as_json(config)})
        raise RanAwayError("The loss became nan in epoch 1, step 3.", "")

    monkeypatch.setattr(folds, "train", run_away)
    with pytest.raises(TrainingError, match=r"^Fold 1 of 3: The loss became nan") as caught:
        train_folds(config, _FOLDS)
    assert "lower learning rate" in caught.value.hint
    (waiting,) = list_resumable_sets(config.out)
    monkeypatch.setattr(folds, "train", None)
    with pytest.raises(TrainingError, match=r"^Fold 1 of 3: The loss became nan") as caught:
        resume_folds(waiting.path)
    assert "delete given_up.json" in caught.value.hint
    FoldSet(waiting.path).given_up.unlink()
    monkeypatch.setattr(folds, "train", run_away)
    with pytest.raises(TrainingError):
        resume_folds(waiting.path)


@pytest.mark.usefixtures("small_network", "blank_figures")
def test_cancelling_leaves_nothing(config: TrainingConfig) -> None:
    """Not even the folds that were finished."""
    control = Control()
    with pytest.raises(Cancelled):
        train_folds(config, _FOLDS, control=control, on_event=_At(2, control.cancel))
    assert list(config.out.iterdir()) == []


def test_folds_of_another_split_are_refused(make_config: MakeConfig) -> None:
    """A leaking split least of all."""
    config = make_config(split="notebook")
    with pytest.raises(ConfigError, match="by lesion"):
        train_folds(config, _FOLDS)
    assert not config.out.exists()


def test_too_few_folds_leave_no_folder(config: TrainingConfig) -> None:
    """What is refused before anything is trained leaves nothing to resume."""
    with pytest.raises(ConfigError, match="number of folds"):
        train_folds(config, 2)
    assert list(config.out.iterdir()) == []


@pytest.mark.slow
def test_the_terminal_trains_and_resumes_folds(config: TrainingConfig, capsys: pytest.CaptureFixture[str]) -> None:
    """Headline and classes of the pooled answers, and where the folds lie; a changed split is refused."""
    small = ["--backbone", "resnet18", "--image-size", "32", "--epochs", "1", "--limit", "60", "--threads", "1"]
    common = [*small, "--weights", "none", "--device", "cpu", "--out", str(config.out)]
    assert cli.main(["train", str(config.data), "--folds", "3", *common]) == 0
    text = capsys.readouterr().out
    (listed,) = list_fold_sets(config.out)
    assert text.startswith("3 folds pooled: ")
    assert str(listed.path) in text
    assert cli.main(["resume", str(listed.path), "--open-test", "--json"]) == 0
    assert '"part": "test"' in capsys.readouterr().out
    assert cli.main(["train", str(config.data), "--open-test", *common]) == 2
    FoldSet(listed.path).split.write_text("changed")
    with pytest.raises(TrainingError, match=r"folds\.csv"):
        resume_folds(listed.path)
    assert read_fold_set(config.out) is None
