"""Opens the window: the application, its look and icon, and what is done once the window has been painted."""

import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QLocale, QObject, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from desktop.errors import UncaughtReporter, log_to_file
from desktop.jobs import JobRunner
from desktop.main_window import NAME, MainWindow
from desktop.settings import Settings
from desktop.state import AppState
from desktop.theme import RESOURCES, Theme


class _Start(QObject):
    """What waits for the first paint."""

    def __init__(self, window: MainWindow, paths: tuple[Path, ...]) -> None:
        super().__init__(window)
        self._window, self._paths = window, paths
        window.painted.connect(self._on_painted)

    @Slot()
    def _on_painted(self) -> None:
        self._window.begin(self._paths)


def run(arguments: Sequence[str | Path]) -> int:
    """Open the window with `arguments` (a data folder, a model file, images) and stay until it is closed."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl+C in the terminal ends it; the children see the pipe close
    QLocale.setDefault(
        QLocale(QLocale.Language.English, QLocale.Country.UnitedStates)
    )  # the language of all words here
    app = make_application()
    log_to_file()
    runner = JobRunner()
    window = MainWindow(AppState(), runner, Settings())
    reporter = UncaughtReporter()
    reporter.caught.connect(window.show_error)
    sys.excepthook = reporter.report
    Theme(app)  # after the window is built: a style sheet makes building three times as slow
    start = _Start(window, tuple(Path(argument) for argument in arguments))
    try:
        window.show()
        return app.exec()
    finally:
        runner.shutdown()
        sys.excepthook = sys.__excepthook__
        start.deleteLater()


def make_application() -> QApplication:
    """The application with its names and icon."""
    app = QApplication(sys.argv[:1])
    app.setApplicationName("lesion-lab")
    app.setApplicationDisplayName(NAME)
    app.setDesktopFileName("lesion-lab")
    app.setWindowIcon(QIcon(str(RESOURCES / "icon.svg")))
    return app
