"""Opens the window: the application, its look and icon, what it does once painted, and what other starts ask for."""

import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QLocale, QObject, Qt, Signal, Slot
from PySide6.QtGui import QFileOpenEvent, QIcon
from PySide6.QtWidgets import QApplication

from desktop.errors import UncaughtReporter, log_to_file
from desktop.garbage import GarbageCollector
from desktop.home_question import settle_home
from desktop.jobs import JobRunner
from desktop.main_window import NAME, MainWindow
from desktop.settings import Settings
from desktop.single_instance import SingleInstance
from desktop.state import AppState
from desktop.theme import RESOURCES, Theme
from engine import places


class Application(QApplication):
    """Hears from macOS which files the user opens with this program."""

    opened = Signal(object)
    """A tuple of one path."""

    def event(self, event: QEvent) -> bool:
        """Take files; everything else is Qt's."""
        if isinstance(event, QFileOpenEvent) and event.file():
            self.opened.emit((Path(event.file()),))
            return True
        return super().event(event)


class _Start(QObject):
    """What waits for the first paint, and what other starts hand over."""

    def __init__(self, window: MainWindow, paths: tuple[Path, ...]) -> None:
        super().__init__(window)
        self._window, self._paths = window, paths
        self._has_begun = False
        window.painted.connect(self._on_painted)

    @Slot()
    def _on_painted(self) -> None:
        self._has_begun = True
        self._window.begin(self._paths)

    @Slot(object)
    def on_received(self, paths: tuple[Path, ...]) -> None:
        """Bring the window to the front, with these files."""
        if self._has_begun:
            self._window.open_paths(paths)
        else:
            self._paths += paths
        self._window.setWindowState(self._window.windowState() & ~Qt.WindowState.WindowMinimized)
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()


def run(arguments: Sequence[str | Path]) -> int:
    """Open the window with `arguments` (a data folder, a model file, images) and stay until it is closed.

    Where a window of this user is open already, that one takes them and comes to the front.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl+C in the terminal ends it; the children see the pipe close
    QLocale.setDefault(
        QLocale(QLocale.Language.English, QLocale.Country.UnitedStates)
    )  # the language of all words here
    app = make_application()
    if not settle_home():
        return 0
    paths = tuple(Path(argument) for argument in arguments)
    instance = SingleInstance(places.home_dir())
    if not instance.take_place(paths):
        return 0
    try:
        return _show_window(app, instance, paths)
    finally:
        instance.leave()


def _show_window(app: Application, instance: SingleInstance, paths: tuple[Path, ...]) -> int:
    log_to_file()
    garbage = GarbageCollector(app)
    runner = JobRunner()
    window = MainWindow(AppState(), runner, Settings())
    reporter = UncaughtReporter()
    reporter.caught.connect(window.show_error)
    sys.excepthook = reporter.report
    Theme(app)  # after the window is built: a style sheet makes building three times as slow
    start = _Start(window, paths)
    instance.received.connect(start.on_received)
    app.opened.connect(start.on_received)
    try:
        window.show()
        return app.exec()
    finally:
        runner.shutdown()
        garbage.stop()
        sys.excepthook = sys.__excepthook__
        start.deleteLater()


def make_application() -> Application:
    """The application with its names and icon."""
    app = Application(sys.argv[:1])
    app.setApplicationName("lesion-lab")
    app.setApplicationDisplayName(NAME)
    app.setDesktopFileName("lesion-lab")
    app.setWindowIcon(QIcon(str(RESOURCES / "icon.svg")))
    return app
