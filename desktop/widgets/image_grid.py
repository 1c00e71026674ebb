"""A grid of small pictures of a data set's images, quick with tens of thousands of them."""

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPixmap, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop import theme
from desktop.thumbnail_loader import ThumbnailLoader
from engine.data_results import ImageRow
from engine.data_wording import name_diagnosis
from engine.labels import CLASSES, INDEX

Index = QModelIndex | QPersistentModelIndex

PICTURE = QSize(16 * theme.GAP, 12 * theme.GAP)
"""Where the picture of an image goes."""
_PADDING = theme.GAP
_IMAGE_ROLE = Qt.ItemDataRole.UserRole
_DELAY_MS = 40  # between two looks at what is in sight while it scrolls


class ImageGridModel(QAbstractListModel):
    """The images that are shown, in order. It holds no picture: the view asks for those in sight."""

    def __init__(self) -> None:
        super().__init__()
        self._images: tuple[ImageRow, ...] = ()

    @property
    def images(self) -> tuple[ImageRow, ...]:
        """All of them, from the top."""
        return self._images

    def set_images(self, images: Sequence[ImageRow]) -> None:
        """Show `images` in place of the earlier ones."""
        self.beginResetModel()
        self._images = tuple(images)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """How many."""
        return 0 if parent.isValid() else len(self._images)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The id, and for screen readers and tool tips the diagnosis besides."""
        if not index.isValid():
            return None
        image = self._images[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return image.image_id
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            left_out = "" if image.is_used else ", left out"
            return f"{image.image_id}: {name_diagnosis(image.dx)}{left_out}"
        return image if role == _IMAGE_ROLE else None


class ImageDelegate(QStyledItemDelegate):
    """Paints an image: its picture, the code of its class beside a dot of the class's colour, and its id."""

    def __init__(self, thumbnails: ThumbnailLoader, parent: QWidget) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """The same for all."""
        words = 2 * option.fontMetrics.height()
        return QSize(PICTURE.width() + 2 * _PADDING, PICTURE.height() + words + 3 * _PADDING)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one image."""
        colors = theme.colors()
        image: ImageRow = index.data(_IMAGE_ROLE)
        rect = QRect(option.rect)
        painter.save()
        painter.setFont(option.font)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(colors.selection))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(colors.accent))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        area = QRect(rect.topLeft(), PICTURE).translated(_PADDING, _PADDING)
        self._paint_picture(painter, area, image)
        line = QRect(area.left(), area.bottom() + _PADDING, rect.right() - area.left() - _PADDING, 0)
        line.setHeight(painter.fontMetrics().height())
        self._paint_words(painter, line, image)
        painter.restore()

    def _paint_words(self, painter: QPainter, line: QRect, image: ImageRow) -> None:
        """Say below the picture what it is; `line` is the first of the lines there."""
        self._paint_class(painter, line, image)
        painter.setPen(QColor(theme.colors().text))
        name = painter.fontMetrics().elidedText(image.image_id, Qt.TextElideMode.ElideMiddle, line.width())
        painter.drawText(line.translated(0, line.height()), Qt.AlignmentFlag.AlignVCenter, name)

    def _paint_picture(self, painter: QPainter, area: QRect, image: ImageRow) -> None:
        colors = theme.colors()
        painter.fillRect(area, QColor(colors.track))
        pixmap = self._thumbnails.pixmap(image.path) if image.path is not None else QPixmap()
        if pixmap is None:
            return
        if pixmap.isNull():
            painter.setPen(QColor(colors.text))
            words = "no file" if image.path is None else "cannot be read"
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, words)
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setOpacity(1.0 if image.is_used else 0.4)
        target = QRect(area.topLeft(), pixmap.size().scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio))
        target.moveCenter(area.center())
        painter.drawPixmap(target, pixmap)
        painter.setOpacity(1.0)

    def _paint_class(self, painter: QPainter, line: QRect, image: ImageRow) -> None:
        colors = theme.colors()
        dot = QRect(line.left(), line.center().y() - 4, 9, 9)
        if image.dx in INDEX:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QColor(colors.control))
            painter.setBrush(QColor(CLASSES[INDEX[image.dx]].color))
            painter.drawEllipse(dot)
        words = image.dx if image.is_used else f"{image.dx} left out".strip()
        painter.setPen(QColor(colors.text))
        painter.drawText(line.adjusted(dot.width() + _PADDING, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, words)


class ImageGrid(QListView):
    """The grid itself; one click or Enter opens an image."""

    image_opened = Signal(int)
    """The position of the image that the user wants to see large."""

    def __init__(self, thumbnails: ThumbnailLoader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.images = ImageGridModel()
        self._thumbnails = thumbnails
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_DELAY_MS)
        self._timer.timeout.connect(self._on_due)
        self.setModel(self.images)
        self.setItemDelegate(ImageDelegate(thumbnails, self))
        self.setFlow(QListView.Flow.LeftToRight)  # looks like the icon mode and lays out twice as quickly
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("role", "images")
        self.setAccessibleName("Images")
        self.verticalScrollBar().valueChanged.connect(self._look_soon)
        self.clicked.connect(self._on_opened)
        self.activated.connect(self._on_opened)
        thumbnails.arrived.connect(self._on_arrived)

    def set_images(self, images: Sequence[ImageRow]) -> None:
        """Show `images`, from the top."""
        self.images.set_images(images)
        self._fit_cells()
        self.scrollToTop()
        if images:
            self.setCurrentIndex(self.images.index(0))
        self._look_soon()

    def select(self, position: int) -> None:
        """Put the cursor on an image and scroll to it."""
        self.setCurrentIndex(self.images.index(position))

    def rows_in_sight(self, screens: float = 1.0) -> range:
        """The positions that are to be seen, or would be if the view were `screens` times as high."""
        low, high = 0, self.images.rowCount()
        while low < high:  # the first that is not above the view
            middle = (low + high) // 2
            if self.visualRect(self.images.index(middle)).bottom() < 0:
                low = middle + 1
            else:
                high = middle
        end, bottom = low, screens * self.viewport().height()
        while end < self.images.rowCount() and self.visualRect(self.images.index(end)).top() <= bottom:
            end += 1
        return range(low, end)

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for what is in sight."""
        super().showEvent(event)
        self._look_soon()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing is in sight any more."""
        super().hideEvent(event)
        self._timer.stop()
        self._thumbnails.want(())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or less is in sight, in other columns."""
        super().resizeEvent(event)
        self._fit_cells()
        self._look_soon()

    def _fit_cells(self) -> None:
        """Spread the columns over the width."""
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        cell = self.itemDelegate().sizeHint(option, QModelIndex())
        columns = max(1, (self.viewport().width() - 1) // cell.width())
        fitted = QSize(max(cell.width(), (self.viewport().width() - 1) // columns), cell.height())
        if fitted != self.gridSize():
            self.setGridSize(fitted)

    @Slot()
    def _look_soon(self) -> None:
        if not self._timer.isActive() and self.isVisible():
            self._timer.start()

    @Slot()
    def _on_due(self) -> None:
        images = self.images.images
        rows = (images[row] for row in self.rows_in_sight(2.0))  # and what comes next
        self._thumbnails.want([image.path for image in rows if image.path is not None])

    @Slot()
    def _on_arrived(self) -> None:
        self.viewport().update()

    @Slot(QModelIndex)
    def _on_opened(self, index: QModelIndex) -> None:
        if self.isVisible():  # a double click is a click before
            self.image_opened.emit(index.row())
