"""Painted horizontal bars, one to a class: its name, a bar in its colour, and the value in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.theme import GAP, colors


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One row of a `BarChart`."""

    label: str
    """At the left: "Melanoma (mel)"."""
    value: float
    """Length of the bar, 0 or more, on the scale of all bars of the chart."""
    text: str
    """At the right: "1,113 images"."""
    color: str
    """Hex; `LesionClass.color`."""
    second: float | None = None
    """Length of a thinner bar below the first, on the same scale."""
    parts: tuple[tuple[float, str], ...] = ()
    """What the bar is made of, from the left: lengths that sum to `value`, each in its colour in place of `color`."""
    is_strong: bool = False
    """Whether its words are bold: the answer."""


class BarChart(QWidget):
    """Bars on a common scale. Screen readers get the rows as text."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """`name` says what the bars show: "Images and lesions per class"."""
        super().__init__(parent)
        self._name = name
        self._bars: tuple[Bar, ...] = ()
        self._maximum = 1.0
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def bars(self) -> tuple[Bar, ...]:
        """The rows, top to bottom."""
        return self._bars

    def set_bars(self, bars: Sequence[Bar], maximum: float | None = None) -> None:
        """Show `bars`; `maximum` is the value of a full bar, the greatest one where None."""
        self._bars = tuple(bars)
        greatest = max((max(bar.value, bar.second or 0.0) for bar in bars), default=0.0)
        self._maximum = maximum or greatest or 1.0
        rows = "; ".join(f"{bar.label}: {bar.text}" for bar in bars)
        self.setAccessibleDescription(rows)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """All words, and a bar of some length; rows stand close, and spread where there is room."""
        width = self._label_width() + self._text_width() + 25 * GAP
        return QSize(width, self.minimumSizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Half of the names, all values, a short bar."""
        width = self._label_width() // 2 + self._text_width() + 8 * GAP
        return QSize(width, len(self._bars) * (self._row() + GAP // 2))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows, spread over the height but never far apart."""
        if not self._bars:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        step = min(self.height() / len(self._bars), self._row() + 3 * GAP)
        text_width = self._text_width()
        label_width = min(self._label_width(), self.width() - text_width - 10 * GAP)
        for number, bar in enumerate(self._bars):
            top = number * step + (step - self._row()) / 2
            self._paint_row(painter, bar, top, label_width, text_width)

    def _paint_row(self, painter: QPainter, bar: Bar, top: float, label_width: int, text_width: int) -> None:
        c = colors()
        font = self.font()
        font.setBold(bar.is_strong)
        painter.setFont(font)
        painter.setPen(QColor(c.text))
        middle_left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        label = painter.fontMetrics().elidedText(bar.label, Qt.TextElideMode.ElideRight, label_width)
        painter.drawText(QRectF(0, top, label_width, self._row()), middle_left, label)
        painter.drawText(QRectF(self.width() - text_width, top, text_width, self._row()), middle_left, bar.text)
        left = label_width + GAP
        room = self.width() - text_width - GAP - left
        if room <= 0:
            return
        height = self._row() * (0.6 if bar.second is None else 0.45)
        first_top = top + (self._row() - height) / 2 if bar.second is None else top + self._row() * 0.1
        if bar.second is None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(c.track))
            painter.drawRoundedRect(QRectF(left, first_top, room, height), 2, 2)
        self._paint_bar(painter, QRectF(left, first_top, room, height), bar.value, QColor(bar.color))
        self._paint_parts(painter, QRectF(left, first_top, room, height), bar)
        if bar.second is not None:
            paler = QColor(bar.color)
            paler.setAlphaF(0.5)
            below = QRectF(left, first_top + height + 2, room, self._row() * 0.25)
            self._paint_bar(painter, below, bar.second, paler)

    def _paint_bar(self, painter: QPainter, room: QRectF, value: float, color: QColor) -> None:
        if value <= 0:
            return
        filled = QRectF(room)
        filled.setWidth(max(2.0, room.width() * min(1.0, value / self._maximum)))
        painter.setBrush(color)
        painter.setPen(QPen(QColor(colors().control), 0.5))
        painter.drawRoundedRect(filled, 2, 2)

    def _paint_parts(self, painter: QPainter, room: QRectF, bar: Bar) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        left = room.left()
        for value, color in bar.parts:
            width = room.width() * value / self._maximum
            painter.fillRect(QRectF(left, room.top(), width, room.height()), QColor(color))
            left += width

    def _row(self) -> int:
        return int(self.fontMetrics().height() * 1.25)

    def _label_width(self) -> int:
        return self._widest(bar.label for bar in self._bars)

    def _text_width(self) -> int:
        return self._widest(bar.text for bar in self._bars)

    def _widest(self, texts: object) -> int:
        font = self.font()
        font.setBold(True)
        metrics = type(self.fontMetrics())(font)
        return max((metrics.horizontalAdvance(str(text)) for text in texts), default=0) + 2  # type: ignore[attr-defined]
