"""Paints the rows of the list of answered images: a thumbnail, the file's name, and the answer in a few words."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop import theme
from desktop.widgets.prediction_model import ANSWER_ROLE, Index, answer_line, mark
from engine import wording
from engine.labels import CLASSES, INDEX
from engine.prediction_results import Prediction

_THUMBNAIL = 6 * theme.GAP
_PADDING = theme.GAP


class PredictionDelegate(QStyledItemDelegate):
    """Paints a row: the thumbnail at the left, two lines of words beside it."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(20 * theme.GAP, _THUMBNAIL + 2 * _PADDING)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colors = theme.colors()
        rect = QRect(option.rect)
        prediction = index.data(ANSWER_ROLE).prediction
        painter.save()
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if is_selected:
            painter.fillRect(rect, QColor(colors.selection))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(colors.accent))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        picture = QRect(rect.left() + _PADDING, rect.top() + _PADDING, _THUMBNAIL, _THUMBNAIL)
        self._paint_picture(painter, picture, index.data(Qt.ItemDataRole.DecorationRole))
        words = rect.adjusted(_THUMBNAIL + 2 * _PADDING, _PADDING, -_PADDING, -_PADDING)
        painter.setFont(option.font)
        metrics = painter.fontMetrics()
        elide = metrics.elidedText
        upper = QRect(words.left(), words.top(), words.width(), words.height() // 2)
        lower = upper.translated(0, words.height() // 2)
        painter.setPen(QColor(colors.text))
        name = elide(str(index.data()), Qt.TextElideMode.ElideMiddle, words.width())
        painter.drawText(upper, Qt.AlignmentFlag.AlignVCenter, name)
        painter.setPen(QColor(colors.text if is_selected else colors.muted))
        line = elide(_short(prediction), Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(lower, Qt.AlignmentFlag.AlignVCenter, line)
        painter.restore()

    def _paint_picture(self, painter: QPainter, area: QRect, pixmap: QPixmap) -> None:
        painter.fillRect(area, QColor(theme.colors().track))
        if pixmap.isNull():
            painter.setPen(QColor(theme.colors().muted))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, "!")
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        size = pixmap.size().scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio)
        target = QRect(0, 0, size.width(), size.height())
        target.moveCenter(area.center())
        painter.drawPixmap(target, pixmap)


def _short(prediction: Prediction) -> str:
    """`answer_line` with the code and the number first: a narrow list must not cut them off."""
    if prediction.code is None or not prediction.is_named:
        return answer_line(prediction)
    probability = wording.name_share(prediction.probabilities[INDEX[prediction.code]])
    return f"{prediction.code} {probability}{mark(prediction)}  {CLASSES[INDEX[prediction.code]].name}"
