"""The header of a table, without frames: words wrapped into their section, a line towards the cells."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QHeaderView

from desktop import theme

_FONT_SCALE = 0.8


class FlatHeader(QHeaderView):
    """Names of rows stand at the left, names of columns in the middle, or where the model's TextAlignmentRole says."""

    def __init__(self, orientation: Qt.Orientation) -> None:
        super().__init__(orientation)
        self.setFont(theme.scaled_font(_FONT_SCALE))
        self.setHighlightSections(False)
        self.setSectionsClickable(False)

    def set_lines(self, lines: int) -> None:
        """Make a header of columns as tall as `lines` lines of words."""
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + theme.GAP)

    def paintSection(self, painter: QPainter, rect: QRect, logical_index: int) -> None:
        colors = theme.colors()
        painter.save()
        painter.fillRect(rect, QColor(colors.surface))
        painter.setPen(QColor(colors.border))
        is_row = self.orientation() == Qt.Orientation.Vertical
        if not is_row:
            painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.setFont(self.font())
        painter.setPen(QColor(colors.muted))
        words = str(self.model().headerData(logical_index, self.orientation(), Qt.ItemDataRole.DisplayRole))
        asked = self.model().headerData(logical_index, self.orientation(), Qt.ItemDataRole.TextAlignmentRole)
        side = asked or (Qt.AlignmentFlag.AlignLeft if is_row else Qt.AlignmentFlag.AlignHCenter)
        area = rect.adjusted(theme.GAP if is_row else 2, 0, -2, 0)
        painter.drawText(area, side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap, words)
        painter.restore()
