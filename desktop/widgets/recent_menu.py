"""The menu beside a data set: folders used before, and the other ways to get one."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from desktop.widgets.folder_list import shorten_path

DEMO_NAME = "Demo data"
_GET_NAME = "Get HAM10000…"
_FILE_NAME = "Choose a zip archive or table…"


class RecentMenu(QMenu):
    """Says what was chosen."""

    folder_chosen = Signal(object)
    """A `Path`."""
    demo_chosen = Signal()
    download_chosen = Signal()
    file_chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.triggered.connect(self._on_triggered)

    def show_choices(self, folders: Sequence[Path], *, offers_demo: bool) -> None:
        """Offer `folders` and, after a line, all else."""
        self.clear()
        for folder in folders:
            action = QAction(shorten_path(folder).replace("&", "&&"), self)
            action.setData(str(folder))
            self.addAction(action)
        if offers_demo:
            self.addSeparator()
            self.addAction(DEMO_NAME).setData(DEMO_NAME)
        for name in (_GET_NAME, _FILE_NAME):
            self.addAction(name).setData(name)

    @Slot(QAction)
    def _on_triggered(self, action: QAction) -> None:
        others = {DEMO_NAME: self.demo_chosen, _GET_NAME: self.download_chosen, _FILE_NAME: self.file_chosen}
        choice = action.data()
        if choice in others:
            others[choice].emit()
        else:
            self.folder_chosen.emit(Path(choice))
