"""A short list of folders, each a button that opens it."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.theme import GAP

_LONGEST = 70  # letters; the whole path stands in the tool tip


def shorten_path(path: Path) -> str:
    """The end of `path`, which tells folders apart, with the user's home as ~."""
    try:
        text = str(Path("~") / path.relative_to(Path.home()))
    except (ValueError, RuntimeError):
        text = str(path)
    return text if len(text) <= _LONGEST else f"…{text[1 - _LONGEST :]}"


class FolderList(QWidget):
    """Hidden while it is empty."""

    folder_chosen = Signal(object)
    """A `Path`."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        heading = QLabel(title)
        heading.setProperty("role", "heading")
        self._buttons: list[_FolderButton] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(GAP // 2)
        self._layout.addWidget(heading)

    @property
    def folders(self) -> tuple[Path, ...]:
        """What is listed."""
        return tuple(button.folder for button in self._buttons)

    @property
    def buttons(self) -> tuple[QPushButton, ...]:
        """One to a folder."""
        return tuple(self._buttons)

    def set_folders(self, folders: Sequence[Path]) -> None:
        """List `folders`."""
        for button in self._buttons:
            self._layout.removeWidget(button)
            button.deleteLater()
        self._buttons = [_FolderButton(folder) for folder in folders]
        for button in self._buttons:
            button.clicked.connect(self._on_clicked)
            self._layout.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        self.setVisible(bool(folders))

    @Slot()
    def _on_clicked(self) -> None:
        button = self.sender()
        if isinstance(button, _FolderButton):
            self.folder_chosen.emit(button.folder)


class _FolderButton(QPushButton):
    def __init__(self, folder: Path) -> None:
        super().__init__(shorten_path(folder).replace("&", "&&"))
        self.folder = folder
        self.setFlat(True)
        self.setToolTip(str(folder))
        self.setAccessibleName(f"Open {folder}")
