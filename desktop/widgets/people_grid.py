"""Draws a hundred people: who would be found, missed, needlessly alarmed, and rightly left in peace."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.theme import GAP, colors
from engine.operating_results import Expected

_COLUMNS, _ROWS = 20, 5
_CELL = 2 * GAP
KINDS = ("missed", "found", "needlessly alarmed", "rightly left in peace")


class PeopleGrid(QWidget):
    """Each kind of person has a shape of its own besides its colour; the legend stands below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts = (0, 0, 0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """People of each of `KINDS`."""
        return self._counts

    def show_people(self, expected: Expected | None) -> None:
        """Show what is to be expected of 100 people; nobody where that is not known."""
        if expected is None:
            self._counts = (0, 0, 0, 0)
        else:
            found, calm = expected.n_ill - expected.n_missed, expected.n_well - expected.n_alarmed
            self._counts = (expected.n_missed, found, expected.n_alarmed, calm)
        words = ", ".join(f"{number} {kind}" for number, kind in zip(self._counts, KINDS, strict=True))
        self.setAccessibleName(f"Of 100 people: {words}")
        self.update()

    def sizeHint(self) -> QSize:
        line = self.fontMetrics().height()
        return QSize((_COLUMNS + 6) * _CELL, _ROWS * _CELL + 2 * line + 2 * GAP)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the people, then the legend."""
        if not sum(self._counts):
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        kinds = [kind for kind, number in enumerate(self._counts) for _ in range(number)]
        for number, kind in enumerate(kinds[: _COLUMNS * _ROWS]):
            row, column = divmod(number, _COLUMNS)
            _paint_person(painter, QPointF((column + 0.5) * _CELL, (row + 0.5) * _CELL), kind)
        line, top = self.fontMetrics().height(), _ROWS * _CELL + GAP
        for kind, (number, words) in enumerate(zip(self._counts, KINDS, strict=True)):
            place = QPointF(_CELL / 2 + kind % 2 * 11 * _CELL, top + (kind // 2 + 0.5) * line)
            _paint_person(painter, place, kind)
            painter.setPen(QColor(colors().text))
            area = QRectF(place.x() + _CELL, place.y() - line / 2, 12 * _CELL, line)
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, f"{number} {words}")


def _paint_person(painter: QPainter, place: QPointF, kind: int) -> None:
    c, radius = colors(), _CELL * 0.34
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if kind == 0:  # a cross
        painter.setPen(QPen(QColor(c.error_edge), 2.5))
        painter.drawLine(place + QPointF(-radius, -radius), place + QPointF(radius, radius))
        painter.drawLine(place + QPointF(-radius, radius), place + QPointF(radius, -radius))
    elif kind == 1:  # a full disc
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(c.accent))
        painter.drawEllipse(place, radius, radius)
    elif kind == 2:  # a ring
        painter.setPen(QPen(QColor(c.accent), 2))
        painter.drawEllipse(place, radius - 1, radius - 1)
    else:  # a small dot
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(c.control))
        painter.drawEllipse(place, 2, 2)
