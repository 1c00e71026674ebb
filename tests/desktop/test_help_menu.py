"""Help: what it offers, that every dialog opens, and that diagnostics come out as a file."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from desktop.jobs import JobRunner
from desktop.main_window import MainWindow
from desktop.settings import Settings
from desktop.state import AppState
from desktop.widgets.about_dialog import AboutDialog
from desktop.widgets.guide_dialog import GuideDialog
from desktop.widgets.licences_dialog import LicencesDialog
from desktop.widgets.places_dialog import PlacesDialog
from desktop.widgets.shortcuts_dialog import ShortcutsDialog
from engine import places
from engine.errors import DiskError
from tests.desktop.faces import operable


@pytest.fixture
def window(qtbot: QtBot, state: AppState, runner: JobRunner, settings: Settings) -> Iterator[MainWindow]:
    window = MainWindow(state, runner, settings)
    qtbot.addWidget(window)
    window.show()
    yield window
    window.close()


def test_f1_opens_the_guide_beside_the_window(window: MainWindow, qtbot: QtBot) -> None:
    """One can go on working while one reads."""
    qtbot.keyClick(window, Qt.Key.Key_F1)
    dialog = window.help_menu.dialog
    assert isinstance(dialog, GuideDialog)
    assert dialog.isVisible()
    assert not dialog.isModal()
    window.help_menu.guide_action.trigger()
    assert window.help_menu.dialog is dialog  # one is enough
    dialog.close()
    window.help_menu.guide_action.trigger()
    assert window.help_menu.dialog is not dialog


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("keys_action", ShortcutsDialog),
        ("places_action", PlacesDialog),
        ("licences_action", LicencesDialog),
        ("about_action", AboutDialog),
    ],
)
def test_each_entry_opens_its_dialog(window: MainWindow, qtbot: QtBot, action: str, kind: type[QWidget]) -> None:
    """And Escape closes it."""
    getattr(window.help_menu, action).trigger()
    dialog = window.help_menu.dialog
    assert isinstance(dialog, kind)
    qtbot.waitUntil(dialog.isVisible)
    with qtbot.waitSignal(dialog.finished):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)


@pytest.mark.parametrize("name", ["guide", "keys", "places", "licences", "about"])
def test_every_control_of_the_dialogs_has_a_name(window: MainWindow, qtbot: QtBot, name: str) -> None:
    """A screen reader says what each is."""
    getattr(window.help_menu, f"{name}_action").trigger()
    dialog = window.help_menu.dialog
    assert dialog is not None
    qtbot.waitUntil(dialog.isVisible)
    controls = list(operable(dialog, also_disabled=True))
    assert controls
    for widget in controls:
        words = widget.text() if isinstance(widget, QAbstractButton) else ""
        assert widget.accessibleName() or words, widget
    dialog.close()


def test_the_button_in_the_sidebar_has_the_menu(window: MainWindow) -> None:
    """The keyboard reaches it by Tab; a screen reader says what it is."""
    button = window.sidebar.help_button
    assert button.menu() is window.help_menu
    assert button.accessibleName() == "Help"
    assert button.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_the_log_folder_is_shown(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where errors at the start are written, too."""
    shown: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: shown.append(url.toLocalFile()))
    window.help_menu.log_action.trigger()
    assert shown == [str(places.log_dir())]
    assert places.log_dir().is_dir()


def test_diagnostics_are_saved_by_a_child(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    """The file is asked for, written, and its place said."""
    window.help_menu.diagnostics_action.trigger()
    dialog = window.help_menu.dialog
    assert isinstance(dialog, QFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "d.zip"))
    dialog.close()
    qtbot.waitUntil(lambda: isinstance(window.help_menu.dialog, QMessageBox), timeout=60_000)
    assert isinstance(window.help_menu.dialog, QMessageBox)
    assert "d.zip" in window.help_menu.dialog.text()
    with zipfile.ZipFile(tmp_path / "d.zip") as archive:
        assert b"offscreen" in archive.read("about.json")


def test_diagnostics_that_cannot_be_saved_are_an_error_in_words(window: MainWindow) -> None:
    """Sentence and hint."""
    window.help_menu._on_failed(DiskError("The disk is full.", "Free some space."))
    box = window.help_menu.dialog
    assert isinstance(box, QMessageBox)
    assert (box.text(), box.informativeText()) == ("The disk is full.", "Free some space.")
