"""What all pages share: keys that press their main buttons."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from desktop.main_window import MainWindow
from desktop.pages.page import Page
from desktop.settings import Settings
from desktop.shortcuts import find_keys
from desktop.state import AppState
from tests.desktop.faces import QuietRunner

CTRL = Qt.KeyboardModifier.ControlModifier


def test_a_key_presses_the_button_that_can_be_pressed(qtbot: QtBot) -> None:
    """Of several the first that is in sight and enabled; none where none is."""
    page = Page("Title", "Purpose.")
    qtbot.addWidget(page)
    first, second = QPushButton("first"), QPushButton("second")
    pressed: list[str] = []
    for button in (first, second):
        page.body.addWidget(button)
    first.clicked.connect(lambda: pressed.append("first"))
    second.clicked.connect(lambda: pressed.append("second"))
    page.add_key("Ctrl+Return", "Press", first, second)
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    for change in (lambda: None, first.hide, lambda: second.setEnabled(False)):
        change()
        qtbot.keyClick(page, Qt.Key.Key_Return, CTRL)
    assert pressed == ["first", "second"]


@pytest.mark.parametrize(
    ("page", "keys"),
    [
        ("Data", {"Ctrl+O"}),
        ("Train", {"Ctrl+Return"}),
        ("Evaluate", {"Ctrl+S"}),
        ("Predict", {"Ctrl+O", "Ctrl+S"}),
        ("Web demo", {"Ctrl+Return"}),
    ],
)
def test_each_page_has_keys_for_its_main_actions(
    qtbot: QtBot, state: AppState, settings: Settings, page: str, keys: set[str]
) -> None:
    """And the list in Help knows them."""
    window = MainWindow(state, QuietRunner(), settings)  # type: ignore[arg-type]
    qtbot.addWidget(window)
    listed = {use.keys: use.words for use in find_keys(window) if use.place == page}
    assert keys <= set(listed)
    assert all(listed.values())
