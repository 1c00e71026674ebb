"""Says beside the result of one split that folds can tell more, and leads to them."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from desktop.theme import GAP
from desktop.widgets.section import make_label
from engine.evaluation_results import Evaluation

_WORDS = (
    "Folds can tell more: in five trainings, about five times as long, every image is answered once by a model that "
    "did not learn from it, so that each class is judged by all of its lesions."
)


class FoldsOffer(QFrame):
    """In sight only where a class has too few lesions to tell."""

    folds_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.button = QPushButton("Train folds…")
        self.button.clicked.connect(self.folds_asked)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GAP, GAP, 2 * GAP, GAP)
        row.setSpacing(2 * GAP)
        row.addWidget(make_label("", _WORDS), 1)
        row.addWidget(self.button)
        self.hide()

    def show_evaluation(self, evaluation: Evaluation) -> None:
        """Come into sight if `evaluation` shows too little, on the data that it was trained on."""
        vague = any(score.sensitivity is None or score.sensitivity.is_too_wide for score in evaluation.classes)
        self.setVisible(vague and evaluation.external is None)
