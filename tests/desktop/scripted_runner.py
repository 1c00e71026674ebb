"""A runner that carries out nothing: the test says what becomes of each job."""

from typing import Any

from PySide6.QtCore import QObject, Signal

from engine.calls import Call
from engine.events import Event


class ScriptedJob(QObject):
    """Has the face of a `Job`."""

    started = Signal()
    reported = Signal(object)
    succeeded = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    cancelling = Signal()
    finishing = Signal()

    def __init__(self, call: Call[Any], title: str) -> None:
        super().__init__()
        self.call, self.title = call, title
        self.is_cancelling = self.is_finishing_early = self.is_pausing = self.is_waiting = self.is_over = False

    @property
    def is_training(self) -> bool:
        return self.name == "train"

    @property
    def name(self) -> str:
        """The engine's function: "evaluate"."""
        return self.call.target.rpartition(":")[2]

    def cancel(self) -> None:
        self.is_cancelling = True
        self.cancelling.emit()

    def report(self, event: Event) -> None:
        """Say what it does."""
        self.reported.emit(event)

    def succeed(self, result: object) -> None:
        """End with a result."""
        self.is_over = True
        self.succeeded.emit(result)

    def fail(self, error: Exception) -> None:
        """End with an error."""
        self.is_over = True
        self.failed.emit(error)

    def end_cancelled(self) -> None:
        """End as a cancelled job does."""
        self.is_over = True
        self.cancelled.emit()


class ScriptedRunner(QObject):
    """Keeps the jobs that it was asked to start."""

    job_started = Signal(object)
    job_ended = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.jobs: list[ScriptedJob] = []

    def start(self, call: Call[Any], title: str) -> ScriptedJob:
        self.jobs.append(ScriptedJob(call, title))
        return self.jobs[-1]

    def names(self) -> list[str]:
        """The engine's functions in the order in which they were asked for."""
        return [job.name for job in self.jobs]

    def latest(self, name: str) -> ScriptedJob:
        """The latest job for the engine's function `name`."""
        return [job for job in self.jobs if job.name == name][-1]
