"""The status bar: the device, the model in use, and the running job with its progress and Cancel."""

from pathlib import Path

from PySide6.QtCore import QEvent, QTimer, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QPushButton, QStatusBar, QWidget

from desktop.jobs import Job, JobRunner
from desktop.state import AppState
from desktop.theme import GAP
from desktop.widgets.elided_label import ElidedLabel
from desktop.widgets.job_view import JobView
from engine import runs

_PATIENCE_MS = 300  # what is done sooner would only flicker


class StatusStrip(QStatusBar):
    """Follows the shared state and the runner by itself."""

    cancel_requested = Signal(object)
    """The `Job` that the user wants to cancel."""
    check_requested = Signal()
    """The user wants to know more about the device."""

    def __init__(self, state: AppState, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state, self._runner = state, runner
        self._words = ElidedLabel()
        self._words.setProperty("role", "small")
        self.check_button = QPushButton("Check…")
        self.check_button.setFlat(True)
        self.check_button.setToolTip("What computes here, whether it computes right, and how fast.")
        self.check_button.setAccessibleName("Check the device")
        self.check_button.clicked.connect(self.check_requested)
        self.job_view = JobView(compact=True)
        self.job_view.cancel_requested.connect(self.cancel_requested)
        self.job_view.hide()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_PATIENCE_MS)
        self._soon.timeout.connect(self._show_job)
        self.setSizeGripEnabled(False)
        self.setContentsMargins(2 * GAP, 0, GAP, 0)
        self.addWidget(self._words, 1)
        self.addWidget(self.check_button)
        self.addPermanentWidget(self.job_view)
        state.device_changed.connect(self._show_words)
        state.model_changed.connect(self._show_words)
        runner.job_started.connect(self._on_jobs_changed)
        runner.job_ended.connect(self._on_jobs_changed)
        self._show_words()

    def showEvent(self, event: QShowEvent) -> None:
        """Be as tall as the parts are now."""
        super().showEvent(event)
        self._measure()

    def changeEvent(self, event: QEvent) -> None:
        """As when it is shown, where another style or font makes the parts taller."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._measure()

    def _measure(self) -> None:
        """Ask for the room that the parts need: a window gives its status bar less."""
        self.setMinimumHeight(self.sizeHint().height())

    @property
    def words(self) -> str:
        """Device and model, as shown."""
        return self._words.text()

    @Slot()
    def _show_words(self) -> None:
        device, model = self._state.device, self._state.model
        card = self._state.model_card
        device_words = device.name if device is not None else "Looking for the device…"
        model_words = "no model yet" if model is None else f"model: {card.name if card else name_model(model)}"
        self._words.setText(f"{device_words}  ·  {model_words}")
        self._words.setToolTip("" if device is None else f"{device.name}: {device.reason}")
        self._words.setProperty("keeps_tool_tip", device is not None)
        self._words.setAccessibleName(f"Device: {device_words}; {model_words}")

    @Slot(object)
    def _on_jobs_changed(self, _: Job) -> None:
        if self._runner.running("work") is None and self._runner.running("answers") is None:
            self._soon.stop()
            self._show_job()
        elif not self._soon.isActive():
            self._soon.start()

    @Slot()
    def _show_job(self) -> None:
        job = self._runner.running("work") or self._runner.running("answers")
        if job is None:
            self.job_view.release()
        elif job is not self.job_view.job:
            self.job_view.follow(job)
        self.job_view.setVisible(job is not None)


def name_model(model: Path) -> str:
    """A model file for lists: the run's name where it lies in one, otherwise its file name."""
    run = runs.read_run(model.parent)
    return run.name if run is not None else model.stem
