"""The window: its frame, what it remembers, and that closing it never loses a model."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop.jobs import Job, JobRunner
from desktop.main_window import SIZE, SMALLEST, MainWindow
from desktop.settings import Settings
from desktop.state import AppState
from desktop.theme import Theme
from desktop.widgets.training_question import TrainingQuestion
from engine.calls import Call
from engine.errors import DataError
from engine.labels import NOTICE
from engine.results import DeviceInfo
from tests.desktop.datasets import missing, summary

COUNTING = "tests.engine.process_targets:count"
DEVICE = DeviceInfo(kind="cpu", name="AMD EPYC, 2 threads", reason="There is no graphics card.")


@pytest.fixture
def window(qtbot: QtBot, state: AppState, runner: JobRunner, settings: Settings) -> Iterator[MainWindow]:
    window = MainWindow(state, runner, settings)
    qtbot.addWidget(window)
    window.show()
    yield window
    runner.shutdown()  # so that closing asks nothing


@pytest.fixture
def training(
    qtbot: QtBot, window: MainWindow, runner: JobRunner, state: AppState, monkeypatch: pytest.MonkeyPatch
) -> Job:
    """A long job in a real child that the window takes for a training."""
    monkeypatch.setattr("desktop.jobs.TRAIN", COUNTING)
    job = runner.start(Call(COUNTING, {"total": 100_000, "seconds": 0.01}), "Training")
    with qtbot.waitSignal(job.reported, timeout=60_000):
        pass
    assert state.is_training
    return job


def question_of(window: MainWindow) -> TrainingQuestion:
    assert window.question is not None
    return window.question


def test_the_frame_is_as_designed(window: MainWindow) -> None:
    """Size, five pages in order, the notice always in sight."""
    assert window.size() == SIZE
    assert window.minimumSize() == SMALLEST
    assert [page.title for page in window.pages.values()] == ["Data", "Train", "Evaluate", "Predict", "Web demo"]
    assert window.page is window.pages["data"]
    assert NOTICE in [label.text() for label in window.sidebar.findChildren(QLabel)]


def test_the_names_of_the_pages_stand_below_each_other(window: MainWindow, theme: Theme) -> None:
    """Each has a line of its own, with room around its words."""
    pages = window.sidebar.list
    rows = [pages.visualItemRect(pages.item(row)) for row in range(pages.count())]
    assert all(row.height() >= pages.fontMetrics().height() + 16 for row in rows)
    assert all(above.bottom() < below.top() for above, below in itertools.pairwise(rows))


def test_the_keyboard_reaches_all_pages(qtbot: QtBot, window: MainWindow) -> None:
    """Ctrl+1 to Ctrl+5 from anywhere, arrow keys in the sidebar."""
    window.activateWindow()
    for number, page in enumerate(window.pages.values()):
        qtbot.keyClick(window, Qt.Key(Qt.Key.Key_1 + number), Qt.KeyboardModifier.ControlModifier)
        assert window.page is page
        assert window.sidebar.list.currentRow() == number
    window.sidebar.list.setFocus()
    qtbot.keyClick(window.sidebar.list, Qt.Key.Key_Up)
    assert window.page is window.pages["predict"]


def test_a_page_can_lead_to_another(window: MainWindow) -> None:
    """Its request turns the page and the sidebar."""
    window.data_page.page_requested.emit("train")
    assert window.page is window.pages["train"]
    assert window.sidebar.list.currentRow() == 1


def test_each_page_has_one_primary_button_in_sight(window: MainWindow) -> None:
    """In its empty state: what to do next."""
    for name, page in window.pages.items():
        window.show_page(name)
        primary = [one for one in page.findChildren(QPushButton) if one.isVisible() and one.property("primary")]
        assert len(primary) == 1, name


def test_all_that_can_be_operated_has_a_name(window: MainWindow) -> None:
    """Screen readers name every control that is in sight on any page."""
    kinds = (QAbstractButton, QComboBox, QLineEdit, QAbstractSpinBox, QAbstractItemView, QAbstractSlider)
    for name in window.pages:
        window.show_page(name)
        nameless = [
            widget
            for widget in window.findChildren(QWidget)
            if isinstance(widget, kinds)
            and widget.isVisible()
            and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
            and not widget.accessibleName()
            and not (isinstance(widget, QAbstractButton) and widget.text())
            and not isinstance(widget.parent(), (QAbstractSpinBox, QComboBox))
        ]
        assert nameless == [], name


def test_tab_goes_from_top_to_bottom(qtbot: QtBot, window: MainWindow, state: AppState, tmp_path: Path) -> None:
    """Pages, then the page as it is read, an error first."""
    state.set_dataset(summary(tmp_path, findings=(missing(1),)))
    window.show_error(ValueError("boom"))
    window.activateWindow()
    window.sidebar.list.setFocus()
    names = []
    for _ in range(9):
        widget = QApplication.focusWidget()
        names.append(widget.accessibleName() or (widget.text() if isinstance(widget, QPushButton) else ""))
        qtbot.keyClick(widget, Qt.Key.Key_Tab)
    assert names == [
        "Pages",
        "Help",
        "Copy the error's details",
        "Dismiss the error",
        "Choose another folder…",
        "Recent folders and demo data",
        "Views of the data set",
        "Overview of the data set",
        "Go to training",
    ]


def test_no_words_are_cut_in_the_smallest_window(
    qtbot: QtBot, window: MainWindow, theme: Theme, state: AppState, tmp_path: Path
) -> None:
    """At 960x640 each visible label and button has the room that its text needs, on all pages, empty and with data."""
    window.resize(SMALLEST)
    for dataset in (None, summary(tmp_path, is_demo=True)):
        state.set_dataset(dataset)
        for name, page in window.pages.items():
            window.show_page(name)
            qtbot.wait(20)
            assert list(cut_words(page)) == [], name


def cut_words(page: QWidget) -> Iterator[str]:
    for widget in page.findChildren(QWidget):
        if not widget.isVisible() or type(widget).__name__ == "ElidedLabel":
            continue
        if isinstance(widget, QLabel) and widget.text():
            needed = widget.heightForWidth(widget.width()) if widget.wordWrap() else widget.sizeHint().height()
            too_narrow = not widget.wordWrap() and widget.width() < widget.sizeHint().width()
            if too_narrow or widget.height() < needed:
                yield widget.text()
        elif isinstance(widget, QPushButton) and widget.width() < widget.minimumSizeHint().width():
            yield widget.text()


def test_the_status_bar_names_device_and_model(window: MainWindow, state: AppState, tmp_path: Path) -> None:
    """As soon as they are known; why this device stands in the tool tip."""
    assert window.status.words == "Looking for the device…  ·  no model yet"
    state.set_device(DEVICE)
    assert window.status.words == "AMD EPYC, 2 threads  ·  no model yet"
    assert "no graphics card" in window.status.findChildren(QLabel)[0].toolTip()


def test_the_status_bar_shows_the_running_job_and_cancels_it(
    qtbot: QtBot, window: MainWindow, runner: JobRunner
) -> None:
    """Title, progress, time left; Cancel says so at once; gone when it is over."""
    view = window.status.job_view
    job = runner.start(Call(COUNTING, {"total": 1000, "seconds": 0.01}), "Checking the images")
    qtbot.waitUntil(lambda: view.isVisible() and "of 1,000 steps" in view.text, timeout=60_000)
    assert "Checking the images" in view.text
    qtbot.mouseClick(view.cancel_button, Qt.MouseButton.LeftButton)
    assert "Cancelling…" in view.text
    qtbot.waitUntil(lambda: not view.isVisible(), timeout=60_000)
    assert job.is_over


def test_begin_asks_for_the_device_and_takes_up_the_last_things(
    qtbot: QtBot, window: MainWindow, state: AppState, runner: JobRunner, settings: Settings, tmp_path: Path
) -> None:
    """Last run and folder are there again, the folder checked anew by a real child; then the device is looked for."""
    settings.last_run = tmp_path
    settings.add_recent_folder(tmp_path)
    titles: list[str] = []
    runner.job_started.connect(lambda job: titles.append(job.title))
    window.begin()
    assert state.run == tmp_path
    qtbot.waitUntil(lambda: len(titles) == 2, timeout=180_000)
    assert titles == ["Checking the images", "Looking for the device"]
    assert window.data_page.error_panel.sentence  # the folder holds no data


def test_an_archive_given_at_the_start_takes_the_place_of_the_last_folder(
    qtbot: QtBot, window: MainWindow, settings: Settings, runner: JobRunner, tmp_path: Path
) -> None:
    """One data set is opened, the one that was asked for."""
    (tmp_path / "data.zip").write_bytes(b"")
    (tmp_path / "old").mkdir()
    settings.add_recent_folder(tmp_path / "old")
    opened: list[object] = []
    runner.job_started.connect(lambda job: opened.append(job.call.arguments.get("path")))
    window.begin([tmp_path / "data.zip"])
    qtbot.waitUntil(lambda: len(opened) == 2, timeout=180_000)
    assert opened == [tmp_path / "data.zip", None]


def test_paths_open_where_they_belong(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    """A folder, an archive or a table on Data, anything else on Predict."""
    (tmp_path / "data.zip").write_bytes(b"")
    for path in (tmp_path, tmp_path / "data.zip"):
        window.show_page("predict")
        window.open_paths([path])
        assert window.page is window.data_page
        assert window.data_page.job_view.isVisible()
    window.open_paths([tmp_path / "photo.jpg"])
    assert window.page is window.predict_page
    assert window.predict_page.error_panel.sentence  # there is no model yet


def test_size_model_and_run_are_remembered(
    qtbot: QtBot, window: MainWindow, state: AppState, runner: JobRunner, tmp_path: Path
) -> None:
    """What a window saved when it closed, the next one has again."""
    model = tmp_path / "model.safetensors"
    model.write_bytes(b"")
    window.resize(SMALLEST.width(), 700)  # the screen of the tests is no larger
    state.set_model(model)  # is being read when the window closes
    state.set_run(tmp_path)
    window.close()
    again = Settings()
    assert (again.last_model, again.last_run) == (model, tmp_path)
    other = MainWindow(AppState(), JobRunner(), again)
    qtbot.addWidget(other)
    assert (other.width(), other.height()) == (SMALLEST.width(), 700)
    other.close()


def test_an_error_of_no_page_is_shown_on_the_present_one(window: MainWindow) -> None:
    """What nobody caught is not swallowed."""
    window.show_page("train")
    window.show_error(DataError("It broke.", "Mend it."))
    assert window.pages["train"].error_panel.sentence == "It broke."


def test_closing_without_a_training_asks_nothing_and_leaves_no_child(
    qtbot: QtBot, window: MainWindow, runner: JobRunner
) -> None:
    """Other work is simply given up."""
    job = runner.start(Call(COUNTING, {"total": 100_000, "seconds": 0.01}), "Checking")
    with qtbot.waitSignal(job.reported, timeout=60_000):
        pass
    pid = runner.child_pid("work")
    assert pid is not None
    assert window.close()
    assert window.question is None
    assert not psutil.pid_exists(pid)


def test_quit_closes_the_window(qtbot: QtBot, window: MainWindow) -> None:
    """What the system's key for it sets off, where the system has one."""
    (quit_action,) = (action for action in window.actions() if action.text() == "Quit")
    assert quit_action.shortcut() == QKeySequence(QKeySequence.StandardKey.Quit)
    quit_action.trigger()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=60_000)


def test_closing_during_a_training_asks_and_keep_training_keeps_it(
    qtbot: QtBot, window: MainWindow, training: Job
) -> None:
    """The window stays, the training goes on; asking again later works."""
    for _ in range(2):
        assert not window.close()
        assert window.isVisible()
        question_of(window).keep_button.click()
        assert window.question is None
    assert training.isRunning()
    assert not training.is_cancelling
    assert not training.is_finishing_early


def test_escape_keeps_the_training(qtbot: QtBot, window: MainWindow, training: Job) -> None:
    """The key that everybody presses does no harm."""
    window.close()
    qtbot.keyClick(question_of(window), Qt.Key.Key_Escape)
    assert window.question is None
    assert not training.is_cancelling


def test_stop_early_waits_for_the_model_and_then_closes(
    qtbot: QtBot, window: MainWindow, training: Job, runner: JobRunner
) -> None:
    """ "Finishing…" is in sight; the result arrives before the window closes."""
    results: list[object] = []
    training.succeeded.connect(results.append)
    window.close()
    question_of(window).finish_button.click()
    assert training.is_finishing_early
    assert window.isVisible()
    assert window.closing_notice.isVisible()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=60_000)
    assert results == ["finished early after True"]
    assert runner.child_pid("work") is None


def test_closing_during_folds_offers_no_early_end(
    qtbot: QtBot, window: MainWindow, training: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Finishing early would end one of several trainings: closing asks all the same, and offers Pause."""
    monkeypatch.setattr("desktop.jobs.FOLDS", (COUNTING,))
    window.close()
    question = question_of(window)
    assert question.finish_button.isHidden()
    assert not question.pause_button.isHidden()
    assert "After it the window closes" in question.informativeText()
    question.keep_button.click()


def test_closing_again_while_it_finishes_keeps_waiting(qtbot: QtBot, window: MainWindow, training: Job) -> None:
    """An impatient second click loses nothing, and one can change one's mind."""
    training.finish_early()
    assert not window.close()
    assert window.question is None
    assert window.closing_notice.isVisible()
    window.stay_button.click()
    assert not window.closing_notice.isVisible()
    qtbot.waitUntil(lambda: training.has_succeeded, timeout=60_000)
    qtbot.wait(50)
    assert window.isVisible()


def test_discard_closes_at_once(qtbot: QtBot, window: MainWindow, training: Job, runner: JobRunner) -> None:
    """The training is cancelled and says so before all ends: its page can take the run away."""
    told: list[str] = []
    training.cancelled.connect(lambda: told.append("cancelled"))
    window.close()
    question = question_of(window)
    training.cancelling.connect(lambda: told.append("question in sight" if question.isVisible() else "cancelling"))
    question.discard_button.click()
    assert not window.isVisible()
    assert told == ["cancelling", "cancelled"]
    assert runner.child_pid("work") is None


def test_a_failure_while_finishing_keeps_the_window_open(qtbot: QtBot, window: MainWindow, training: Job) -> None:
    """Nobody would see the message otherwise."""
    window._wait_to_close()
    pid = window._runner.child_pid("work")
    assert pid is not None
    psutil.Process(pid).kill()
    with qtbot.waitSignal(training.failed, timeout=60_000):
        pass
    qtbot.waitUntil(lambda: not window.closing_notice.isVisible(), timeout=60_000)
    assert window.isVisible()


def test_a_training_that_ends_while_asked_answers_the_question(qtbot: QtBot, window: MainWindow, training: Job) -> None:
    """The model is saved, so that the window may close as it was told to."""
    window.close()
    training.finish_early()  # stands for its own end
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=60_000)
    assert training.has_succeeded
    assert window.question is None


def test_cancel_in_the_status_bar_asks_before_it_discards_a_training(
    qtbot: QtBot, window: MainWindow, training: Job
) -> None:
    """A slip of the mouse does not cost hours; the window stays open whatever is answered."""
    view = window.status.job_view
    qtbot.waitUntil(view.isVisible, timeout=60_000)
    view.cancel_button.click()
    assert not training.is_cancelling
    question_of(window).discard_button.click()
    assert training.is_cancelling
    qtbot.waitUntil(lambda: training.is_over, timeout=60_000)
    qtbot.wait(50)
    assert window.isVisible()


def test_cancel_asks_too_while_the_training_finishes(qtbot: QtBot, window: MainWindow, training: Job) -> None:
    """The best model is about to be saved: whoever keeps it gets it."""
    view = window.status.job_view
    qtbot.waitUntil(view.isVisible, timeout=60_000)
    training.finish_early()
    assert "Finishing…" in view.text
    view.cancel_button.click()
    question_of(window).keep_button.click()
    qtbot.waitUntil(lambda: training.has_succeeded, timeout=60_000)
    assert window.isVisible()


def test_pause_is_the_answer_that_return_gives_and_closes_the_window(
    qtbot: QtBot,
    window: MainWindow,
    runner: JobRunner,
    state: AppState,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """The safe default: the checkpoint is written, then the window closes, and no child is left."""
    target = "tests.engine.process_targets:count_pausable"
    monkeypatch.setattr("desktop.jobs.TRAIN", target)
    training = runner.start(Call(target, {"path": tmp_path / "run", "seconds": 0.01}), "Training")
    with qtbot.waitSignal(training.reported, timeout=60_000):
        pass
    window.close()
    question = question_of(window)
    assert question.defaultButton() is question.pause_button
    qtbot.keyClick(question, Qt.Key.Key_Return)
    assert training.is_pausing
    assert window.closing_notice.isVisible()
    assert not window.close()  # an impatient second click loses nothing
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=60_000)
    assert training.has_paused
    assert (tmp_path / "run").read_text() == "checkpoint"
    assert runner.child_pid("work") is None


def test_images_can_be_dropped_anywhere(window: MainWindow) -> None:
    """On the side bar, say: Predict opens and takes them, or says what is missing."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/images/a.jpg")])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), copy, data, left, none)
    QGuiApplication.sendEvent(window.sidebar, enter)
    assert enter.isAccepted()
    QGuiApplication.sendEvent(window.sidebar, QDropEvent(QPointF(5, 5), copy, data, left, none))
    assert window.page is window.predict_page
    assert window.predict_page.error_panel.sentence == "There is no model to answer."
