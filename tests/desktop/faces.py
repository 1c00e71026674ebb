"""Turns the window to all its faces, for tests of what holds on every one: pages empty, at work and with results."""

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
    QWidget,
)

from desktop.main_window import MainWindow
from desktop.pages.evaluate_page import EvaluatePage
from desktop.pages.train_page import TrainPage
from desktop.state import AppState
from desktop.widgets.fold import Fold
from engine.errors import DataError
from engine.events import PredictionsDone
from engine.results import DeviceInfo
from tests.desktop.datasets import missing, summary
from tests.desktop.made_up_run import make_run
from tests.desktop.samples import card, evaluation, prediction, refusal
from tests.desktop.scripted_runner import ScriptedRunner
from tests.desktop.test_dataset_overview import COUNTS

KINDS = (
    QAbstractButton,
    QComboBox,
    QLineEdit,
    QAbstractSpinBox,
    QAbstractItemView,
    QAbstractSlider,
    QTabBar,
    QPlainTextEdit,
    QTextEdit,
)
"""What can be operated."""
DEVICE = DeviceInfo(kind="cpu", name="AMD EPYC, 2 threads", reason="There is no graphics card.")
LONG_NAME = "a rather long name of an image as some archives and microscopes give them, left side, 2026-11-23.jpg"


class QuietRunner(ScriptedRunner):
    """A scripted runner that a whole window can do with."""

    def running(self, lane: str) -> None:
        """Nothing runs on any lane."""

    def shutdown(self) -> None:
        """There is nothing to wait for."""


def turn(window: MainWindow, state: AppState, runner: QuietRunner, folder: Path) -> Iterator[str]:
    """The window's faces one after the other; gives the name of each while it is shown."""
    state.set_device(DEVICE)
    window.show_welcome()
    yield from _shown("welcome")
    for name in window.pages:
        window.show_page(name)
        yield from _shown(f"{name}, empty")
    yield from _turn_data(window, state, folder)
    yield from _turn_train(window)
    yield from _turn_evaluate(window, state, runner)
    yield from _turn_predict(window, runner)
    window.show_page("web")
    yield from _shown("web, ready")


def operable(root: QWidget, *, also_disabled: bool = False) -> list[QWidget]:
    """What can be operated now, in `root`: in sight, enabled, and no mere part of another control."""
    return [
        widget
        for widget in root.findChildren(QWidget)
        if isinstance(widget, KINDS)
        and widget.isVisible()
        and (also_disabled or widget.isEnabled())
        and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and not isinstance(widget.parent(), (QAbstractSpinBox, QComboBox, QLineEdit))
    ]


def name_of(widget: QWidget) -> str:
    """A widget for the message of a failed test."""
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    parents = type(widget.parent()).__name__
    return f"{type(widget).__name__} {widget.accessibleName() or text!r} in {parents}"


def _turn_data(window: MainWindow, state: AppState, folder: Path) -> Iterator[str]:
    window.show_page("data")
    state.set_dataset(summary(folder, counts=COUNTS, findings=tuple(missing(number) for number in range(40))))
    tabs = window.data_page.dataset_view.tabs
    for index in range(tabs.count()):
        tabs.setCurrentIndex(index)
        yield from _shown(f"data, {tabs.tabText(index)}")
    window.data_page.show_error(DataError("The table lacks the column dx.", "Choose the table that came with it."))
    yield from _shown("data, error")
    window.data_page.clear_error()


def _turn_train(window: MainWindow) -> Iterator[str]:
    window.show_page("train")
    page = window.pages["train"]
    assert isinstance(page, TrainPage)
    yield from _shown("train, ready")
    for fold in page.findChildren(Fold):
        fold.set_open(True)
    yield from _shown("train, all settings")


def _turn_evaluate(window: MainWindow, state: AppState, runner: QuietRunner) -> Iterator[str]:
    page = window.pages["evaluate"]
    assert isinstance(page, EvaluatePage)
    run = make_run()
    window.show_page("evaluate")
    state.set_run(run)
    runner.latest("read").succeed(evaluation(run))
    runner.latest("read").succeed(None)
    bar = page.view.tabs.bar
    for index in range(bar.count()):
        bar.setCurrentIndex(index)
        yield from _shown(f"evaluate, {bar.tabText(index)}")


def _turn_predict(window: MainWindow, runner: QuietRunner) -> Iterator[str]:
    window.show_page("predict")
    runner.latest("describe").succeed(card())  # of the run's model, which the page takes by itself
    yield from _shown("predict, no images")
    paths = (Path("/images/a.jpg"), Path(f"/images/{LONG_NAME}"), Path("/images/c.jpg"))
    window.predict_page.open_paths(paths)
    answers = (prediction(paths[0]), prediction(paths[1], "mel", 0.6, seen_in_training=True), refusal(paths[2]))
    runner.latest("predict").report(PredictionsDone(predictions=answers))
    runner.latest("predict").succeed(())
    for row in range(len(paths)):
        window.predict_page.list.setCurrentIndex(window.predict_page.list.model().index(row, 0))
        yield from _shown(f"predict, answer {row + 1}")


def _shown(name: str) -> Iterator[str]:
    QApplication.processEvents()
    yield name
