"""The Train page with folds chosen, with a runner that carries out nothing."""

from pathlib import Path
from typing import cast

import pytest
from PySide6.QtWidgets import QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from desktop.jobs import JobRunner
from desktop.pages.train_page import TrainPage
from desktop.state import AppState
from desktop.widgets import time_estimator, training_view
from engine.atomic import write_json
from engine.comparison_results import FoldsResult
from engine.errors import Paused, TrainingError
from engine.events import FoldStarted, LearningDone, StatusChanged
from engine.fold_sets import FoldSet, GivenUp
from engine.records import as_json
from engine.results import TimeEstimate
from tests.desktop.made_up_folds import make_fold_set, pooled
from tests.desktop.made_up_training import CPU, StillJob, StillRunner, batches, dataset, epoch_done, run_started

LOADING = 60_000


@pytest.fixture
def runner() -> StillRunner:
    return StillRunner()


@pytest.fixture
def page(qtbot: QtBot, state: AppState, runner: StillRunner, monkeypatch: pytest.MonkeyPatch) -> TrainPage:
    """On the screen, with data."""
    monkeypatch.setattr(time_estimator, "DEBOUNCE_MS", 10)
    page = TrainPage(state, cast(JobRunner, runner))
    qtbot.addWidget(page)
    page.resize(1020, 740)
    page.show()
    qtbot.waitExposed(page)
    state.set_dataset(dataset(Path("/data")))
    return page


def begin(page: TrainPage, runner: StillRunner, folds: Path, fold: int = 2) -> StillJob:
    """Folds that are in the second epoch of `fold`."""
    page.form.folds.choose_folds()
    page.start_button.click()
    job = runner.latest("train_folds")
    for number in range(1, fold + 1):
        job.reported.emit(FoldStarted(folds=folds, fold=number, n_folds=5))
        job.reported.emit(run_started(folds / f"run_{number}"))
        job.reported.emit(batches(1, 185, 185))
        job.reported.emit(epoch_done(1))
    job.reported.emit(batches(2, 10, 10))
    return job


def test_one_split_is_trained_unless_folds_are_chosen(page: TrainPage, runner: StillRunner) -> None:
    """The choice begins with one split and says what five folds bring and cost."""
    assert page.form.folds.n_folds == 1
    page.form.folds.choose_folds()
    assert "about five times as long" in page.form.folds.hint.text()
    assert "answered once by a model that did not learn from it" in page.form.folds.hint.text()
    page.start_button.click()
    call = runner.latest("train_folds").call
    assert (call.arguments["n_folds"], call.arguments["open_test"]) == (5, False)
    assert runner.count("train") == 0


def test_folds_are_made_by_lesion_whatever_split_was_chosen(page: TrainPage, runner: StillRunner) -> None:
    """Another split cannot be cut into folds: its choice is greyed and not passed on."""
    split = page.form.more.split
    split.choice.setCurrentIndex(split.choice.findData("new"))
    split.leaking.setChecked(True)
    page.form.folds.choose_folds()
    assert not split.isEnabled()
    page.start_button.click()
    config = runner.latest("train_folds").call.arguments["config"]
    assert (config.split, config.allow_leaking_split) == ("auto", False)


def test_the_time_of_folds_is_that_of_all(qtbot: QtBot, page: TrainPage, state: AppState, runner: StillRunner) -> None:
    """Five trainings are said to take five times as long, but for the images, which are prepared once; nothing is
    measured for it."""
    state.set_device(CPU)
    qtbot.waitUntil(lambda: runner.count("estimate_time") == 1, timeout=LOADING)
    estimate = TimeEstimate(device=CPU, seconds_per_epoch=84.0, seconds_in_all=144.0, n_train=5920)
    runner.latest("estimate_time").succeeded.emit(estimate)
    assert "About 43 min" in page.purpose
    page.form.folds.choose_folds()
    assert page.purpose.endswith("About 3 h 31 min on this computer.")
    assert page.view.status.lines[1].startswith("5 folds of 30 epochs of 84 s each")
    qtbot.wait(30)
    assert runner.count("estimate_time") == 1


def test_somebody_who_asked_for_folds_finds_them_chosen(page: TrainPage, state: AppState) -> None:
    """The way from an evaluation that shows too little ends at the choice of folds."""
    state.ask_for_folds()
    assert page.form.folds.n_folds == 5


def test_the_present_fold_is_followed(page: TrainPage, runner: StillRunner, state: AppState) -> None:
    """The status names the fold; its curves begin anew; the time left is that of the fold."""
    job = begin(page, runner, state.runs_dir / "set", fold=1)
    assert page.view.status.lines[0] == "Fold 1 of 5, epoch 2 of 30 · 17 min left in this fold"
    job.reported.emit(FoldStarted(folds=state.runs_dir / "set", fold=2, n_folds=5))
    assert page.view.status.lines[:2] == ("Fold 2 of 5", "1 fold done")
    assert not page.view.stop_button.isEnabled()
    job.reported.emit(run_started(state.runs_dir / "set" / "run_2"))
    job.reported.emit(batches(1, 10, 10))
    assert page.view.status.lines[0].startswith("Fold 2 of 5, epoch 1 of 30")
    assert page.view.run == state.runs_dir / "set"
    job.reported.emit(StatusChanged(text="Scoring the validation part after epoch 1"))
    assert page.view.status.lines[0].startswith("Scoring the validation part")


def test_stop_early_ends_the_present_fold_only(page: TrainPage, runner: StillRunner, state: AppState) -> None:
    """The button says so, the status says so, and with the next fold it can be pressed again."""
    folds = state.runs_dir / "set"
    job = begin(page, runner, folds)
    assert page.view.stop_button.text() == "Stop fold early"
    page.view.stop_button.click()
    assert job.is_finishing_early
    assert "then the next fold begins" in page.view.status.lines[0]
    assert not page.view.stop_button.isEnabled()
    job.is_finishing_early = False  # as the real one does with the next fold
    job.reported.emit(FoldStarted(folds=folds, fold=3, n_folds=5))
    job.reported.emit(run_started(folds / "run_3"))
    job.reported.emit(batches(1, 10, 10))
    assert page.view.status.lines[0].startswith("Fold 3 of 5, epoch 1 of 30")
    assert page.view.stop_button.isEnabled()


def test_the_result_of_folds_leads_to_the_evaluation(page: TrainPage, runner: StillRunner, state: AppState) -> None:
    """Done: the pooled figure, the set is selected, and no fold's model takes the place of the one in use."""
    model = Path("/models/in_use.safetensors")
    state.set_model(model)
    folds = make_fold_set(n_done=5)
    job = begin(page, runner, folds, fold=5)
    job.succeeded.emit(FoldsResult(path=folds, pooled=pooled()))
    assert page.view.status.lines[0] == "Done: balanced accuracy 0.640 over 5 folds"
    assert "each answered once" in page.view.status.lines[1]
    assert (state.run, state.model) == (folds, model)
    buttons = page.findChildren(QPushButton)
    assert [one.text() for one in buttons if one.isVisible() and one.property("primary")] == ["Look at the evaluation"]


def test_paused_folds_are_resumed_as_folds(page: TrainPage, runner: StillRunner, state: AppState) -> None:
    """Pause says in which fold it is; Resume goes on with the set."""
    folds = make_fold_set(n_done=1)
    job = begin(page, runner, folds)
    page.view.pause_button.click()
    job.paused.emit(Paused(folds, 3, 30))
    assert page.view.status.lines[0].startswith("Paused in fold 2 of 5")
    page.view.resume_button.click()
    assert runner.latest("resume_folds").call.arguments["folds"] == folds


def test_interrupted_folds_are_offered_and_can_be_discarded(qtbot: QtBot, state: AppState, runner: StillRunner) -> None:
    """A set that was killed is offered when the page opens; Discard asks, then deletes the set with all its runs."""
    folds = make_fold_set(n_done=2)
    page = TrainPage(state, cast(JobRunner, runner))
    qtbot.addWidget(page)
    page.show()
    qtbot.waitExposed(page)
    assert (
        page.resume_card.text
        == "resnet18, 5 folds, 23 Nov 11:15: interrupted. Resume goes on in fold 3 of 5, before its first epoch."
    )
    page.resume_card.discard_button.click()
    question = page.resume_card.question
    assert question is not None
    assert "2 finished folds" in question.informativeText()
    (discard,) = [
        one for one in question.buttons() if question.buttonRole(one) == QMessageBox.ButtonRole.DestructiveRole
    ]
    discard.click()
    assert not folds.exists()
    assert page.resume_card.isHidden()


def test_cancel_takes_new_folds_away_and_leaves_resumed_ones(
    page: TrainPage, runner: StillRunner, state: AppState, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cancelling what was begun now leaves nothing; cancelling what was resumed leaves what was saved."""
    new = make_fold_set(n_done=1)
    job = begin(page, runner, new)
    monkeypatch.setattr(training_view, "UNASKED_SECONDS", 0.0)
    page.view.cancel_button.click()
    assert page.view.question is not None
    assert page.view.question.finish_button.isHidden()
    page.view.question.discard_button.click()
    assert job.is_cancelling
    job.cancelled.emit()
    assert not new.exists()
    old = make_fold_set(n_done=2)
    page.resume_card.resume_requested.emit(old)
    job = runner.latest("resume_folds")
    job.reported.emit(FoldStarted(folds=old, fold=3, n_folds=5))
    job.cancel()
    job.cancelled.emit()
    assert old.exists()
    assert page.view.status.lines[0] == "Cancelled: it is as it was saved last"
    assert page.view.resume_button.isVisible()


def test_when_all_is_learned_nothing_is_left_to_stop(page: TrainPage, runner: StillRunner, state: AppState) -> None:
    """While a fold is checked and written neither Stop nor Pause would act; while folds are evaluated Pause does."""
    folds = state.runs_dir / "set"
    job = begin(page, runner, folds)
    view = page.view
    assert view.stop_button.isEnabled()
    assert view.pause_button.isEnabled()
    job.reported.emit(LearningDone(can_pause=False))
    assert not view.stop_button.isEnabled()
    assert not view.pause_button.isEnabled()
    assert "all is learned" in view.stop_button.toolTip()
    assert "all is learned" in view.pause_button.toolTip()
    job.reported.emit(FoldStarted(folds=folds, fold=3, n_folds=5))
    job.reported.emit(run_started(folds / "run_3"))
    assert view.stop_button.isEnabled()
    job.reported.emit(LearningDone(can_pause=True))
    assert not view.stop_button.isEnabled()
    assert view.pause_button.isEnabled()
    assert "what is evaluated is kept" in view.pause_button.toolTip()


def test_folds_that_cannot_be_trained_are_kept_but_not_offered_to_resume(page: TrainPage, runner: StillRunner) -> None:
    """The numbers of a fold run away every time: the page says what to do, and deletes nothing."""
    folds = make_fold_set(n_done=2)
    write_json(FoldSet(folds).given_up, as_json(GivenUp(fold=2, message="It ran away.", hint="Train again.")))
    job = begin(page, runner, folds, fold=3)
    job.failed.emit(TrainingError("It ran away.", "Train again."))
    assert page.view.status.lines[0].startswith("The training broke off with 2 of 5 folds done")
    assert not page.view.resume_button.isVisible()
    assert folds.is_dir()


def test_folds_that_broke_off_can_be_resumed(page: TrainPage, runner: StillRunner, state: AppState) -> None:
    """A fault in the third fold: the sentence, where it was, and Resume."""
    folds = make_fold_set(n_done=2)
    job = begin(page, runner, folds, fold=3)
    job.failed.emit(TrainingError("The disk is full.", "Make room."))
    assert page.error_panel.sentence == "The disk is full."
    assert page.view.status.lines[0].startswith("The training broke off with 2 of 5 folds done")
    assert page.view.status.lines[1] == "Resume goes on in fold 3 of 5, before its first epoch."
    assert page.view.resume_button.isVisible()
    assert folds.exists()
