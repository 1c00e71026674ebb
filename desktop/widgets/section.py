"""A card with a heading, an explanation and its content; and the labels that such cards are made of."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.theme import GAP, set_role


def make_section(title: str, explanation: str, *content: QWidget) -> QFrame:
    """A card: `title` above `explanation` (either may be empty) above `content`."""
    card = QFrame()
    card.setProperty("role", "card")
    column = QVBoxLayout(card)
    column.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
    column.setSpacing(GAP)
    for words, role in ((title, "heading"), (explanation, "small")):
        if words:
            column.addWidget(make_label(role, words))
    for widget in content:
        column.addWidget(widget)
    return card


def make_offer(title: str, words: str, button: QPushButton) -> QWidget:
    """A column with one card: `title` says what to do first, `words` why and how long, the `button` does it."""
    card = QFrame()
    card.setProperty("role", "card")
    layout = QVBoxLayout(card)
    layout.setContentsMargins(3 * GAP, 3 * GAP, 3 * GAP, 3 * GAP)
    layout.setSpacing(GAP)
    layout.addWidget(make_label("heading", title))
    layout.addWidget(make_label("muted", words))
    layout.addSpacing(GAP)
    layout.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
    return make_column(card)


def make_column(*widgets: QWidget) -> QWidget:
    """`widgets` one below the other, at the top of the room there is."""
    column = QWidget()
    layout = QVBoxLayout(column)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(2 * GAP)
    for widget in widgets:
        layout.addWidget(widget)
    layout.addStretch()
    return column


def make_banner(label: QLabel) -> QFrame:
    """A coloured strip around `label`, hidden until there is something to say."""
    banner = QFrame()
    banner.setProperty("role", "banner")
    layout = QVBoxLayout(banner)
    layout.setContentsMargins(2 * GAP, GAP, 2 * GAP, GAP)
    layout.addWidget(label)
    banner.hide()
    return banner


def make_label(role: str = "", words: str = "") -> QLabel:
    """Wrapped plain text in the type of `role`."""
    label = QLabel(words)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        set_role(label, role)
    return label


def make_readable(label: QLabel) -> QLabel:
    """Let the words of `label` be selected and copied, and return it."""
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
