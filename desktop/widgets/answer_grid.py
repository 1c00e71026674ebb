"""A grid of small pictures of answered images, each with its true class, the class it was named, and how sure."""

from dataclasses import dataclass, fields

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

from desktop import theme
from desktop.thumbnail_loader import ThumbnailLoader
from desktop.widgets.image_grid import PICTURE, ImageDelegate, ImageGrid, ImageGridModel
from engine.comparison_results import AnsweredImage
from engine.data_results import ImageRow
from engine.labels import CLASSES, INDEX
from engine.wording import name_class, name_share

Index = QModelIndex | QPersistentModelIndex

_PADDING = theme.GAP
_LINES = 3
_IMAGE_ROLE = Qt.ItemDataRole.UserRole
_DOT = 9


@dataclass(frozen=True, kw_only=True)
class AnsweredRow(ImageRow):
    """An image for grid and viewer, with its answer."""

    answer: AnsweredImage


def as_row(answer: AnsweredImage) -> AnsweredRow:
    """`answer` as grids and viewers take it."""
    known = {one.name: getattr(answer, one.name) for one in fields(ImageRow) if hasattr(answer, one.name)}
    return AnsweredRow(**known, is_used=True, kinds=(), answer=answer)


def describe_row(answer: AnsweredImage) -> str:
    """One image as a sentence, for screen readers and tool tips."""
    named = "rightly named" if answer.is_right else f"named {name_class(answer.predicted)}"
    return f"{answer.image_id}: {name_class(answer.dx)}, {named}, probability {name_share(answer.probability)}"


class AnswerGridModel(ImageGridModel):
    """The answered images that are shown, in order."""

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The id, and for screen readers and tool tips truth and answer."""
        if index.isValid() and role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            row = super().data(index, _IMAGE_ROLE)
            if isinstance(row, AnsweredRow):
                return describe_row(row.answer)
        return super().data(index, role)


class AnswerDelegate(ImageDelegate):
    """Paints an answered image: its picture, what it is, what it was named, how sure that was."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """The same for all."""
        words = _LINES * option.fontMetrics.height()
        return QSize(PICTURE.width() + 4 * _PADDING, PICTURE.height() + words + 3 * _PADDING)

    def _paint_words(self, painter: QPainter, line: QRect, image: ImageRow) -> None:
        assert isinstance(image, AnsweredRow)
        answer = image.answer
        colors = theme.colors()
        named = "named rightly" if answer.is_right else f"named {CLASSES[INDEX[answer.predicted]].name}"
        lines = (
            (CLASSES[INDEX[answer.dx]].name, answer.dx, colors.text),
            (named, answer.predicted, colors.text),
            (f"{name_share(answer.probability)}   {answer.image_id}", None, colors.muted),
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, (words, code, color) in enumerate(lines):
            place = line.translated(0, number * line.height())
            if code is not None:
                painter.setPen(QColor(colors.control))
                painter.setBrush(QColor(CLASSES[INDEX[code]].color))
                painter.drawEllipse(QRect(place.left(), place.center().y() - _DOT // 2, _DOT, _DOT))
                place.adjust(_DOT + _PADDING // 2, 0, 0, 0)
            painter.setPen(QColor(color))
            shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, place.width())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, shown)


class AnswerGrid(ImageGrid):
    """The grid itself; one click or Enter opens an image."""

    def __init__(self, thumbnails: ThumbnailLoader, parent: QWidget | None = None) -> None:
        super().__init__(thumbnails, parent)
        self.images = AnswerGridModel()
        self.setModel(self.images)
        self.setItemDelegate(AnswerDelegate(thumbnails, self))

    @property
    def answers(self) -> tuple[AnsweredImage, ...]:
        """What is shown, from the top."""
        return tuple(row.answer for row in self.images.images if isinstance(row, AnsweredRow))
