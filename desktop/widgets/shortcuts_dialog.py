"""Lists the keys of the window, as the window itself has them."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QWidget

from desktop.shortcuts import find_keys
from desktop.theme import GAP, set_role
from desktop.widgets.help_dialog import HelpDialog


class ShortcutsDialog(HelpDialog):
    """Keys at the left, what they do at the right, page by page."""

    def __init__(self, window: QWidget) -> None:
        super().__init__("Keyboard shortcuts", QSize(64 * GAP, 66 * GAP), window)
        inner = QWidget()
        grid = QGridLayout(inner)
        grid.setHorizontalSpacing(3 * GAP)
        grid.setVerticalSpacing(GAP)
        grid.setColumnStretch(1, 1)
        place = ""
        for use in find_keys(window):
            if use.place != place:
                place = use.place
                heading = QLabel(place)
                set_role(heading, "heading")
                grid.addWidget(heading, grid.rowCount(), 0, 1, 2)
            row = grid.rowCount()
            words = QLabel(use.words)
            words.setWordWrap(True)
            grid.addWidget(QLabel(use.keys), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(words, row, 1)
        grid.setRowStretch(grid.rowCount(), 1)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setAccessibleName("Keys and what they do")
        self.area.setWidget(inner)
        self.body.addWidget(self.area, 1)
