"""The foot of the Predict page: progress and Cancel while there is work, otherwise how many answers; Copy and Save."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from desktop.jobs import Job
from desktop.theme import GAP
from desktop.widgets.elided_label import ElidedLabel
from desktop.widgets.job_view import JobView
from desktop.widgets.prediction_model import Answer
from engine import wording


class AnswerBar(QWidget):
    """As tall with progress as without: nothing jumps. The page listens to the buttons."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.note = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle)
        self.saved_as = ""
        """The file that the answers were saved as last; empty before, and once there are others."""
        self.job_view = JobView(compact=True)
        self.again_button = QPushButton("Ask again")
        self.again_button.setToolTip("Some answers are by another model, or by another number of views.")
        self.copy_button = QPushButton("Copy as text")
        self.save_button = QPushButton("Save results…")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addWidget(self.note, 1)
        row.addWidget(self.job_view)
        row.addStretch()
        for button in (self.again_button, self.copy_button, self.save_button):
            row.addWidget(button)
        self.setMinimumHeight(self.job_view.sizeHint().height())

    def show_job(self, job: Job | None) -> None:
        """Show how far `job` is; None where there is no work."""
        if job is not self.job_view.job:
            self.job_view.release()
            if job is not None:
                self.job_view.follow(job)
        self.job_view.setVisible(job is not None)
        self.note.setVisible(job is None)

    def show_answers(self, answers: Sequence[Answer], *, can_ask_again: bool, is_saving: bool) -> None:
        """Say how many there are, and what can be done with them."""
        failed = sum(answer.prediction.code is None for answer in answers)
        n_images = sum(not answer.prediction.fused_from for answer in answers)
        words = wording.count(n_images, "image") if n_images else ""
        words += f", {failed:,} without an answer" if failed else ""
        self.note.setText(f"{words}; saved as {self.saved_as}" if self.saved_as else words)
        self.again_button.setVisible(can_ask_again)
        self.save_button.setEnabled(bool(answers) and not is_saving)
        self.save_button.setToolTip(_explain_saving(len(answers), is_saving, len({one.model for one in answers})))


def _explain_saving(n_answers: int, is_saving: bool, n_models: int) -> str:
    if is_saving:
        return "Earlier answers are being saved."
    if not n_answers:
        return "There is no answer yet."
    words = "As a table, as a page with heat maps, or as JSON lines."
    return f"{words} Each answer says which of the {n_models} models gave it." if n_models > 1 else words
