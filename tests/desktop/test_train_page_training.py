"""The Train page with the engine behind it: real trainings of the demo data in a real child process."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import psutil
import pytest
from PySide6.QtCore import QEventLoop
from pytestqt.qtbot import QtBot

from desktop.jobs import JobRunner
from desktop.pages.train_page import TrainPage
from desktop.state import AppState
from engine import calls
from engine.calls import Call
from engine.events import EpochDone, Event, FoldStarted
from engine.results import DatasetSummary
from engine.runs import RunFolder, list_runs, read_run

LONG = 120_000
"""Milliseconds; the first call of a child imports torch."""


@pytest.fixture(scope="module")
def runner(qapp: object) -> Iterator[JobRunner]:
    """One for all tests here, so that one child imports torch."""
    runner = JobRunner()
    yield runner
    runner.shutdown()


@pytest.fixture(scope="module")
def data(runner: JobRunner, tmp_path_factory: pytest.TempPathFactory) -> DatasetSummary:
    """The demo data, drawn and checked in the child."""
    folder = tmp_path_factory.mktemp("demo") / "demo"
    answer(runner, calls.create_demo_data(folder))
    summary = answer(runner, calls.inspect_dataset(folder))
    assert isinstance(summary, DatasetSummary)
    return summary


def answer(runner: JobRunner, call: Call[Any]) -> object:
    """What the engine answers, as soon as it does."""
    answers: list[object] = []
    loop = QEventLoop()
    job = runner.start(call, "Preparing the test")
    job.succeeded.connect(answers.append)
    for ended in (job.succeeded, job.failed, job.cancelled):
        ended.connect(loop.quit)
    loop.exec()
    return answers[0]


@pytest.fixture
def state(runner: JobRunner) -> AppState:
    state = AppState()
    state.follow(runner)
    return state


@pytest.fixture
def page(
    qtbot: QtBot, runner: JobRunner, state: AppState, data: DatasetSummary, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TrainPage]:
    """Ready to train a small network on about 80 small images, with one thread."""
    page = TrainPage(state, runner)
    ask_form = page.form.config
    monkeypatch.setattr(page.form, "config", lambda data, out: replace(ask_form(data, out), threads=1))
    qtbot.addWidget(page)
    page.resize(1020, 740)
    state.set_dataset(data)
    page.form.image_size.setValue(32)
    page.form.more.batch_size.setValue(16)
    page.form.more.has_limit.setChecked(True)
    page.form.more.limit.setValue(80)
    page.show()
    yield page
    page.estimator.stop()
    qtbot.waitUntil(lambda: runner.running("work") is None and runner.running("answers") is None, timeout=LONG)


def start(page: TrainPage, epochs: int, on_event: Callable[[Event], None] | None = None) -> None:
    page.form.epochs.setValue(epochs)
    page.start_button.click()
    assert page.job is not None
    if on_event is not None:
        page.job.reported.connect(on_event)


def wait_for_end(qtbot: QtBot, page: TrainPage) -> None:
    qtbot.waitUntil(lambda: page.job is None, timeout=LONG)


def test_a_training_runs_to_its_end(qtbot: QtBot, page: TrainPage, state: AppState) -> None:
    """From the settings to a model in use, with curves drawn on the way."""
    start(page, 2)
    qtbot.waitUntil(lambda: state.is_training, timeout=LONG)
    wait_for_end(qtbot, page)
    assert page.error_panel.sentence == ""
    assert page.view.status.lines[0].startswith("Done: balanced accuracy 0.")
    assert state.run is not None
    assert state.model == RunFolder(state.run).final_model
    assert state.model.is_file()
    info = read_run(state.run)
    assert info is not None
    assert (info.state, info.epochs_run, info.is_demo) == ("finished", 2, True)
    assert page.shows_demo_notice
    qtbot.waitUntil(lambda: page.view.plots.shows_curves and page.view.plots.plot is not None, timeout=LONG)
    plot = page.view.plots.plot
    assert plot is not None
    qtbot.waitUntil(lambda: plot.notes[0] == f"best: epoch {info.best_epoch}")
    qtbot.waitUntil(lambda: not state.is_training)


def test_the_time_is_told_before_the_start(qtbot: QtBot, page: TrainPage) -> None:
    """The estimate comes from measured steps on this computer."""
    qtbot.waitUntil(lambda: "About" in page.purpose, timeout=LONG)
    assert page.purpose.endswith("on this computer.")
    assert "training images" in page.view.status.lines[1]


def test_stop_early_keeps_the_best(qtbot: QtBot, page: TrainPage, state: AppState) -> None:
    """A training of 500 epochs that is stopped after its first is a finished run with a model."""

    def stop(event: Event) -> None:
        if isinstance(event, EpochDone):
            page.view.stop_button.click()

    start(page, 500, stop)
    wait_for_end(qtbot, page)
    run = state.run
    assert run is not None
    assert RunFolder(run).final_model.is_file()
    assert "stopped early" in page.view.status.lines[1]


def test_a_paused_training_is_resumed_to_its_end(qtbot: QtBot, page: TrainPage, state: AppState) -> None:
    """Paused after the first of three epochs; Resume ends it as one run of three."""

    def pause(event: Event) -> None:
        if isinstance(event, EpochDone):
            page.view.pause_button.click()

    start(page, 3, pause)
    wait_for_end(qtbot, page)
    run = page.view.run
    assert run is not None
    (waiting,) = state.list_resumable()
    assert waiting.path == run
    assert waiting.epochs_run < 3
    page.view.resume_button.click()
    wait_for_end(qtbot, page)
    assert page.view.status.lines[0].startswith("Done"), page.error_panel.sentence
    info = read_run(run)
    assert info is not None
    assert (info.state, info.epochs_run, info.is_resumable) == ("finished", 3, False)
    assert state.list_resumable() == ()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_folds_are_stopped_one_by_one_and_pooled(
    qtbot: QtBot, page: TrainPage, state: AppState, runner: JobRunner
) -> None:
    """Stop early is said in two of five folds; the others go their whole way, and the pooled figures can be read."""
    fold = 0
    epochs: list[int] = []

    def stop(event: Event) -> None:
        nonlocal fold
        if isinstance(event, FoldStarted):
            fold = event.fold
        elif isinstance(event, EpochDone):
            epochs.append(fold)
            if fold in (2, 4):
                page.view.stop_button.click()

    page.form.folds.choose_folds()
    start(page, 2, stop)
    qtbot.waitUntil(lambda: page.job is None, timeout=5 * LONG)
    assert page.error_panel.sentence == ""
    assert page.view.status.lines[0].endswith("over 5 folds")
    assert [epochs.count(fold) for fold in (1, 3, 5)] == [2, 2, 2]
    assert state.run is not None
    assert state.model is None
    (listed,) = state.list_results()
    assert (listed.path, listed.n_folds, listed.folds_done) == (state.run, 5, 5)
    pooled = answer(runner, replace(calls.read_pooled(state.run), lane="work"))
    assert getattr(pooled, "part", None) == "val"
    assert state.list_resumable() == ()


def test_cancel_in_mid_run_leaves_nothing(qtbot: QtBot, page: TrainPage, state: AppState) -> None:
    """Cancel ends the training, and the folder of the run is gone."""

    def cancel(event: Event) -> None:
        if isinstance(event, EpochDone):
            page.view.cancel_button.click()

    start(page, 500, cancel)
    qtbot.waitUntil(lambda: page.job is None or page.job.is_cancelling, timeout=LONG)
    qtbot.waitUntil(lambda: page.job is None, timeout=60_000)
    assert page.view.status.lines[0] == "Cancelled"
    assert list(state.runs_dir.iterdir()) == []
    assert state.model is None


def test_a_killed_child_leaves_the_best_model(
    qtbot: QtBot, page: TrainPage, state: AppState, runner: JobRunner
) -> None:
    """kill -9 in the second epoch or later: a clear message, the best model in use, and the next training runs."""
    seen: list[Event] = []
    start(page, 500, seen.append)
    qtbot.waitUntil(lambda: any(isinstance(event, EpochDone) for event in seen), timeout=LONG)
    pid = runner.child_pid("work")
    assert pid is not None
    psutil.Process(pid).kill()
    wait_for_end(qtbot, page)
    assert page.error_panel.sentence.startswith("The process that did the work")
    assert "Start it again" in page.error_panel.hint
    assert "is kept" in page.view.status.lines[1]
    model = state.model
    assert model is not None
    (info,) = list_runs(state.runs_dir)
    assert (info.state, info.model) == ("interrupted", model)
    card = answer(runner, replace(calls.read_card(model), lane="work"))  # by the child that trains next
    assert getattr(card, "is_finished", None) is False
    start(page, 1)
    wait_for_end(qtbot, page)
    assert page.view.status.lines[0].startswith("Done")
