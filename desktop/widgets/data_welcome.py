"""What the Data page shows before there is any data: how to open some, how to get some, how to try without."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.theme import GAP, mark_primary, set_role
from desktop.widgets.drop_area import DropArea
from desktop.widgets.folder_list import FolderList

_DROP_TEXT = "Drop the folder or zip archive of your data set here"
_DROP_HINT = "HAM10000 or ISIC data in any form in which it is offered for download; there is nothing to set."
_DEMO_TEXT = (
    "No data at hand? The program can draw about 300 images of made-up lesions, so that you can try everything at once."
)
_GET_TEXT = (
    "HAM10000 itself: 10,015 photographs for non-commercial use, 2.8 GB to download. "
    "You see its licence before anything is fetched."
)
_GO_ON_TEXT = "The download of HAM10000 is not finished. It goes on where it was."


class DataWelcome(QWidget):
    """Its buttons are connected by the page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.choose_button = mark_primary(QPushButton("Choose folder…"))
        self.file_button = QPushButton("or a zip archive or table…")
        self.file_button.setFlat(True)
        self.file_button.setAccessibleName("Choose a zip archive or table")
        self.demo_button = QPushButton("Try with demo data")
        self.get_button = QPushButton("Get HAM10000…")
        self.drop_area = DropArea(_DROP_TEXT, _DROP_HINT)
        self.recent_list = FolderList("Recent folders")
        self._get_text = QLabel(_GET_TEXT)
        self.drop_area.content.insertStretch(0)
        self.drop_area.content.addSpacing(GAP)
        self.drop_area.content.addWidget(self.choose_button, 0, Qt.AlignmentFlag.AlignCenter)
        self.drop_area.content.addWidget(self.file_button, 0, Qt.AlignmentFlag.AlignCenter)
        self.drop_area.content.addStretch()
        self.drop_area.setMinimumHeight(24 * GAP)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * GAP)
        layout.addWidget(self.drop_area)
        layout.addWidget(_offer(QLabel(_DEMO_TEXT), self.demo_button))
        layout.addWidget(_offer(self._get_text, self.get_button))
        layout.addWidget(self.recent_list)
        layout.addStretch()

    def show_offers(self, folders: Sequence[Path], *, has_begun_download: bool) -> None:
        """Offer the recent `folders`, and to begin the download or to go on with it."""
        self.recent_list.set_folders(folders)
        self._get_text.setText(_GO_ON_TEXT if has_begun_download else _GET_TEXT)


def _offer(words: QLabel, button: QPushButton) -> QFrame:
    words.setWordWrap(True)
    card = QFrame()
    set_role(card, "card")
    row = QHBoxLayout(card)
    row.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
    row.setSpacing(2 * GAP)
    row.addWidget(words, 1)
    row.addWidget(button)
    return card
