"""Where the web demo is: its address to read, to copy and to open."""

from PySide6.QtCore import Qt, QUrl, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from desktop.outside import open_outside
from desktop.theme import GAP


class ServedAddress(QWidget):
    """One line; its buttons are dead while there is no address."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._url = ""
        self._words = QLabel()
        self._words.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._words.setAccessibleName("Address of the web demo")
        self.copy_button = QPushButton("Copy address")
        self.open_button = QPushButton("Open in browser")
        self.copy_button.clicked.connect(self._on_copy_clicked)
        self.open_button.clicked.connect(self._on_open_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addWidget(self._words)
        row.addWidget(self.copy_button)
        row.addWidget(self.open_button)
        row.addStretch()
        self.show_url("")

    @property
    def url(self) -> str:
        """The address, empty while there is none."""
        return self._url

    def show_url(self, url: str) -> None:
        """Show an address; "" for none."""
        self._url = url
        self._words.setText(url or "Its address appears here.")
        self.copy_button.setEnabled(bool(url))
        self.open_button.setEnabled(bool(url))

    @Slot()
    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self._url)

    @Slot()
    def _on_open_clicked(self) -> None:
        open_outside(QUrl(self._url))
