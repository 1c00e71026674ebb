"""The first start: one question, asked once, and each answer leads on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from desktop.main_window import MainWindow
from desktop.settings import Settings
from desktop.state import AppState
from tests.desktop.faces import QuietRunner
from tests.desktop.samples import card


@pytest.fixture
def scripted() -> QuietRunner:
    return QuietRunner()


@pytest.fixture
def window(qtbot: QtBot, state: AppState, scripted: QuietRunner, settings: Settings) -> Iterator[MainWindow]:
    window = MainWindow(state, scripted, settings)  # type: ignore[arg-type]
    qtbot.addWidget(window)
    window.show()
    yield window
    window.close()


def test_a_newcomer_is_asked_once(qtbot: QtBot, window: MainWindow, scripted: QuietRunner) -> None:
    """The first start shows the welcome with one primary button; the next one does not, however this one ended."""
    window.begin()
    welcome = window.first_start.welcome
    assert window.page is welcome
    assert window.sidebar.list.currentRow() == -1
    assert [one for one in welcome.findChildren(QPushButton) if one.property("primary")] == [welcome.look_button]
    other = MainWindow(AppState(), scripted, Settings())  # type: ignore[arg-type]
    qtbot.addWidget(other)
    other.begin()
    assert other.page is other.data_page


def test_who_knows_what_to_open_is_not_asked(window: MainWindow, tmp_path: Path) -> None:
    """Somebody who double-clicked an image wants its answer."""
    window.begin([tmp_path / "photo.jpg"])
    assert window.page is window.predict_page


def test_who_was_here_before_is_not_greeted(window: MainWindow, settings: Settings, tmp_path: Path) -> None:
    """Whoever has opened data with an earlier version is no newcomer."""
    settings.last_run = tmp_path
    window.begin()
    assert window.page is window.data_page


def test_samples_with_the_starter(starter_file: Path, window: MainWindow, scripted: QuietRunner) -> None:
    """One click chooses the starter and turns to Predict, where the samples are."""
    window.begin()
    window.first_start.welcome.look_button.click()
    assert window.page is window.predict_page
    assert scripted.latest("describe").call.arguments == {"path": starter_file}


def test_an_image_in_an_empty_home_is_answered_by_the_starter(
    starter_file: Path, window: MainWindow, scripted: QuietRunner, tmp_path: Path
) -> None:
    """Dropped, or given at the start: nobody has to choose a model first."""
    window.begin([tmp_path / "photo.jpg"])
    (reading,) = [job for job in scripted.jobs if job.call.arguments == {"path": starter_file}]
    reading.succeed(card())
    asked = scripted.latest("predict").call.arguments
    assert (asked["model"], asked["paths"]) == (starter_file, (tmp_path / "photo.jpg",))


def test_samples_without_a_starter_begin_with_demo_data(window: MainWindow, scripted: QuietRunner) -> None:
    """It says that a model is needed, and draws the data to train one."""
    window.begin()
    welcome = window.first_start.welcome
    assert "Samples need a model" in " ".join(label.text() for label in welcome.findChildren(QLabel))
    welcome.look_button.click()
    assert window.page is window.data_page
    assert scripted.latest("create").title == "Drawing the demo data"


def test_own_data_and_a_model_of_somebody(qtbot: QtBot, window: MainWindow) -> None:
    """The Data page; the file dialog on Predict."""
    window.show_welcome()
    window.first_start.welcome.data_button.click()
    assert window.page is window.data_page
    window.show_welcome()
    window.first_start.welcome.model_button.click()
    assert window.page is window.predict_page
    qtbot.waitUntil(lambda: bool(window.predict_page.findChildren(QFileDialog)), timeout=60_000)
    for dialog in window.predict_page.findChildren(QFileDialog):
        dialog.reject()


def test_it_can_be_skipped_by_button_key_and_sidebar(qtbot: QtBot, window: MainWindow) -> None:
    """Nobody has to answer."""
    welcome = window.first_start.welcome
    window.activateWindow()
    window.show_welcome()
    welcome.skip_button.click()
    assert window.page is window.data_page
    window.show_welcome()
    qtbot.keyClick(welcome.look_button, Qt.Key.Key_Escape)
    assert window.page is window.data_page
    window.show_welcome()
    window.sidebar.list.setCurrentRow(3)
    assert window.page is window.predict_page


def test_help_brings_it_back(window: MainWindow) -> None:
    """Whoever skipped it in a hurry finds it again."""
    window.begin()
    window.first_start.welcome.skip_button.click()
    window.help_menu.welcome_action.trigger()
    assert window.page is window.first_start.welcome


def test_an_error_is_seen_on_it_too(window: MainWindow) -> None:
    """What belongs to no page is shown where the user looks."""
    window.show_welcome()
    window.show_error(ValueError("boom"))
    assert window.first_start.welcome.error_panel.isVisible()
