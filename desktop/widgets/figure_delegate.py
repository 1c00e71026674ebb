"""Paints figures in a table: the value large, its interval small below, and "too few" where it says nothing."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop import theme
from engine.evaluation_results import Interval
from engine.evaluation_wording import TOO_FEW, name_interval
from engine.wording import NO_FIGURE

Index = QModelIndex | QPersistentModelIndex

_TOO_FEW = "too few"
_PADDING = theme.GAP // 2
_DOT = 10


def show_figure(figure: Interval | None) -> str:
    """A figure for a cell, in up to three lines: value, interval, "too few"; a dash where there is none."""
    if figure is None:
        return NO_FIGURE
    text = f"{figure.value:.2f}\n{figure.low:.2f}\N{EN DASH}{figure.high:.2f}"
    return f"{text}\n{_TOO_FEW}" if figure.is_too_wide else text


def describe_figure(figure: Interval | None) -> str:
    """A figure as words, for tool tips and screen readers."""
    if figure is None:
        return "cannot be computed, since this part holds no such images"
    text = name_interval(figure)
    return f"{text}, {TOO_FEW}" if figure.is_too_wide else text


def is_vague(figure: Interval | None) -> bool:
    """Whether a figure is shown in grey."""
    return figure is None or figure.is_too_wide


class FigureDelegate(QStyledItemDelegate):
    """The first line of a cell in the table's font, those after it small and muted; names at the left, wrapped."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """As wide as the widest line."""
        if index.column() == 0:
            return QSize(12 * theme.GAP, 0)
        first, *others = str(index.data()).split("\n")
        small = QFontMetrics(_small(option.font))
        widths = [option.fontMetrics.horizontalAdvance(first), *(small.horizontalAdvance(line) for line in others)]
        return QSize(max(widths) + 2 * _PADDING, 0)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one cell."""
        colors = theme.colors()
        rect = QRect(option.rect)
        painter.save()
        if option.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.fillRect(rect, QColor(colors.selection))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(colors.accent))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        color = index.data(Qt.ItemDataRole.ForegroundRole) or QColor(colors.text)
        if index.column() == 0:
            self._paint_name(painter, rect, option.font, index, color)
        else:
            self._paint_lines(painter, rect, option.font, str(index.data()).split("\n"), color)
        painter.restore()

    def _paint_name(self, painter: QPainter, rect: QRect, font: QFont, index: Index, color: QColor) -> None:
        dot = index.data(Qt.ItemDataRole.DecorationRole)
        left = _PADDING
        if dot is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QColor(theme.colors().control))
            painter.setBrush(dot)
            painter.drawEllipse(QRect(rect.left() + left, rect.center().y() - _DOT // 2, _DOT, _DOT))
            left += _DOT + theme.GAP
        painter.setPen(color)
        painter.setFont(_small(font))
        area = rect.adjusted(left, 0, -_PADDING, 0)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap, str(index.data()))

    def _paint_lines(self, painter: QPainter, rect: QRect, font: QFont, lines: list[str], color: QColor) -> None:
        small, first = QFontMetrics(_small(font)).height(), QFontMetrics(font).height()
        top = rect.center().y() - (first + small * (len(lines) - 1)) // 2
        for number, line in enumerate(lines):
            height = small if number else first
            painter.setFont(_small(font) if number else font)
            painter.setPen(QColor(theme.colors().muted) if number else color)
            painter.drawText(QRect(rect.left(), top, rect.width(), height), Qt.AlignmentFlag.AlignCenter, line)
            top += height


def _small(font: QFont) -> QFont:
    smaller = QFont(font)
    if font.pointSizeF() > 0:
        smaller.setPointSizeF(font.pointSizeF() * 0.85)
    else:
        smaller.setPixelSize(round(font.pixelSize() * 0.85))
    return smaller
