"""The sidebar: the steps of the work, one of them chosen."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QLabel, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from desktop.theme import GAP
from engine.labels import NOTICE

_WIDTH = 22 * GAP
_INDENT = GAP + 5  # where the names of the pages begin


class Sidebar(QFrame):
    """A list that the arrow keys walk through, the program's name above it and the fixed notice below."""

    page_chosen = Signal(int)

    def __init__(self, name: str, titles: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "sidebar")
        self.setFixedWidth(_WIDTH)
        heading = QLabel(name)
        heading.setProperty("role", "heading")
        heading.setContentsMargins(_INDENT, 0, 0, 0)
        self.list = QListWidget()
        self.list.setProperty("role", "sidebar")
        self.list.setAccessibleName("Pages")
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for number, title in enumerate(titles, start=1):
            item = QListWidgetItem(title)
            item.setToolTip(f"{title} (Ctrl+{number})")
            item.setSizeHint(QSize(0, self.list.fontMetrics().height() + 2 * GAP + 4))
            self.list.addItem(item)
        self.help_button = QPushButton("Help")
        self.help_button.setAccessibleName("Help")
        self.list.currentRowChanged.connect(self._on_row_changed)
        notice = QLabel(NOTICE)
        notice.setProperty("role", "small")
        notice.setWordWrap(True)
        notice.setContentsMargins(_INDENT, 0, GAP, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GAP, 2 * GAP, GAP, 2 * GAP)
        layout.setSpacing(2 * GAP)
        layout.addWidget(heading)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.help_button)
        layout.addWidget(notice)

    def choose(self, index: int) -> None:
        """Mark the page at `index` as the present one."""
        self.list.setCurrentRow(index)

    @Slot(int)
    def _on_row_changed(self, index: int) -> None:
        if index >= 0:
            self.page_chosen.emit(index)
