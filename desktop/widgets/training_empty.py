"""What the Train page shows before there is anything to learn from."""

from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from desktop.theme import mark_primary
from desktop.widgets.section import make_offer

_TITLE = "First choose what to learn from"
_HINT = (
    "The Data page reads HAM10000 from a folder, or draws demo data in a second, so that you can try everything at "
    "once. Before anything starts, this page says how long the training takes on this computer."
)


class TrainingEmpty(QWidget):
    """Says what to do next, with one button that does it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.data_button = mark_primary(QPushButton("Choose data"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(make_offer(_TITLE, _HINT, self.data_button))
