"""Shows a running job: what it does, how far it is, how long it takes still, and Cancel."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from desktop.jobs import Job
from desktop.progress import JobProgress
from desktop.theme import GAP
from desktop.widgets.elided_label import ElidedLabel
from engine.events import Event

_STEPS = 1000


class JobView(QFrame):
    """As a card for the middle of a page, or `compact` in one line for the status bar."""

    cancel_requested = Signal(object)
    """The `Job` that the user wants to cancel; whoever owns it decides."""

    def __init__(self, *, compact: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_compact = compact
        self._job: Job | None = None
        self._progress = JobProgress("")
        self._headline = QLabel()
        self._step = QLabel()
        self._details = ElidedLabel()
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._cancel = QPushButton("Cancel")
        self._cancel.clicked.connect(self._on_cancel_clicked)
        self._lay_out()

    @property
    def job(self) -> Job | None:
        """The job that is shown."""
        return self._job

    @property
    def cancel_button(self) -> QPushButton:
        """The button that asks to cancel."""
        return self._cancel

    @property
    def text(self) -> str:
        """What is shown in words."""
        return " ".join(part for part in (self._headline.text(), self._step.text(), self._details.text()) if part)

    def follow(self, job: Job) -> None:
        """Show `job` until it ends or another is followed."""
        self.release()
        self._job = job
        self._progress = JobProgress(job.title)
        self._cancel.setAccessibleName(f"Cancel: {job.title}")
        job.started.connect(self._show)
        job.reported.connect(self._on_reported)
        job.cancelling.connect(self._show)
        job.finishing.connect(self._show)
        self._show()

    def release(self) -> None:
        """Follow no job any more; what is shown stays."""
        if self._job is None:
            return
        self._job.started.disconnect(self._show)
        self._job.reported.disconnect(self._on_reported)
        self._job.cancelling.disconnect(self._show)
        self._job.finishing.disconnect(self._show)
        self._job = None

    @Slot(object)
    def _on_reported(self, event: Event) -> None:
        self._progress.take(event)
        self._show()

    @Slot()
    def _on_cancel_clicked(self) -> None:
        if self._job is not None:
            self.cancel_requested.emit(self._job)

    @Slot()
    def _show(self) -> None:
        job, progress = self._job, self._progress
        if job is None:
            return
        headline = progress.headline if self._is_compact else progress.title
        details = progress.details
        if job.is_cancelling:
            headline, details = "Cancelling…", ""
        elif job.is_pausing:
            headline, details = "Pausing…", "a checkpoint is written"
        elif job.is_finishing_early:
            headline, details = "Finishing…", "the best model is kept"
        self._headline.setText(headline)
        self._details.setText(details)
        step = "Waits until the work before it is done" if job.is_waiting else progress.step
        self._step.setText("" if job.is_cancelling or step == progress.title else step)
        self._cancel.setEnabled(not job.is_cancelling)
        is_ending = job.is_cancelling or job.is_pausing or job.is_finishing_early
        share = None if is_ending else progress.share
        self._bar.setRange(0, 0 if share is None else _STEPS)
        if share is not None:
            self._bar.setValue(round(_STEPS * share))
        self._bar.setAccessibleName(f"Progress: {self.text}")

    def _lay_out(self) -> None:
        layout: QBoxLayout
        if self._is_compact:
            layout = QHBoxLayout(self)
            layout.setContentsMargins(0, 0, 0, 0)
            self._bar.setFixedWidth(20 * GAP)
            self._step.hide()
            self._headline.setProperty("role", "small")
            self._details.setProperty("role", "small")
            order: tuple[QWidget, ...] = (self._headline, self._bar, self._details, self._cancel)
        else:
            layout = QVBoxLayout(self)
            layout.setContentsMargins(3 * GAP, 3 * GAP, 3 * GAP, 3 * GAP)
            self.setProperty("role", "card")
            self._headline.setProperty("role", "heading")
            self._step.setWordWrap(True)
            self._details.setProperty("role", "muted")
            order = (self._headline, self._step, self._bar, self._details)
        layout.setSpacing(GAP)
        for widget in order:
            layout.addWidget(widget)
        if not self._is_compact:
            layout.addWidget(self._cancel, 0, Qt.AlignmentFlag.AlignLeft)
