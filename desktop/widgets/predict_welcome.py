"""The Predict page without a model: how to get one."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.theme import GAP, mark_primary

_NO_MODEL = "There is no model yet. Train one, or open a model file (.safetensors) that somebody gave you."


class PredictWelcome(QWidget):
    """Says what to do next and offers both ways; the page listens to the buttons."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.train_button = mark_primary(QPushButton("Train a model first"))
        self.file_button = QPushButton("Open a model file\N{HORIZONTAL ELLIPSIS}")
        words = QLabel(_NO_MODEL)
        words.setWordWrap(True)
        buttons = QHBoxLayout()
        buttons.addWidget(self.train_button)
        buttons.addWidget(self.file_button)
        buttons.addStretch()
        card = QFrame()
        card.setProperty("role", "card")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(3 * GAP, 3 * GAP, 3 * GAP, 3 * GAP)
        inside.setSpacing(2 * GAP)
        inside.addWidget(words)
        inside.addLayout(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(card)
        column.addStretch()
