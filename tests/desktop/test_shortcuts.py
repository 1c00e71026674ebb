"""The list of keys is that of the window: none is forgotten, none has no words."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from desktop.jobs import JobRunner
from desktop.main_window import MainWindow
from desktop.settings import Settings
from desktop.shortcuts import EVERYWHERE, KeyUse, find_keys
from desktop.state import AppState
from desktop.widgets.shortcuts_dialog import ShortcutsDialog

DESKTOP = Path(__file__).parents[2] / "desktop"


@pytest.fixture
def window(qtbot: QtBot, state: AppState, runner: JobRunner, settings: Settings) -> Iterator[MainWindow]:
    window = MainWindow(state, runner, settings)
    qtbot.addWidget(window)
    yield window
    window.close()


def test_every_key_of_the_window_is_listed_with_words(window: MainWindow) -> None:
    """Whatever somebody adds says what it does, or this fails."""
    found = find_keys(window)
    assert [use for use in found if not use.words or not use.keys] == []
    listed = {use.keys for use in found}
    for action in window.findChildren(QAction):
        assert action.shortcut().isEmpty() or action.shortcut().toString() in listed
    assert {shortcut.key().toString() for shortcut in window.findChildren(QShortcut)} <= listed


def test_each_stands_where_it_holds(window: MainWindow) -> None:
    """The keys of the whole window first, then those of pages under their titles."""
    found = find_keys(window)
    assert found[0].place == EVERYWHERE
    assert KeyUse(EVERYWHERE, "Ctrl+1", "Data") in found
    assert KeyUse(EVERYWHERE, "F1", "User guide") in found
    assert any(use.place == "Predict" and use.keys == "Ctrl+V" for use in found)
    assert any(use.place == "Predict" and use.keys == "Del" for use in found)
    assert len(found) == len(set(found))


def test_a_widget_that_handles_keys_says_which() -> None:
    """Who overrides keyPressEvent fills in the property, since nobody can look inside."""
    for path in DESKTOP.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if "def keyPressEvent" in text:
            assert 'setProperty("keys"' in text, path


def test_an_action_that_is_added_is_in_the_dialog(qtbot: QtBot) -> None:
    """The dialog is made of what is there, not of a list."""
    owner = QWidget()
    qtbot.addWidget(owner)
    action = QAction("&Do it…", owner)
    action.setShortcut(QKeySequence("Ctrl+D"))
    dialog = ShortcutsDialog(owner)
    words = [label.text() for label in dialog.findChildren(QLabel)]
    assert words[words.index("Ctrl+D") + 1] in words
    assert "Do it" in words
