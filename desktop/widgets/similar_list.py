"""Small pictures of training images in one row, each with the class it was diagnosed as."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from desktop import theme
from engine.labels import CLASSES, INDEX
from engine.prediction_results import SimilarImage
from engine.wording import describe_similar_image

_PICTURE = QSize(8 * theme.GAP, 6 * theme.GAP)
_PADDING = theme.GAP // 2
_DOT = 9
_SCROLL_BAR = 2 * theme.GAP


class SimilarList(QListWidget):
    """Most similar first. The arrow keys walk along it; one click or Enter opens an image."""

    image_opened = Signal(int)
    """The position of the image that the user wants to see large."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setItemDelegate(_Delegate(self))
        self.setAccessibleName("Similar training images")
        self.clicked.connect(self._on_opened)
        self.activated.connect(self._on_opened)
        self.setFixedHeight(_cell(self.fontMetrics().height()).height() + _SCROLL_BAR)

    def show_images(self, images: Sequence[SimilarImage]) -> None:
        """Show `images` in place of the earlier ones."""
        self.clear()
        for number, image in enumerate(images, start=1):
            pixmap = QPixmap()
            pixmap.loadFromData(image.thumbnail, "PNG")
            words = describe_similar_image(image, number, len(images))
            item = QListWidgetItem(image.dx)
            item.setData(Qt.ItemDataRole.DecorationRole, pixmap)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, words)
            item.setToolTip(words)
            self.addItem(item)
        if images:
            self.setCurrentRow(0)
        self.scrollToStart()

    def scrollToStart(self) -> None:
        """The most similar one is in sight."""
        self.horizontalScrollBar().setValue(0)

    @Slot(QModelIndex)
    def _on_opened(self, index: QModelIndex) -> None:
        self.image_opened.emit(index.row())


class _Delegate(QStyledItemDelegate):
    """Paints an image: its picture, and below it the code of its class beside a dot of the class's colour."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return _cell(option.fontMetrics.height())

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        colors, rect = theme.colors(), QRect(option.rect)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(colors.accent))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        area = QRect(rect.topLeft(), _PICTURE).translated(_PADDING, _PADDING)
        painter.fillRect(area, QColor(colors.track))
        pixmap: QPixmap = index.data(Qt.ItemDataRole.DecorationRole)
        target = QRect(area.topLeft(), pixmap.size().scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio))
        target.moveCenter(area.center())
        painter.drawPixmap(target, pixmap)
        code = index.data(Qt.ItemDataRole.DisplayRole)
        line = QRect(area.left(), area.bottom() + _PADDING, area.width(), option.fontMetrics.height())
        painter.setPen(QColor(colors.control))
        painter.setBrush(QColor(CLASSES[INDEX[code]].color))
        painter.drawEllipse(QRect(line.left(), line.center().y() - _DOT // 2, _DOT, _DOT))
        painter.setFont(option.font)
        painter.setPen(QColor(colors.text))
        painter.drawText(line.adjusted(_DOT + _PADDING, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, code)
        painter.restore()


def _cell(line_height: int) -> QSize:
    return QSize(_PICTURE.width() + 2 * _PADDING, _PICTURE.height() + line_height + 3 * _PADDING)
