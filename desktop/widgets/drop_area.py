"""A frame that files and folders can be dropped on."""

from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from desktop.theme import GAP, set_role


def local_paths(data: QMimeData) -> tuple[Path, ...]:
    """The files and folders of this computer in what is dragged or pasted, in order."""
    return tuple(Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile())


class DropArea(QFrame):
    """Says what can be dropped and takes it. The page offers a button that does the same from the keyboard.

    Widgets added to `content` stand under the text.
    """

    paths_dropped = Signal(object)
    """tuple[Path, ...], at least one; they may be files, folders, or gone."""

    def __init__(self, text: str, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self.setProperty("role", "drop")
        self.setAccessibleName(text)
        self._text = QLabel(text)
        self._text.setProperty("role", "heading")
        self._hint = QLabel(hint)
        self._hint.setProperty("role", "muted")
        self.content = QVBoxLayout(self)
        self.content.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
        self.content.setSpacing(GAP)
        for label in (self._text, self._hint):
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            self.content.addWidget(label)
        self._hint.setVisible(bool(hint))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Show that it would be taken."""
        if self.isEnabled() and local_paths(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            set_role(self, "drop-active")

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Not here, then."""
        set_role(self, "drop")

    def dropEvent(self, event: QDropEvent) -> None:
        """Take it."""
        set_role(self, "drop")
        paths = local_paths(event.mimeData())
        if paths:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.paths_dropped.emit(paths)
