"""The job of a widget in one line, for as long as there is one: what it does, how far it is, and Cancel."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.single_job import SingleJob
from desktop.widgets.job_view import JobView


class JobLine(JobView):
    """Follows the first of some `SingleJob`s that has something under way; Cancel is meant for all of them."""

    def __init__(self, *jobs: SingleJob, parent: QWidget | None = None) -> None:
        super().__init__(compact=True, parent=parent)
        self._jobs = jobs
        self.cancel_button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.hide()
        for one in jobs:
            one.changed.connect(self._on_changed)
        self.cancel_requested.connect(self._on_cancel_requested)

    @property
    def is_busy(self) -> bool:
        """Whether something is under way."""
        return any(one.job is not None for one in self._jobs)

    @Slot()
    def _on_changed(self) -> None:
        job = next((one.job for one in self._jobs if one.job is not None), None)
        if job is not self.job:
            self.release()
            if job is not None:
                self.follow(job)
        self.setVisible(job is not None)

    @Slot()
    def _on_cancel_requested(self) -> None:
        for one in self._jobs:
            one.cancel()
