"""The left column of the Predict page: where images are dropped, and the list of those that were answered."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from desktop.theme import GAP, mark_primary
from desktop.widgets.drop_area import DropArea
from desktop.widgets.prediction_filter_bar import PredictionFilterBar
from desktop.widgets.prediction_list import PredictionList

_WIDTH = 28 * GAP


class ResultsColumn(QWidget):
    """Only lays out; the page listens to the parts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.drop_area = DropArea("Drop or paste images")
        self.images_button = mark_primary(QPushButton("Images…"))
        self.images_button.setAccessibleName("Choose images")
        self.folder_button = QPushButton("Folder…")
        self.folder_button.setAccessibleName("Choose a folder of images")
        self.list = PredictionList()
        self.filter_bar = PredictionFilterBar(self.list.rows)
        self.lesion_button = QPushButton("One lesion")
        self.lesion_button.setToolTip("Choose several images of one lesion in the list: they get one answer together.")
        self.clear_button = QPushButton("Clear")
        self.clear_button.setToolTip("Take all answers out of the list; the images stay where they are.")
        self._lay_out()

    def sizeHint(self) -> QSize:
        """Narrow, but no narrower than the buttons' words."""
        return QSize(max(_WIDTH, self.minimumSizeHint().width()), super().sizeHint().height())

    def _lay_out(self) -> None:
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.drop_area.content.setContentsMargins(GAP, GAP, GAP, GAP)
        self.drop_area.content.addLayout(_row(self.images_button, self.folder_button))
        frame = QFrame()
        frame.setProperty("role", "card")
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(1, 4, 1, 4)
        inside.addWidget(self.list)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.drop_area)
        column.addWidget(self.filter_bar)
        column.addWidget(frame, 1)
        column.addLayout(_row(self.lesion_button, self.clear_button))


def _row(*buttons: QPushButton) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(GAP)
    for button in buttons:
        row.addWidget(button, 1)
    return row
