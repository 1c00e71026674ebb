"""The Train page in each of its states, with a runner that carries out nothing."""

import shutil
import time
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication, QPushButton, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from desktop.jobs import JobRunner
from desktop.pages.train_page import TrainPage
from desktop.state import AppState
from desktop.widgets import time_estimator, training_view
from engine.atomic import write_json
from engine.config import TrainingConfig
from engine.errors import ChildDiedError, ConfigError, Paused, TrainingError
from engine.events import ProgressDone, StatusChanged, TrainingAdjusted
from engine.labels import CODES
from engine.results import TimeEstimate
from engine.runs import MANIFEST, RunFolder, history_columns
from tests.desktop.made_up_training import (
    CPU,
    GPU,
    StillJob,
    StillRunner,
    batches,
    dataset,
    epoch_done,
    result,
    run_started,
)

LOADING = 60_000
"""Milliseconds; the first test waits until the libraries of the plot are loaded."""


@pytest.fixture
def runner() -> StillRunner:
    return StillRunner()


@pytest.fixture
def state() -> AppState:
    return AppState()


@pytest.fixture
def page(qtbot: QtBot, state: AppState, runner: StillRunner, monkeypatch: pytest.MonkeyPatch) -> TrainPage:
    """On the screen, without data."""
    monkeypatch.setattr(time_estimator, "DEBOUNCE_MS", 10)
    page = TrainPage(state, cast(JobRunner, runner))
    qtbot.addWidget(page)
    page.resize(1020, 740)
    page.show()
    qtbot.waitExposed(page)
    return page


@pytest.fixture
def run(state: AppState) -> Path:
    """A run folder as the engine leaves it after one epoch, without its model."""
    folder = RunFolder(state.runs_dir / "2026-11-23_101500_resnet18")
    folder.path.mkdir(parents=True)
    write_json(folder.config, {"training": {"epochs": 30, "backbone": "resnet18"}, "is_demo": False})
    row = history_columns(epoch_done(1).record, CODES)
    folder.history.write_text(",".join(row) + "\n" + ",".join(str(value) for value in row.values()) + "\n")
    return folder.path


def save_best_model(run: Path) -> Path:
    path = RunFolder(run).best_so_far
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"a model")
    return path


def begin(page: TrainPage, state: AppState, runner: StillRunner, run: Path, *, epochs_done: int = 0) -> StillJob:
    """A training on data in use that has done some epochs."""
    state.set_dataset(dataset(Path("/data")))
    page.start_button.click()
    job = runner.latest("train")
    job.reported.emit(run_started(run))
    for epoch in range(1, epochs_done + 1):
        job.reported.emit(batches(epoch, 185, 185))
        job.reported.emit(epoch_done(epoch, best=1))
    return job


def spend(monkeypatch: pytest.MonkeyPatch, *, seconds: float) -> None:
    """So much time goes by."""
    then = time.monotonic() + seconds
    monkeypatch.setattr(training_view.time, "monotonic", lambda: then)


def primary_buttons(page: TrainPage) -> list[str]:
    buttons = page.findChildren(QPushButton)
    return [button.text() for button in buttons if button.isVisible() and button.property("primary")]


def test_without_data_it_leads_to_the_data(qtbot: QtBot, page: TrainPage, runner: StillRunner) -> None:
    """Empty: what to do next, and one button that does it; nothing is started."""
    assert primary_buttons(page) == ["Choose data"]
    with qtbot.waitSignal(page.page_requested) as asked:
        page.data_button.click()
    assert asked.args == ["data"]
    qtbot.wait(30)
    assert runner.jobs == []


def test_ready_says_how_long_it_takes(qtbot: QtBot, page: TrainPage, state: AppState, runner: StillRunner) -> None:
    """The whole time stands under the title before the start, and follows the number of epochs at once."""
    state.set_device(CPU)
    state.set_dataset(dataset(Path("/data")))
    assert primary_buttons(page) == ["Start training"]
    qtbot.waitUntil(lambda: runner.count("estimate_time") == 1, timeout=LOADING)
    asked: TrainingConfig = runner.latest("estimate_time").call.arguments["config"]
    assert (asked.data, asked.backbone, asked.weights) == (Path("/data"), "resnet18", "none")
    estimate = TimeEstimate(device=CPU, seconds_per_epoch=84.0, seconds_in_all=144.0, n_train=5920)
    runner.latest("estimate_time").succeeded.emit(estimate)
    assert page.purpose.endswith("with 8,457 images. About 43 min on this computer.")
    assert page.view.status.lines[1] == "30 epochs of 84 s each, with 5,920 training images"
    page.form.epochs.setValue(10)
    assert page.purpose.endswith("About 15 min on this computer.")
    qtbot.wait(30)
    assert runner.count("estimate_time") == 1
    page.start_button.click()
    assert "About" not in page.purpose  # the progress says how long, and may know better


def test_quick_is_estimated_by_its_one_look_at_each_image(
    qtbot: QtBot, page: TrainPage, state: AppState, runner: StillRunner
) -> None:
    """What is measured fetches no weights; epochs that take next to nothing are not said to take none."""
    state.set_device(CPU)
    page.form.weights.set_file(Path("/weights.pth"))
    page.form.recipes["quick"].click()
    state.set_dataset(dataset(Path("/data")))
    qtbot.waitUntil(lambda: runner.count("estimate_time") == 1, timeout=LOADING)
    asked: TrainingConfig = runner.latest("estimate_time").call.arguments["config"]
    assert (asked.is_frozen, asked.weights, asked.epochs) == (True, "auto", 1)
    estimate = TimeEstimate(device=CPU, seconds_per_epoch=0.2, seconds_in_all=420.2, n_train=5920)
    runner.latest("estimate_time").succeeded.emit(estimate)
    assert page.purpose.endswith("About 7 min on this computer.")
    assert page.view.status.lines[1].startswith("A look at every image, then 50 epochs of less than 1 s each")


def test_what_follows_the_last_epoch_is_counted_for_each_fold(
    qtbot: QtBot, page: TrainPage, state: AppState, runner: StillRunner
) -> None:
    """The gate of each is fitted; the images are prepared once for all."""
    page.form.epochs.setValue(10)
    state.set_dataset(dataset(Path("/data")))
    qtbot.waitUntil(lambda: runner.count("estimate_time") == 1, timeout=LOADING)
    estimate = TimeEstimate(
        device=CPU, seconds_per_epoch=60.0, seconds_in_all=1020.0, seconds_at_end=360.0, n_train=5920
    )
    runner.latest("estimate_time").succeeded.emit(estimate)
    assert "About 26 min" in page.purpose  # 10 of preparation, 10 of epochs, 6 at the end
    page.form.folds.choose_folds()
    assert "About 1 h 30 min" in page.purpose


def test_a_changed_setting_is_measured_anew(
    qtbot: QtBot, page: TrainPage, state: AppState, runner: StillRunner
) -> None:
    """The measurement of settings that nobody wants any more is ended, and its answer not shown."""
    state.set_dataset(dataset(Path("/data")))
    qtbot.waitUntil(lambda: runner.count("estimate_time") == 1, timeout=LOADING)
    first = runner.latest("estimate_time")
    page.form.image_size.setValue(160)
    assert first.is_cancelling
    first.cancelled.emit()
    qtbot.waitUntil(lambda: runner.count("estimate_time") == 2)
    assert runner.latest("estimate_time").call.arguments["config"].preprocessing.image_size == 160
    assert "About" not in page.purpose
    runner.latest("estimate_time").succeeded.emit(
        TimeEstimate(device=CPU, seconds_per_epoch=200.0, seconds_in_all=230.0, n_train=5920)
    )
    assert page.purpose.endswith("About 1 h 40 min on this computer.")
    page.form.image_size.setValue(96)
    page.form.image_size.setValue(160)
    assert page.purpose.endswith("About 1 h 40 min on this computer.")  # known already


def test_a_failed_measurement_is_no_obstacle(
    qtbot: QtBot, page: TrainPage, state: AppState, runner: StillRunner
) -> None:
    """The page says why there is no estimate, and Start works all the same."""
    state.set_dataset(dataset(Path("/data")))
    qtbot.waitUntil(lambda: runner.count("estimate_time") == 1, timeout=LOADING)
    runner.latest("estimate_time").failed.emit(ConfigError("There is no GPU.", "Choose the CPU."))
    assert page.view.status.lines[1] == "How long it takes could not be measured: There is no GPU."
    assert page.error_panel.sentence == ""
    page.start_button.click()
    assert runner.count("train") == 1


def test_nothing_is_measured_out_of_sight(qtbot: QtBot, page: TrainPage, state: AppState, runner: StillRunner) -> None:
    """Who turns to another page does not wait there for a measurement; it is made up for on return."""
    state.set_dataset(dataset(Path("/data")))
    qtbot.waitUntil(lambda: runner.count("estimate_time") == 1, timeout=LOADING)
    page.hide()
    assert runner.latest("estimate_time").is_cancelling
    page.form.epochs.setValue(4)
    qtbot.wait(50)
    assert runner.count("estimate_time") == 1
    page.show()
    qtbot.waitUntil(lambda: runner.count("estimate_time") == 2)


def test_start_waits_for_no_measurement(qtbot: QtBot, page: TrainPage, state: AppState, runner: StillRunner) -> None:
    """Start ends the measurement and begins at once, with what the form says."""
    state.set_dataset(dataset(Path("/data")))
    qtbot.waitUntil(lambda: runner.count("estimate_time") == 1, timeout=LOADING)
    page.start_button.click()
    assert runner.latest("estimate_time").is_cancelling
    config = runner.latest("train").call.arguments["config"]
    assert config == page.form.config(Path("/data"), state.runs_dir)
    assert not page.form.isEnabled()
    assert not page.start_button.isEnabled()


def test_settings_that_do_not_fit_are_said(
    page: TrainPage, state: AppState, runner: StillRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A config that cannot be is a sentence and a hint; nothing starts and the form stays."""
    state.set_dataset(dataset(Path("/data")))

    def refuse(data: Path, out: Path) -> TrainingConfig:
        raise ConfigError("Epochs must be between 1 and 1000.", "Choose a value between 1 and 1000.")

    monkeypatch.setattr(page.form, "config", refuse)
    page.start_button.click()
    assert page.error_panel.sentence == "Epochs must be between 1 and 1000."
    assert runner.count("train") == 0
    assert page.form.isEnabled()


def test_the_device_sets_the_form(page: TrainPage, state: AppState) -> None:
    """What the engine says of the device arrives in the form."""
    state.set_dataset(dataset(Path("/data")))
    state.set_device(GPU)
    assert page.form.config(Path(), Path()).backbone == "resnet50"
    state.set_dataset(dataset(Path("/demo"), is_demo=True))
    assert page.form.config(Path(), Path()).epochs == 5
    assert page.shows_demo_notice


def test_busy_says_how_it_goes(qtbot: QtBot, page: TrainPage, state: AppState, runner: StillRunner, run: Path) -> None:
    """Epoch, speed, time left, the best so far, the patience, the device; curves that grow."""
    job = begin(page, state, runner, run)
    job.reported.emit(StatusChanged(text="Training"))
    job.reported.emit(batches(1, 40, 40))
    for epoch in (1, 2, 3):
        job.reported.emit(epoch_done(epoch, best=1))
    job.reported.emit(batches(4, 10, 10))
    headline, best, setting = page.view.status.lines
    assert headline == "Epoch 4 of 30 · 412 images/s · 17 min left"
    first = epoch_done(1).record.val_balanced_accuracy
    assert best == f"Best so far: epoch 1 ({first:.3f}) · 2 of 10 epochs without improvement"
    assert "AMD EPYC" in setting
    assert "random weights" in setting
    job.reported.emit(StatusChanged(text="Scoring the validation part after epoch 4"))
    assert page.view.status.lines[0] == "Scoring the validation part after epoch 4 · 17 min left"
    assert primary_buttons(page) == ["Stop early"]
    qtbot.waitUntil(lambda: page.view.plots.shows_curves, timeout=LOADING)


def test_stop_early_says_what_it_does(page: TrainPage, state: AppState, runner: StillRunner, run: Path) -> None:
    """It finishes the batch and validates first: said, and not to be asked twice; what still arrives is drawn."""
    job = begin(page, state, runner, run, epochs_done=1)
    page.view.stop_button.click()
    assert job.is_finishing_early
    assert page.view.status.lines[0] == "Stopping early: it finishes this batch and validates first…"
    assert not page.view.stop_button.isEnabled()
    assert page.view.stop_button.text() == "Stopping…"
    assert page.view.cancel_button.isEnabled()
    job.reported.emit(batches(2, 10, 10))
    assert page.view.status.lines[0].startswith("Stopping early")


def test_there_is_nothing_to_stop_before_the_run_began(page: TrainPage, state: AppState, runner: StillRunner) -> None:
    """While images are prepared there is no model to keep: only Cancel."""
    state.set_dataset(dataset(Path("/data")))
    page.start_button.click()
    assert not page.view.stop_button.isEnabled()
    assert page.view.cancel_button.isEnabled()
    job = runner.latest("train")
    job.reported.emit(StatusChanged(text="Checking the images"))
    job.reported.emit(ProgressDone(done=1200, total=8457, unit="images", seconds_left=42.0))
    assert page.view.status.lines[0] == "Checking the images · 1,200 of 8,457 images · 42 s left"


def test_the_result_leads_to_the_evaluation(
    qtbot: QtBot, page: TrainPage, state: AppState, runner: StillRunner, run: Path
) -> None:
    """Done: the figures, the run, the model in use, and one button onwards."""
    job = begin(page, state, runner, run, epochs_done=2)
    job.succeeded.emit(result(run))
    assert page.view.status.lines == (
        "Done: balanced accuracy 0.612 on the validation part",
        "The best is epoch 9; stopped after 19 epochs, when nothing improved any more.",
        "Saved as resnet18, 23 Nov 10:15, and chosen for predictions.",
    )
    assert (state.run, state.model) == (run, run / "model.safetensors")
    assert primary_buttons(page) == ["Look at the evaluation"]
    assert page.start_button.isEnabled()
    assert page.start_button.text() == "Train again"
    with qtbot.waitSignal(page.page_requested) as asked:
        page.view.evaluate_button.click()
    assert asked.args == ["evaluate"]


def test_a_failure_says_what_is_safe(page: TrainPage, state: AppState, runner: StillRunner, run: Path) -> None:
    """The process died after an epoch: sentence, hint, and the best model so far is in use."""
    job = begin(page, state, runner, run, epochs_done=1)
    model = save_best_model(run)
    job.failed.emit(ChildDiedError("The process that did the work was ended.", "Start it again."))
    assert page.error_panel.sentence == "The process that did the work was ended."
    assert page.error_panel.hint == "Start it again."
    accuracy = epoch_done(1).record.val_balanced_accuracy
    assert page.view.status.lines[1] == f"The best model so far (epoch 1, balanced accuracy {accuracy:.3f}) is kept."
    assert (state.run, state.model) == (run, model)
    assert primary_buttons(page) == ["Look at the evaluation"]
    page.start_button.click()
    assert page.error_panel.sentence == ""


def test_a_failure_before_the_first_epoch_leaves_nothing(
    page: TrainPage, state: AppState, runner: StillRunner, run: Path
) -> None:
    """Without a model there is no run to keep; the model that was in use stays in use."""
    state.set_model(Path("/models/earlier.safetensors"))
    job = begin(page, state, runner, run)
    job.failed.emit(TrainingError("The loss is not a number in epoch 1.", "Lower the learning rate."))
    assert page.view.status.lines[1] == "No epoch was done yet, so there is nothing to keep."
    assert not run.exists()
    assert state.model == Path("/models/earlier.safetensors")
    assert primary_buttons(page) == ["Start training"]


def test_cancel_discards(page: TrainPage, state: AppState, runner: StillRunner, run: Path) -> None:
    """In the first two minutes nobody is asked; the folder of the run is gone and the page ready again."""
    job = begin(page, state, runner, run, epochs_done=1)
    save_best_model(run)
    page.view.cancel_button.click()
    assert job.is_cancelling
    assert page.view.status.lines[0] == "Cancelling…"
    assert not page.view.cancel_button.isEnabled()
    job.cancelled.emit()
    assert not run.exists()
    assert state.run is None
    assert state.model is None
    assert page.view.status.lines[:2] == ("Cancelled", "Nothing of this training was kept.")
    assert primary_buttons(page) == ["Start training"]
    assert page.form.isEnabled()


def test_cancel_asks_before_much_is_lost(
    page: TrainPage, state: AppState, runner: StillRunner, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After about two minutes of learning, be it in the first epoch, Cancel asks once; the answer decides."""
    job = begin(page, state, runner, run)
    spend(monkeypatch, seconds=121)
    page.view.cancel_button.click()
    assert not job.is_cancelling
    question = page.view.question
    assert question is not None
    page.view.request_cancel()
    assert page.view.question is question
    question.keep_button.click()
    assert not job.is_cancelling
    page.view.cancel_button.click()
    second = page.view.question
    assert second is not None
    second.discard_button.click()
    assert job.is_cancelling


def test_the_question_goes_when_the_training_ends(
    page: TrainPage, state: AppState, runner: StillRunner, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is asked about a training that is over."""
    job = begin(page, state, runner, run, epochs_done=2)
    spend(monkeypatch, seconds=121)
    page.view.cancel_button.click()
    job.succeeded.emit(result(run))
    assert page.view.question is None


def test_other_data_begin_anew(page: TrainPage, state: AppState, runner: StillRunner, run: Path) -> None:
    """The result of a training does not stand beside data it was not trained on; a running one goes on."""
    job = begin(page, state, runner, run, epochs_done=1)
    state.set_dataset(dataset(Path("/other"), is_demo=True))
    assert page.view.status.lines[0].startswith("Epoch 1 of 30")
    assert not page.shows_demo_notice
    job.succeeded.emit(result(run))
    assert page.view.status.lines[0].startswith("Done")
    state.set_dataset(dataset(Path("/third")))
    assert page.view.status.lines[0] == "Ready to train"
    assert not page.view.plots.shows_curves
    assert primary_buttons(page) == ["Start training"]


def places(page: TrainPage) -> list[QRect]:
    widgets: list[QWidget] = [page.form, page.start_button, page.view.plots, page.view.status]
    return [QRect(widget.mapTo(page, QPoint()), widget.size()) for widget in widgets]


def test_nothing_jumps(qtbot: QtBot, page: TrainPage, state: AppState, runner: StillRunner, run: Path) -> None:
    """Form, Start, plots and status stay where they are from ready to result."""
    state.set_dataset(dataset(Path("/data")))
    page.view.plots.load()
    qtbot.waitUntil(lambda: page.view.plots.plot is not None, timeout=LOADING)
    qtbot.wait(50)
    ready = places(page)
    job = begin(page, state, runner, run, epochs_done=2)
    qtbot.wait(50)
    assert places(page) == ready
    job.succeeded.emit(result(run))
    qtbot.wait(50)
    assert places(page) == ready


def test_it_fits_into_the_smallest_window(
    qtbot: QtBot, page: TrainPage, state: AppState, runner: StillRunner, run: Path
) -> None:
    """At 960 x 640, less sidebar and status bar, only the form scrolls, and every button is in sight."""
    page.resize(960 - 176, 640 - 36)
    begin(page, state, runner, run, epochs_done=2)
    qtbot.waitUntil(lambda: page.view.plots.shows_curves, timeout=LOADING)
    qtbot.wait(50)
    outer = next(
        one for one in page.findChildren(QScrollArea) if not one.isAncestorOf(page.form) or one.isAncestorOf(page.view)
    )
    assert outer.verticalScrollBar().maximum() == 0
    assert outer.horizontalScrollBar().maximum() == 0
    for button in (page.start_button, page.view.stop_button, page.view.pause_button, page.view.cancel_button):
        assert page.rect().contains(QRect(button.mapTo(page, QPoint()), button.size()))


def test_the_tab_key_goes_from_the_form_to_start(page: TrainPage, state: AppState) -> None:
    """Recipe, network, size, epochs, weights, More, Start: in the order of reading."""
    state.set_dataset(dataset(Path("/data")))
    form = page.form
    wanted: list[QWidget] = [
        form.recipes["recommended"],
        form.backbone,
        form.image_size,
        form.epochs,
        form.weights.choice,
        page.start_button,
    ]
    order: list[QWidget] = []
    widget: QWidget | None = form.recipes["recommended"]
    for _ in range(200):
        assert widget is not None
        if widget in wanted and widget not in order:
            order.append(widget)
        widget = widget.nextInFocusChain()
    assert order == wanted


def test_the_keyboard_follows_the_training(
    qtbot: QtBot, page: TrainPage, state: AppState, runner: StillRunner, run: Path
) -> None:
    """After Start the focus is beside Stop early, not on Cancel; after the end it is on the next step."""
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    state.set_dataset(dataset(Path("/data")))
    page.start_button.setFocus()
    job = begin(page, state, runner, run, epochs_done=1)
    assert QApplication.focusWidget() is page.view.status
    job.succeeded.emit(result(run))
    assert QApplication.focusWidget() is page.view.evaluate_button


def save_checkpoint(run: Path, *, epochs: int = 1, steps: int = 0) -> None:
    """As far as the list of runs can tell."""
    slot = RunFolder(run).slots[0]
    slot.mkdir(parents=True, exist_ok=True)
    write_json(slot / "state.json", {"history": epochs * [{}], "step": steps})
    write_json(slot / MANIFEST, {"number": 1})


def test_pause_says_what_it_does_and_leads_to_resume(
    page: TrainPage, state: AppState, runner: StillRunner, run: Path
) -> None:
    """It finishes the batch and writes a checkpoint; then Resume is what comes next, and goes on with the same run."""
    job = begin(page, state, runner, run, epochs_done=1)
    page.view.pause_button.click()
    assert job.is_pausing
    assert page.view.status.lines[0] == "Pausing: it finishes this batch and writes a checkpoint…"
    assert not page.view.pause_button.isEnabled()
    assert not page.view.stop_button.isEnabled()
    assert page.view.cancel_button.isEnabled()
    save_checkpoint(run)
    job.paused.emit(Paused(run, 1, 30))
    assert page.view.status.lines[0] == "Paused after epoch 1 of 30"
    assert "Resume goes on from here" in page.view.status.lines[1]
    assert primary_buttons(page) == ["Resume"]
    assert not page.resume_card.isVisible()
    page.view.resume_button.click()
    assert runner.latest("resume").call.arguments == {"run": run}
    assert not page.start_button.isEnabled()
    resumed = runner.latest("resume")
    history = tuple(epoch_done(epoch).record for epoch in (1, 2))
    resumed.reported.emit(replace(run_started(run), history=history, best_epoch=2))
    best = history[1].val_balanced_accuracy
    assert page.view.status.lines[1] == f"Best so far: epoch 2 ({best:.3f}) · resumed after 2 of 30 epochs"
    page.view.pause_button.click()
    assert resumed.is_pausing


def test_there_is_nothing_to_pause_before_the_run_began(page: TrainPage, state: AppState, runner: StillRunner) -> None:
    """While images are prepared there is only Cancel."""
    state.set_dataset(dataset(Path("/data")))
    page.start_button.click()
    assert not page.view.pause_button.isEnabled()


def test_what_was_interrupted_is_offered_without_data(
    page: TrainPage, state: AppState, runner: StillRunner, run: Path
) -> None:
    """After a crash of the computer: the card says which run and how far; Resume needs nothing else."""
    assert not page.resume_card.isVisible()
    save_checkpoint(run)
    page.hide()
    page.show()
    assert page.resume_card.isVisible()
    assert page.resume_card.text == "resnet18, 23 Nov 10:15: interrupted. Resume goes on after epoch 1 of 30."
    assert not page.resume_card.choice.isVisible()
    save_checkpoint(run, epochs=0, steps=7)  # older than the epoch that is done
    page.hide()
    page.show()
    assert page.resume_card.text == "resnet18, 23 Nov 10:15: interrupted. Resume goes on in epoch 1 of 30."
    page.resume_card.resume_button.click()
    assert runner.latest("resume").call.arguments == {"run": run}
    assert not page.resume_card.isVisible()
    assert page.view.isVisible()
    runner.latest("resume").failed.emit(ConfigError("The data are gone.", "Bring them back."))
    assert page.error_panel.sentence == "The data are gone."
    assert page.view.status.lines[1] == "Resume goes on from its last checkpoint."
    assert primary_buttons(page) == ["Resume"]
    assert run.exists()


def test_each_of_several_interrupted_runs_can_be_reached(
    page: TrainPage, state: AppState, runner: StillRunner, run: Path
) -> None:
    """The newest is shown, the others are in the list; what is discarded or resumed is the one that is shown."""
    save_checkpoint(run)
    older, oldest = run.with_name("2026-11-22_101500_resnet18"), run.with_name("2026-11-21_101500_resnet18")
    for copy in (older, oldest):
        shutil.copytree(run, copy)
    page.hide()
    page.show()
    card = page.resume_card
    names = [f"resnet18, {day} Nov 10:15" for day in (23, 22, 21)]
    assert [card.choice.itemText(row) for row in range(card.choice.count())] == names
    assert card.choice.isVisible()
    card.choice.setCurrentIndex(1)
    assert card.text.startswith(names[1])
    assert card.discard_button.accessibleName() == f"Discard {names[1]}"
    card.discard_button.click()
    question = card.question
    assert question is not None
    assert names[1] in question.text()
    next(button for button in question.buttons() if button.text() == "Discard").click()
    assert (run.exists(), older.exists(), oldest.exists()) == (True, False, True)
    card.choice.setCurrentIndex(1)
    page.hide()
    page.show()
    assert card.text.startswith(names[2])
    card.resume_button.click()
    assert runner.latest("resume").call.arguments == {"run": oldest}


def test_a_resume_that_is_cancelled_before_it_goes_on_keeps_the_run(
    page: TrainPage, state: AppState, runner: StillRunner, run: Path
) -> None:
    """A second thought while the data are read costs nothing."""
    save_checkpoint(run)
    page.hide()
    page.show()
    page.resume_card.resume_button.click()
    page.view.cancel_button.click()
    runner.latest("resume").cancelled.emit()
    assert run.exists()
    assert page.view.status.lines[0] == "Cancelled: it is as it was saved last"
    assert primary_buttons(page) == ["Resume"]


def test_cancel_leaves_a_resumed_run_as_it_was_saved_last(
    page: TrainPage, state: AppState, runner: StillRunner, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hours of a first epoch are not deleted by a click: the question says what stays, and it can be resumed again."""
    save_checkpoint(run)
    page.hide()
    page.show()
    for seconds in (10, 121):
        page.resume_card.resume_requested.emit(run)
        job = runner.latest("resume")
        job.reported.emit(run_started(run))
        assert "as it was saved last" in page.view.cancel_button.toolTip()
        with monkeypatch.context() as patch:
            spend(patch, seconds=seconds)
            page.view.cancel_button.click()
        question = page.view.question
        assert (question is not None) == (seconds > 120)
        if question is not None:
            assert "leaves the run as saved last; it can be resumed from there" in question.informativeText()
            assert "deletes" not in question.informativeText()
            assert question.discard_button.text() == "Discard what is new"
            question.discard_button.click()
        assert job.is_cancelling
        job.cancelled.emit()
        assert run.exists()
        assert page.view.status.lines[0] == "Cancelled: it is as it was saved last"
        assert primary_buttons(page) == ["Resume"]
        assert state.run == run


def test_a_resume_that_fails_at_once_deletes_nothing(page: TrainPage, runner: StillRunner, run: Path) -> None:
    """Even where its folder cannot be read now: only Discard deletes what was begun before."""
    page.resume_card.resume_requested.emit(run)
    (run / "config.json").write_text("{", encoding="utf-8")
    runner.latest("resume").failed.emit(ConfigError("config.json is not JSON.", "Use the config.json of a run."))
    assert run.exists()


def test_an_interrupted_run_is_discarded_after_a_question(page: TrainPage, state: AppState, run: Path) -> None:
    """Its folder goes, and the card with it; whoever thinks better of it keeps both."""
    save_checkpoint(run)
    state.set_run(run)
    state.set_model(save_best_model(run))
    page.hide()
    page.show()
    for answer in ("Keep it", "Discard"):
        page.resume_card.discard_button.click()
        question = page.resume_card.question
        assert question is not None
        assert "best model" in question.informativeText()
        next(button for button in question.buttons() if button.text() == answer).click()
        assert page.resume_card.question is None
        assert run.exists() == page.resume_card.isVisible() == (answer == "Keep it")
    assert (state.run, state.model) == (None, None)


def test_a_failure_with_a_checkpoint_can_be_resumed(
    page: TrainPage, state: AppState, runner: StillRunner, run: Path
) -> None:
    """The disk was full or the process died: nothing is deleted, not even before the first epoch."""
    job = begin(page, state, runner, run)
    save_checkpoint(run)
    job.failed.emit(ChildDiedError("The process that did the work was ended.", "Start it again."))
    assert run.exists()
    assert page.view.status.lines[1] == "Resume goes on from its last checkpoint."
    assert primary_buttons(page) == ["Resume"]


def test_what_was_done_in_another_way_is_said(page: TrainPage, state: AppState, runner: StillRunner, run: Path) -> None:
    """Too little memory, a loss that ran away: it stays in sight while the training goes on."""
    job = begin(page, state, runner, run, epochs_done=1)
    job.reported.emit(TrainingAdjusted(text="Memory is short: 8 images at a time from now on, 32 per step as before."))
    job.reported.emit(batches(2, 10, 10))
    assert page.view.status.lines[2].startswith("Memory is short")
    job.reported.emit(run_started(run))  # said while it was being prepared, it is not lost when it begins
    assert page.view.status.lines[2].startswith("Memory is short")
    job.cancelled.emit()
    again = begin(page, state, runner, run)
    assert page.view.status.lines[2].startswith("AMD EPYC")
    again.cancelled.emit()
