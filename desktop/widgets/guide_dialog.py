"""Shows the user guide that the program brings along: its contents at the left, the text with its pictures beside."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, QUrl, Slot
from PySide6.QtGui import QImage, QResizeEvent, QTextBlock, QTextDocument
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QTextBrowser, QWidget

from desktop.theme import GAP
from desktop.widgets.help_dialog import HelpDialog
from engine import places

_BLOCK = Qt.ItemDataRole.UserRole
_DEEPEST = 2  # levels of headings among the contents
_MARGIN = 6 * GAP


def guide_file() -> Path:
    """The guide's beginning."""
    return places.resources_dir() / "guide" / "index.md"


class _Pages(QTextBrowser):
    """Makes pictures no wider than the text."""

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
        self.contents = QListWidget()
        self.contents.setAccessibleName("Contents of the guide")
        self.contents.setFixedWidth(30 * GAP)
        self.contents.setWordWrap(True)
        self.text = _Pages()
        self.text.setAccessibleName("The guide")
        self.text.setOpenExternalLinks(True)
        row = QHBoxLayout()
        row.setSpacing(2 * GAP)
        row.addWidget(self.contents)
        row.addWidget(self.text, 1)
        self.body.addLayout(row, 1)
        self.contents.currentItemChanged.connect(self._on_heading_chosen)
        self.text.sourceChanged.connect(self._on_source_changed)
        self._open()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the pictures anew."""
        super().resizeEvent(event)
        if event.oldSize().width() not in (-1, event.size().width()) and not self.text.source().isEmpty():
            self.text.reload()

    def _open(self) -> None:
        path = guide_file()
        if not path.is_file():
            self.contents.hide()
            self.text.setPlainText(f"The guide is missing from this copy of the program: there is no {path}.")
            return
        self.text.setSource(QUrl.fromLocalFile(str(path)), QTextDocument.ResourceType.MarkdownResource)

    @Slot(QUrl)
    def _on_source_changed(self, _: QUrl) -> None:
        self.contents.clear()
        block = self.text.document().begin()
        while block.isValid():
            self._add_heading(block)
            block = block.next()

    def _add_heading(self, block: QTextBlock) -> None:
        level = block.blockFormat().headingLevel()
        if 0 < level <= _DEEPEST:
            item = QListWidgetItem(f"{'   ' * (level - 1)}{block.text()}")
            item.setData(_BLOCK, block.blockNumber())
            self.contents.addItem(item)

    @Slot(QListWidgetItem)
    def _on_heading_chosen(self, item: QListWidgetItem | None) -> None:
        if item is None:
            return
        block = self.text.document().findBlockByNumber(item.data(_BLOCK))
        top = self.text.document().documentLayout().blockBoundingRect(block).top()
        self.text.verticalScrollBar().setValue(int(top))
