"""What the window says while it waits to close."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton

from desktop.theme import GAP


def make_closing_notice() -> tuple[QFrame, QPushButton]:
    """The notice, hidden, and its button that keeps the window open."""
    notice = QFrame()
    notice.setProperty("role", "banner")
    words = QLabel("Finishing… What was learned is being saved; then the window closes.")
    stay = QPushButton("Keep the window open")
    row = QHBoxLayout(notice)
    row.setContentsMargins(3 * GAP, GAP, 3 * GAP, GAP)
    row.addWidget(words, 1)
    row.addWidget(stay)
    notice.hide()
    return notice, stay
