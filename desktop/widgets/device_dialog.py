"""Examines the device on request, and says in words what it is, whether it computes right, and how fast."""

from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from desktop.errors import describe_error
from desktop.jobs import Job, JobRunner
from desktop.state import AppState
from desktop.theme import GAP, mark_primary, set_role
from desktop.widgets.job_view import JobView
from engine import calls
from engine.config import TrainingConfig
from engine.doctor_results import DeviceReport
from engine.doctor_wording import describe_report
from engine.recipes import from_recipe

_OFFER = (
    "Checks in about 20 seconds what a training would compute on, whether it computes right, and how fast it is. "
    "Nothing is changed."
)


class DeviceDialog(QDialog):
    """Offers the examination, shows it at work, then what was found."""

    def __init__(self, runner: JobRunner, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._data = state.dataset.path if state.dataset is not None else None
        self._has_gpu = state.device is not None and state.device.kind != "cpu"
        self._job: Job | None = None
        self.setWindowTitle("Check the device")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.offer, self.report = QLabel(_OFFER), QLabel()
        self.job_view = JobView()
        self.start_button = mark_primary(QPushButton("Check now"))
        self.copy_button = QPushButton("Copy")
        self.close_button = QPushButton("Close")
        self._stack = QStackedWidget()
        self._lay_out()
        self.start_button.clicked.connect(self._on_start_clicked)
        self.copy_button.clicked.connect(self._on_copy_clicked)
        self.close_button.clicked.connect(self.close)
        self.job_view.cancel_requested.connect(self._on_cancel_requested)
        self.finished.connect(self._on_finished)

    def config(self) -> TrainingConfig:
        """What is examined: the network and the size that the Train page starts with on this device."""
        name, size = ("resnet50", 224) if self._has_gpu else ("resnet18", 96)
        return from_recipe("recommended", data=self._data or Path(), out=Path(), image_size=size, backbone=name)

    @Slot()
    def _on_start_clicked(self) -> None:
        self.start_button.setEnabled(False)
        call = calls.examine_device(self.config(), has_data=self._data is not None)
        job = self._runner.start(call, "Checking the device")
        job.succeeded.connect(self._on_examined)
        job.failed.connect(self._on_failed)
        job.cancelled.connect(self._on_cancelled)
        self._job = job
        self.job_view.follow(job)
        self._stack.setCurrentWidget(self.job_view)

    @Slot(object)
    def _on_examined(self, report: DeviceReport) -> None:
        self._show("\n\n".join(describe_report(report)))
        self.copy_button.setVisible(True)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        sentence, hint, _ = describe_error(error)
        self._show(f"{sentence}\n\n{hint}")

    @Slot()
    def _on_cancelled(self) -> None:
        self._show(_OFFER)

    def _show(self, text: str) -> None:
        self._job = None
        self.report.setText(text)
        self._stack.setCurrentWidget(self.report)
        self.start_button.setText("Check again")
        self.start_button.setEnabled(True)

    @Slot()
    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self.report.text())

    @Slot(object)
    def _on_cancel_requested(self, job: Job) -> None:
        job.cancel()

    @Slot()
    def _on_finished(self) -> None:
        job, self._job = self._job, None
        if job is not None and not job.is_over:
            self.job_view.release()
            job.succeeded.disconnect(self._on_examined)
            job.failed.disconnect(self._on_failed)
            job.cancelled.disconnect(self._on_cancelled)
            job.cancel()

    def _lay_out(self) -> None:
        for label in (self.offer, self.report):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.report.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        title = QLabel("The device")
        set_role(title, "heading")
        for widget in (self.offer, self.job_view, self.report):
            self._stack.addWidget(widget)
        self.copy_button.setVisible(False)
        buttons = QHBoxLayout()
        buttons.addWidget(self.copy_button)
        buttons.addStretch()
        buttons.addWidget(self.close_button)
        buttons.addWidget(self.start_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GAP, 2 * GAP, 3 * GAP, 2 * GAP)
        layout.setSpacing(2 * GAP)
        layout.addWidget(title)
        layout.addWidget(self._stack, 1)
        layout.addLayout(buttons)
        self.resize(520, 340)
