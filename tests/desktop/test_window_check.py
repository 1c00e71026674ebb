"""The check of the window, in a child process as the self-test runs it."""

from pathlib import Path

import pytest
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from desktop.window_check import _check_drawn
from engine.calls import Call
from engine.errors import EngineError
from engine.events import Control, ignore_events
from engine.process import Lane


def test_every_page_is_drawn_in_a_child(tmp_path: Path) -> None:
    """The child opens the window, draws and closes it, and says so."""
    lane = Lane("window-check", tmp_path)
    try:
        said = lane.run(Call("desktop.window_check:check", {}), ignore_events, Control())
    finally:
        lane.close()
    assert said.startswith("5 pages drawn on offscreen")


def test_an_empty_surface_is_no_page(qtbot: QtBot) -> None:
    """A platform plugin that draws nothing is found out."""
    empty = QWidget()
    qtbot.addWidget(empty)
    with pytest.raises(EngineError, match="nothing is to be seen"):
        _check_drawn(empty, "the page")
    label = QLabel("Some words, drawn with soft edges")
    qtbot.addWidget(label)
    assert isinstance(label.grab(), QPixmap)
    _check_drawn(label, "the label")
