"""Writes down, in order, what a job says and in which thread."""

from PySide6.QtCore import QObject, QThread, Slot

from desktop.jobs import Job


class JobRecorder(QObject):
    """`said` holds ("reported" | "succeeded" | "failed" | "cancelled" | "finished", content)."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self.said: list[tuple[str, object]] = []
        self.threads: set[QThread] = set()
        job.reported.connect(self._on_reported)
        job.succeeded.connect(self._on_succeeded)
        job.failed.connect(self._on_failed)
        job.cancelled.connect(self._on_cancelled)
        job.finished.connect(self._on_finished)

    @property
    def kinds(self) -> list[str]:
        """What was said, without contents and events."""
        return [kind for kind, _ in self.said if kind != "reported"]

    @property
    def is_over(self) -> bool:
        return "finished" in self.kinds

    def content(self, kind: str) -> object:
        """What came with the only signal of this kind."""
        (content,) = [content for one, content in self.said if one == kind]
        return content

    def _note(self, kind: str, content: object = None) -> None:
        self.said.append((kind, content))
        self.threads.add(QThread.currentThread())

    @Slot(object)
    def _on_reported(self, event: object) -> None:
        self._note("reported", event)

    @Slot(object)
    def _on_succeeded(self, result: object) -> None:
        self._note("succeeded", result)

    @Slot(object)
    def _on_failed(self, error: object) -> None:
        self._note("failed", error)

    @Slot()
    def _on_cancelled(self) -> None:
        self._note("cancelled")

    @Slot()
    def _on_finished(self) -> None:
        self._note("finished")
