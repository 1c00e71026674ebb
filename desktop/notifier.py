"""Tells somebody who works elsewhere meanwhile that a long job has ended."""

import time

from PySide6.QtCore import QEvent, QObject, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from desktop.jobs import Job, JobRunner

LONG_S = 20.0
"""A job that took at least so many seconds is worth a message."""


class Notifier(QObject):
    """Says it in the window's title and its button in the task bar, and by a message of the system where it has those.

    Only while the window is not active; with the next look at the window all of it is gone.
    """

    def __init__(self, window: QWidget, runner: JobRunner) -> None:
        super().__init__(window)
        self._window, self._title = window, window.windowTitle()
        self._tray: QSystemTrayIcon | None = None
        runner.job_ended.connect(self._on_job_ended)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the news away once the window is looked at."""
        if event.type() == QEvent.Type.WindowActivate:
            self._clear()
        return False

    def tell(self, words: str) -> None:
        """Show `words` outside the window."""
        self._window.setWindowTitle(f"{words} - {self._title}")
        QApplication.alert(self._window)
        if QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages():
            tray = self._tray = self._tray or self._make_tray()
            tray.show()
            tray.showMessage(self._title, words, self._window.windowIcon())

    @Slot(object)
    def _on_job_ended(self, job: Job) -> None:
        is_long = job.started_at is not None and time.monotonic() - job.started_at >= LONG_S
        if is_long and not job.is_cancelling and self._window.isVisible() and not self._window.isActiveWindow():
            self.tell(f"{job.title}: {describe_end(job)}")

    @Slot()
    def _on_clicked(self) -> None:
        self._window.showNormal() if self._window.isMinimized() else self._window.show()
        self._window.raise_()
        self._window.activateWindow()

    def _make_tray(self) -> QSystemTrayIcon:
        icon = self._window.windowIcon()
        tray = QSystemTrayIcon(QApplication.windowIcon() if icon.isNull() else QIcon(icon), self)
        tray.messageClicked.connect(self._on_clicked)
        tray.activated.connect(self._on_clicked)
        return tray

    def _clear(self) -> None:
        self._window.setWindowTitle(self._title)
        if self._tray is not None:
            self._tray.hide()


def describe_end(job: Job) -> str:
    """How a job ended, in a word or two."""
    if job.has_succeeded:
        return "done"
    return "paused" if job.has_paused else "ended with an error"
