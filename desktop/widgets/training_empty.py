"""What the Train page shows before there is anything to learn from."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.theme import GAP, mark_primary

_TEXT = "First choose what to learn from"
_HINT = "The Data page reads HAM10000 from a folder, or draws demo data so that you can try everything at once."


class TrainingEmpty(QWidget):
    """Says what to do next, with one button that does it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.data_button = mark_primary(QPushButton("Choose data…"))
        text, hint = QLabel(_TEXT), QLabel(_HINT)
        text.setProperty("role", "heading")
        hint.setProperty("role", "muted")
        hint.setWordWrap(True)
        card = QFrame()
        card.setProperty("role", "card")
        layout = QVBoxLayout(card)
        layout.setContentsMargins(3 * GAP, 3 * GAP, 3 * GAP, 3 * GAP)
        layout.setSpacing(GAP)
        layout.addWidget(text)
        layout.addWidget(hint)
        layout.addWidget(self.data_button, 0, Qt.AlignmentFlag.AlignLeft)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(card)
        outer.addStretch(1)
