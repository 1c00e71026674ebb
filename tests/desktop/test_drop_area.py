"""Dropping files and folders."""

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from pytestqt.qtbot import QtBot

from desktop.widgets.drop_area import DropArea, local_paths

COPY, LEFT, NO_KEYS = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def dragged(*urls: str) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl(url) for url in urls])
    return data


def test_files_and_folders_of_this_computer_are_taken_in_order(qtbot: QtBot, tmp_path: Path) -> None:
    """With blanks and signs in their names; a link to the web among them is passed over."""
    area = DropArea("Drop images here", "or a folder")
    qtbot.addWidget(area)
    names = [tmp_path / "b c #1.jpg", tmp_path / "ä%20"]
    data = dragged(QUrl.fromLocalFile(str(names[0])).toString(), "https://example.org/x.jpg")
    data.setUrls([*data.urls(), QUrl.fromLocalFile(str(names[1]))])
    enter = QDragEnterEvent(QPoint(1, 1), COPY, data, LEFT, NO_KEYS)
    area.dragEnterEvent(enter)
    assert enter.isAccepted()
    assert area.property("role") == "drop-active"
    with qtbot.waitSignal(area.paths_dropped) as dropped:
        area.dropEvent(QDropEvent(QPointF(1, 1), COPY, data, LEFT, NO_KEYS))
    assert dropped.args == [tuple(names)]
    assert area.property("role") == "drop"


def test_what_is_no_file_is_not_taken(qtbot: QtBot) -> None:
    """Text and web links leave the area as it is."""
    area = DropArea("Drop images here")
    qtbot.addWidget(area)
    data = dragged("https://example.org/x.jpg")  # the event does not keep it alive
    enter = QDragEnterEvent(QPoint(1, 1), COPY, data, LEFT, NO_KEYS)
    enter.ignore()
    area.dragEnterEvent(enter)
    assert not enter.isAccepted()
    assert area.property("role") == "drop"
    assert local_paths(QMimeData()) == ()


def test_leaving_takes_the_mark_away(qtbot: QtBot, tmp_path: Path) -> None:
    """A drag that goes on elsewhere leaves nothing behind."""
    area = DropArea("Drop images here")
    qtbot.addWidget(area)
    data = dragged(QUrl.fromLocalFile(str(tmp_path)).toString())
    area.dragEnterEvent(QDragEnterEvent(QPoint(1, 1), COPY, data, LEFT, NO_KEYS))
    area.dragLeaveEvent(QDragLeaveEvent())
    assert area.property("role") == "drop"
