"""Takes what is dropped anywhere in a widget where none of its children takes it."""

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QWidget

from desktop.image_intake import may_take


def accept(event: QDropEvent) -> None:
    """Take what is dragged as a copy: the files stay where they are."""
    event.setDropAction(Qt.DropAction.CopyAction)
    event.accept()


class DropCatcher(QObject):
    """Makes a widget take files, pictures and addresses; what one of its children accepts never comes here."""

    dropped = Signal(QMimeData)

    def __init__(self, watched: QWidget) -> None:
        super().__init__(watched)
        watched.setAcceptDrops(True)
        watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kinds = (QEvent.Type.DragEnter, QEvent.Type.Drop)
        if event.type() not in kinds or not isinstance(event, QDropEvent) or not may_take(event.mimeData()):
            return super().eventFilter(watched, event)
        accept(event)
        if event.type() == QEvent.Type.Drop:
            self.dropped.emit(event.mimeData())
        return True
