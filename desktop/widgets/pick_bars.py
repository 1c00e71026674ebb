"""Bars that can be chosen, with the mouse or the keyboard, to see what is behind them."""

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop.theme import GAP, colors
from desktop.widgets.bar_chart import BarChart


class PickBars(BarChart):
    """Arrow keys move among the bars; a click or Enter chooses one."""

    bar_chosen = Signal(int)
    """The number of the bar, from the top."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self._current = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("keys", {"Up, Down": "Go from bar to bar", "Enter": "Show the images of the bar"})
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def rect_of(self, number: int) -> QRectF:
        """Where a bar with its words is."""
        step = self._step()
        return QRectF(0, number * step, self.width(), step)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the bar under the mouse."""
        number = self._at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and number is not None:
            self._current = number
            self.update()
            self.bar_chosen.emit(number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up, down, Enter."""
        key = event.key()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and self.bars:
            self._current = min(len(self.bars) - 1, max(0, self._current + (1 if key == Qt.Key.Key_Down else -1)))
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._current < len(self.bars):
            self.bar_chosen.emit(self._current)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard is."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The keyboard is elsewhere."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bars, and a frame around the one that the keyboard is at."""
        super().paintEvent(event)
        if self.hasFocus() and self._current < len(self.bars):
            painter = QPainter(self)
            painter.setPen(QPen(QColor(colors().accent), 1))
            painter.drawRect(self.rect_of(self._current).adjusted(0.5, 0.5, -1, -1))

    def _step(self) -> float:
        return min(self.height() / max(1, len(self.bars)), self._row() + 3 * GAP)

    def _at(self, place: QPointF) -> int | None:
        number = int(place.y() // self._step())
        return number if 0 <= number < len(self.bars) else None
