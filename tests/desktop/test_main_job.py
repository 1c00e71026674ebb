"""The main job from the window alone, as a newcomer does it: demo data, training, evaluation, dropped images.

Leaves a picture of each page in light and dark in the folder that `LESION_LAB_SCREENSHOTS` names.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.jobs import JobRunner
from desktop.main_window import MainWindow
from desktop.pages.evaluate_page import EvaluatePage
from desktop.pages.predict_page import PredictPage
from desktop.pages.train_page import TrainPage
from desktop.settings import Settings
from desktop.state import AppState
from desktop.theme import Theme
from engine import runs

LONG = 120_000  # ms; the children import torch first


class Newcomer:
    """Somebody at the window who clicks, waits and takes pictures."""

    def __init__(self, window: MainWindow, theme: Theme, qtbot: QtBot, pictures: Path) -> None:
        self.window, self.theme, self.qtbot, self.pictures = window, theme, qtbot, pictures

    def click(self, button: Any) -> None:
        assert button.isVisible()
        assert button.isEnabled()
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def wait(self, condition: Any) -> None:
        self.qtbot.waitUntil(condition, timeout=LONG)

    def drop(self, target: Any, paths: list[Path]) -> None:
        """Drag files over `target` and let go, as Qt delivers it."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        action, buttons, keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        enter = QDragEnterEvent(QPoint(20, 20), action, data, buttons, keys)
        QApplication.sendEvent(target, enter)
        assert enter.isAccepted()
        QApplication.sendEvent(target, QDropEvent(QPointF(20, 20), action, data, buttons, keys))

    def take_picture(self, name: str) -> None:
        """The window in light and in dark, at both sizes that it is made for."""
        for scheme, suffix in ((Qt.ColorScheme.Light, ""), (Qt.ColorScheme.Dark, "-dark")):
            self.theme.set_scheme(scheme)
            for width, height, size in ((1200, 780, ""), (960, 640, "-small")):
                self.window.resize(width, height)
                self.qtbot.wait(150)
                path = self.pictures / f"{name}{suffix}{size}.png"
                assert self.window.grab().save(str(path))
                assert path.stat().st_size > 5000
        self.theme.set_scheme(Qt.ColorScheme.Light)
        self.window.resize(1200, 780)


@pytest.fixture
def newcomer(
    qtbot: QtBot, state: AppState, runner: JobRunner, settings: Settings, tmp_path: Path
) -> Iterator[Newcomer]:
    pictures = Path(os.environ.get("LESION_LAB_SCREENSHOTS", tmp_path / "pictures"))
    pictures.mkdir(parents=True, exist_ok=True)
    app = cast(QApplication, QApplication.instance())
    theme = Theme(app)
    window = MainWindow(state, runner, settings)
    qtbot.addWidget(window)
    window.show()
    window.begin()
    qtbot.waitUntil(lambda: state.device is not None, timeout=LONG)
    yield Newcomer(window, theme, qtbot, pictures)
    theme.deleteLater()


def test_the_main_job(newcomer: Newcomer, state: AppState, home: Path, tmp_path: Path) -> None:
    """A newcomer gets data, a trained and honestly scored model, and answers, without leaving the window."""
    window = newcomer.window
    newcomer.take_picture("0-welcome")
    newcomer.click(window.first_start.welcome.skip_button)
    newcomer.take_picture("1-start")

    newcomer.click(window.data_page.demo_button)
    newcomer.wait(lambda: state.dataset is not None)
    assert state.dataset is not None
    assert state.dataset.is_demo
    assert window.page.shows_demo_notice
    newcomer.take_picture("2-data")

    newcomer.click(window.data_page.train_button)
    train_page = cast(TrainPage, window.pages["train"])
    assert window.page is train_page
    train_page.form.image_size.setValue(32)
    train_page.form.epochs.setValue(3)
    newcomer.wait(lambda: "this computer" in train_page.purpose)
    newcomer.take_picture("3-ready")
    newcomer.click(train_page.start_button)
    newcomer.wait(lambda: len(runs.read_history(_history(state))) >= 1 or train_page.job is None)
    newcomer.take_picture("4-training")
    newcomer.wait(lambda: train_page.job is None)
    assert state.run is not None
    assert state.model == runs.RunFolder(state.run).final_model
    assert train_page.error_panel.sentence == ""
    newcomer.take_picture("5-trained")

    window.show_page("evaluate")
    evaluate_page = cast(EvaluatePage, window.pages["evaluate"])
    newcomer.wait(lambda: evaluate_page.shown is not None)
    assert evaluate_page.shown is not None
    assert evaluate_page.shown.part == "val"
    assert evaluate_page.shown.test_openings == 0
    newcomer.take_picture("6-evaluation")

    window.show_page("predict")
    predict_page = cast(PredictPage, window.pages["predict"])
    newcomer.wait(lambda: state.model_card is not None)
    newcomer.take_picture("7-predict-empty")
    (tmp_path / "letter.jpg").write_text("not an image")
    images = sorted((home / "demo").rglob("*.jpg"))[:6]
    newcomer.drop(predict_page, [*images, tmp_path / "letter.jpg"])
    newcomer.wait(lambda: len(predict_page.list.answers.answers) >= 7 and predict_page.queue.job is None)
    everything = [answer.prediction for answer in predict_page.list.answers.answers]
    answers = [answer for answer in everything if not answer.fused_from]  # lesions with several images have one more
    assert [answer.path for answer in answers] == [*images, tmp_path / "letter.jpg"]
    assert all(answer.code is not None for answer in answers[:6])
    assert answers[6].code is None
    assert answers[6].error
    newcomer.qtbot.wait(1000)
    newcomer.take_picture("8-predictions")


def _history(state: AppState) -> Path:
    """The history of the run that is being trained, wherever it will be."""
    folders = sorted(state.runs_dir.glob("*/history.csv"))
    return folders[-1] if folders else state.runs_dir / "none"
