"""Whether a score on this data can be believed: the audit of the split, as one readable panel."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.jobs import Job, JobRunner
from desktop.theme import GAP, set_role
from desktop.widgets.findings_view import FindingsView
from desktop.widgets.job_view import JobView
from engine import audit_wording, calls
from engine.audit_results import SplitAudit
from engine.data_wording import SPLIT_CHOICE, name_split

_OFFER = (
    "Before every training the split is held against lesions, copied files and near-duplicates. "
    "You can look at the result here first."
)


class LeakTab(QWidget):
    """Audits the split when it is first looked at: not yet, busy, or the verdict with its numbers."""

    failed = Signal(object)
    """The audit did not work: an error for the page."""

    def __init__(self, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._folder: Path | None = None
        self._split = "auto"
        self._job: Job | None = None
        self._dialog: QFileDialog | None = None
        self._is_asked = False
        self.start_button = QPushButton("Look for leaks")
        self.again_button = QPushButton("Audit the data set's own split")
        self.choose_button = QPushButton("Audit another split…")
        self.choose_button.setToolTip(SPLIT_CHOICE)
        self.job_view = JobView()
        self.subject, self.verdict, self.numbers = QLabel(), QLabel(), QLabel()
        self.classes, self.why, self.duplicates = QLabel(), QLabel(audit_wording.WHY), QLabel()
        self.pairs = FindingsView()
        self._panel = QFrame()
        self._stack = QStackedWidget()
        self._lay_out()
        self.start_button.clicked.connect(self._on_start_clicked)
        self.again_button.clicked.connect(self._on_again_clicked)
        self.choose_button.clicked.connect(self._on_choose_clicked)
        self.job_view.cancel_requested.connect(self._on_cancel_requested)

    @property
    def dialog(self) -> QFileDialog | None:
        """Where a split is chosen, while that is asked."""
        return self._dialog

    def show_folder(self, folder: Path | None) -> None:
        """Forget an earlier data set; `folder` is audited as soon as the tab is looked at."""
        self._let_go()
        self._folder, self._split, self._is_asked = folder, "auto", False
        self._stack.setCurrentIndex(0)
        if self.isVisible():
            self._audit()

    def showEvent(self, event: QShowEvent) -> None:
        """Audit a new data set; what was cancelled or failed waits for the button."""
        super().showEvent(event)
        if not self._is_asked:
            self._audit()

    def _audit(self) -> None:
        if self._folder is None:
            return
        self._let_go()
        self._is_asked = True
        job = self._runner.start(calls.audit_split(self._folder, self._split), "Looking for leaks")
        job.succeeded.connect(self._on_audited)
        job.failed.connect(self._on_failed)
        job.cancelled.connect(self._on_cancelled)
        self._job = job
        self.job_view.follow(job)
        self._stack.setCurrentIndex(1)

    def _let_go(self) -> None:
        job, self._job = self._job, None
        if job is not None and not job.is_over:
            self.job_view.release()
            job.succeeded.disconnect(self._on_audited)
            job.failed.disconnect(self._on_failed)
            job.cancelled.disconnect(self._on_cancelled)
            job.cancel()

    def _show_audit(self, audit: SplitAudit) -> None:
        self.subject.setText(name_split(self._split))
        self.verdict.setText(audit_wording.describe_verdict(audit))
        self._panel.setProperty("verdict", "leak" if audit.is_leaking else "clean")
        self.numbers.setText("\n".join(audit_wording.describe_numbers(audit)))
        classes = audit_wording.describe_classes(audit)
        self.classes.setText("\n".join(f"{name}: {words}" for name, words in classes))
        self.classes.setVisible(bool(classes))
        self.duplicates.setText(audit_wording.describe_duplicates(audit))
        self.pairs.set_findings(audit.near_duplicates)
        self.pairs.setVisible(bool(audit.near_duplicates))
        self.again_button.setVisible(self._split != "auto")
        self._stack.setCurrentIndex(2)

    @Slot()
    def _on_start_clicked(self) -> None:
        self._audit()

    @Slot()
    def _on_again_clicked(self) -> None:
        self._split = "auto"
        self._audit()

    @Slot()
    def _on_choose_clicked(self) -> None:
        self._dialog = QFileDialog(self, "Choose a split", str(self._folder or Path.home()))
        self._dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        self._dialog.setNameFilter("Tables (*.csv *.tsv *.txt *.tab)")
        self._dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._dialog.fileSelected.connect(self._on_split_chosen)
        self._dialog.open()

    @Slot(str)
    def _on_split_chosen(self, name: str) -> None:
        self._split = name
        self._audit()

    @Slot(object)
    def _on_audited(self, audit: SplitAudit) -> None:
        self._show_audit(audit)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self._split = "auto"
        self._stack.setCurrentIndex(0)
        self.failed.emit(error)

    @Slot()
    def _on_cancelled(self) -> None:
        self._stack.setCurrentIndex(0)

    @Slot(object)
    def _on_cancel_requested(self, job: Job) -> None:
        job.cancel()

    def _lay_out(self) -> None:
        offer = QLabel(_OFFER)
        for label in (offer, self.verdict, self.numbers, self.classes, self.why, self.duplicates, self.subject):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        for label in (self.numbers, self.classes, self.verdict):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        set_role(self.subject, "muted")
        set_role(self.verdict, "heading")
        set_role(self.why, "muted")
        self.pairs.setAccessibleName("Images of one lesion under two lesion ids")
        self._panel.setProperty("role", "card")
        inside = QVBoxLayout(self._panel)
        inside.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
        inside.setSpacing(GAP)
        for label in (self.subject, self.verdict, self.numbers, self.classes, self.why):
            inside.addWidget(label)
        buttons = QHBoxLayout()
        buttons.addWidget(self.choose_button)
        buttons.addWidget(self.again_button)
        buttons.addStretch()
        result = QWidget()
        column = QVBoxLayout(result)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self._panel)
        column.addLayout(buttons)
        column.addWidget(self.duplicates)
        column.addWidget(self.pairs, 1)
        column.addStretch()
        for widgets in ((offer, self.start_button), (self.job_view,)):
            self._stack.addWidget(_stacked(*widgets))
        scrolled = QScrollArea()
        scrolled.setWidget(result)
        scrolled.setWidgetResizable(True)
        scrolled.setFrameShape(QFrame.Shape.NoFrame)
        self._stack.addWidget(scrolled)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)


def _stacked(*widgets: QWidget) -> QWidget:
    column = QWidget()
    layout = QVBoxLayout(column)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(GAP)
    for widget in widgets:
        is_button = isinstance(widget, QPushButton)
        layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignLeft if is_button else Qt.AlignmentFlag(0))
    layout.addStretch()
    return column
