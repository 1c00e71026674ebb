"""Shows the user guide that the program brings along: its pages at the left, the text with its pictures beside."""

import re
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt, QUrl, Slot
from PySide6.QtGui import QImage, QResizeEvent, QTextDocument
from PySide6.QtWidgets import QFrame, QHBoxLayout, QListWidget, QListWidgetItem, QTextBrowser, QWidget

from desktop.theme import GAP
from desktop.widgets.help_dialog import HelpDialog
from engine import places

_FILE = Qt.ItemDataRole.UserRole
_LINK = re.compile(r"\]\((?P<name>[\w-]+\.md)\)")
_MARGIN = 6 * GAP


def guide_file() -> Path:
    """The guide's beginning."""
    return places.resources_dir() / "guide" / "index.md"


def list_pages(index: Path) -> tuple[tuple[str, Path], ...]:
    """Title and file of the guide's pages: `index`, then those that it links to, in the order of their links."""
    names = [match["name"] for match in _LINK.finditer(index.read_text(encoding="utf-8"))]
    files = [index, *(index.parent / name for name in dict.fromkeys(names))]
    return tuple((_title_of(path), path) for path in files if path.is_file())


def _title_of(path: Path) -> str:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((line.removeprefix("# ") for line in lines if line.startswith("# ")), path.stem)


class _Pages(QTextBrowser):
    """Makes pictures no wider than the text."""

    def changeEvent(self, event: QEvent) -> None:
        """Colour the links anew where the system turns light or dark: a document keeps those it was read with."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and not self.source().isEmpty():
            self.reload()

    def loadResource(self, type: int, name: QUrl | str) -> Any:
        """As Qt does, but for pictures."""
        url = self.source().resolved(QUrl(name))
        if type == QTextDocument.ResourceType.ImageResource.value and url.isLocalFile():
            image = QImage(url.toLocalFile())
            widest = self.viewport().width() - _MARGIN
            if not image.isNull() and image.width() > widest > 0:
                return image.scaledToWidth(widest, Qt.TransformationMode.SmoothTransformation)
            return image
        return super().loadResource(type, name)


class GuideDialog(HelpDialog):
    """Links lead from page to page; those to other places open in the browser."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("User guide", QSize(120 * GAP, 84 * GAP), parent)
        self.pages = QListWidget()
        self.pages.setAccessibleName("Pages of the guide")
        self.pages.setProperty("role", "sidebar")
        self.pages.setFrameShape(QFrame.Shape.NoFrame)
        self.pages.setFixedWidth(30 * GAP)
        self.pages.setWordWrap(True)
        self.text = _Pages()
        self.text.setAccessibleName("The guide")
        self.text.setOpenExternalLinks(True)
        self.back_button = self.add_button("Back")
        self.back_button.setEnabled(False)
        row = QHBoxLayout()
        row.setSpacing(2 * GAP)
        row.addWidget(self.pages)
        row.addWidget(self.text, 1)
        self.body.addLayout(row, 1)
        self.pages.currentItemChanged.connect(self._on_page_chosen)
        self.text.sourceChanged.connect(self._on_source_changed)
        self.text.backwardAvailable.connect(self.back_button.setEnabled)
        self.back_button.clicked.connect(self.text.backward)
        self._open()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the pictures anew."""
        super().resizeEvent(event)
        if event.oldSize().width() not in (-1, event.size().width()) and not self.text.source().isEmpty():
            self.text.reload()

    def _open(self) -> None:
        path = guide_file()
        if not path.is_file():
            self.pages.hide()
            self.text.setPlainText(f"The guide is missing from this copy of the program: there is no {path}.")
            return
        for title, file in list_pages(path):
            item = QListWidgetItem(title)
            item.setData(_FILE, str(file))
            self.pages.addItem(item)
        self.pages.setCurrentRow(0)

    @Slot(QListWidgetItem)
    def _on_page_chosen(self, item: QListWidgetItem | None) -> None:
        if item is not None and self.text.source().fileName() != Path(item.data(_FILE)).name:
            self.text.setSource(QUrl.fromLocalFile(item.data(_FILE)), QTextDocument.ResourceType.MarkdownResource)

    @Slot(QUrl)
    def _on_source_changed(self, source: QUrl) -> None:
        """A link or Back led somewhere: mark it at the left."""
        for row in range(self.pages.count()):
            if Path(self.pages.item(row).data(_FILE)).name == source.fileName():
                self.pages.setCurrentRow(row)
