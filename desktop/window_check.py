"""Opens the window once, draws every page, and says what was seen: a part of the self-test."""

import os

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QWidget

from desktop import app, display
from desktop.jobs import JobRunner
from desktop.main_window import MainWindow
from desktop.settings import Settings
from desktop.state import AppState
from desktop.theme import Theme
from engine.errors import EngineError
from engine.events import Control, OnEvent, ignore_events

_LONGEST_MS = 30_000
_FEWEST_COLORS = 16


def check(*, control: Control | None = None, on_event: OnEvent = ignore_events) -> str:
    """Draw the window and the live plot, on the screen where there is one; what was seen, as a sentence.

    For a process of its own, whose main thread has no Qt application yet. Raises `EngineError`.
    """
    if (reason := display.why_no_window()) is not None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    qt = app.make_application()
    runner = JobRunner()
    theme = Theme(qt)
    window = MainWindow(AppState(), runner, Settings())
    try:
        loop = QEventLoop()
        window.painted.connect(loop.quit)
        QTimer.singleShot(_LONGEST_MS, loop.quit)
        window.show()
        loop.exec()
        for name in window.pages:
            window.show_page(name)
            _check_drawn(window, f"the {name} page")
        from desktop.widgets.live_plot import LivePlot

        plot = LivePlot()
        plot.resize(600, 300)
        _check_drawn(plot, "the live plot")
    finally:
        window.close()
        runner.shutdown()
        theme.deleteLater()
    where = f"{QGuiApplication.platformName()}, {reason}" if reason else QGuiApplication.platformName()
    return f"{len(window.pages)} pages drawn on {where}"


def _check_drawn(widget: QWidget, name: str) -> None:
    """An empty surface has one colour, a page has many."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_Indexed8)
    if image.isNull() or len(set(image.constBits())) < _FEWEST_COLORS:
        raise EngineError(f"Of {name} nothing is to be seen.", "The platform plugin of Qt does not draw here.")
