"""The frame of all that Help shows: a title, the content, and Close; beside the window, which can still be used."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.theme import GAP, set_role


class HelpDialog(QDialog):
    """Fill `body` and `buttons`. Escape closes it; it is deleted then."""

    def __init__(self, title: str, size: QSize, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.heading = QLabel(title)
        set_role(self.heading, "heading")
        self.body = QVBoxLayout()
        self.body.setSpacing(GAP)
        self.close_button = QPushButton("Close")
        self.close_button.clicked.connect(self.close)
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(GAP)
        row = QHBoxLayout()
        row.addLayout(self.buttons)
        row.addStretch()
        row.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GAP, 2 * GAP, 3 * GAP, 2 * GAP)
        layout.setSpacing(2 * GAP)
        layout.addWidget(self.heading)
        layout.addLayout(self.body, 1)
        layout.addLayout(row)
        self.resize(size)

    def add_button(self, text: str) -> QPushButton:
        """One more, at the left."""
        button = QPushButton(text)
        button.setAutoDefault(False)
        self.buttons.addWidget(button)
        return button
