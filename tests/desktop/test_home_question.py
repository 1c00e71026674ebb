"""A home that cannot be used is asked about before the window opens."""

from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from desktop.home_question import settle_home
from engine import home_choice, places
from engine.errors import DiskError


@pytest.fixture(autouse=True)
def own_choice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A choice that is not the user's, and a screen."""
    monkeypatch.setattr(home_choice, "choice_file", lambda: tmp_path / "settings" / "home.json")
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: "xcb")


def break_home(tmp_path: Path) -> None:
    """A file stands where the home should be."""
    (tmp_path / "file").write_text("in the way")
    home_choice.use_now(tmp_path / "file" / "home")


def click(*labels: str) -> None:
    """Click through the boxes that will come, by the words on the buttons."""
    waiting = list(labels)

    def act() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        buttons: dict[str, QAbstractButton] = {one.text().replace("&", ""): one for one in box.buttons()}
        label = waiting.pop(0)
        if waiting:
            QTimer.singleShot(100, act)
        assert not buttons[label].isHidden()
        buttons[label].click()

    QTimer.singleShot(100, act)


def test_a_home_in_order_asks_nothing(home: Path, qtbot: QtBot) -> None:
    """The usual start."""
    assert settle_home()
    assert places.home_dir() == home


def test_another_folder(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is chosen holds now and from the next start on."""
    break_home(tmp_path)
    other = tmp_path / "other"
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(other))
    other.mkdir()
    click("Choose another folder…")
    assert settle_home()
    assert places.home_dir() == other
    assert home_choice.chosen() == other


def test_quit(tmp_path: Path, qtbot: QtBot) -> None:
    """Trying again asks again; quitting ends it without a window."""
    break_home(tmp_path)
    click("Try again", "Quit")
    assert not settle_home()


def test_a_chosen_folder_that_is_gone_can_be_given_up(
    tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The standard folder takes its place."""
    monkeypatch.setattr(places.platformdirs, "user_data_path", lambda *_, **__: tmp_path / "standard")
    home_choice.choose(tmp_path / "gone")
    home_choice.use_now(tmp_path / "gone")
    click("Use the standard folder")
    assert settle_home()
    assert places.home_dir() == tmp_path / "standard"
    assert home_choice.chosen() is None


def test_where_nobody_looks_it_is_an_error(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """A box there would wait for ever."""
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: "offscreen")
    break_home(tmp_path)
    with pytest.raises(DiskError):
        settle_home()
