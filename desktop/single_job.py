"""One call at a time for a widget: a new one takes the place of the one before, whose result never arrives."""

from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from desktop.jobs import Job, JobRunner
from engine.calls import Call


class SingleJob(QObject):
    """Starts jobs for its owner and passes on how the latest one ended."""

    changed = Signal()
    """A job began or ended; see `job`."""
    succeeded = Signal(object)
    failed = Signal(object)

    def __init__(self, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._job: Job | None = None

    @property
    def job(self) -> Job | None:
        """What is under way."""
        return self._job

    def start(self, call: Call[Any], title: str) -> None:
        """Begin `call` in place of what is under way; `title` names it in the status bar."""
        self._drop()
        job = self._runner.start(call, title)
        job.succeeded.connect(self._on_succeeded)
        job.failed.connect(self._on_failed)
        job.cancelled.connect(self._on_cancelled)
        self._job = job
        self.changed.emit()

    def let_go(self) -> None:
        """Cancel what is under way, if anything, and hear no more of it."""
        if self._job is not None:
            self._drop()
            self.changed.emit()

    @Slot()
    def cancel(self) -> None:
        """Ask the job to stop: the user said so."""
        if self._job is not None:
            self._job.cancel()

    def _drop(self) -> None:
        job, self._job = self._job, None
        if job is not None and not job.is_over:
            job.succeeded.disconnect(self._on_succeeded)
            job.failed.disconnect(self._on_failed)
            job.cancelled.disconnect(self._on_cancelled)
            job.cancel()

    @Slot(object)
    def _on_succeeded(self, result: object) -> None:
        self._job = None
        self.succeeded.emit(result)
        self.changed.emit()

    @Slot(object)
    def _on_failed(self, error: object) -> None:
        self._job = None
        self.failed.emit(error)
        self.changed.emit()

    @Slot()
    def _on_cancelled(self) -> None:
        self._job = None
        self.changed.emit()
