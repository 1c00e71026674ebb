"""Paints a reliability diagram: what was said against what was so, before and after temperature."""

from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.theme import GAP, colors, scaled_font
from engine.evaluation_results import Reliability, ReliabilityBin
from engine.evaluation_wording import name_interval
from engine.wording import count

_RADIUS = 5.0
_NEAR = 16.0  # pixels around a point that still mean it
_TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_STRIP = 5 * GAP
_SMALL = 0.85


class ReliabilityDiagram(QWidget):
    """Dots are after temperature, hollow squares before; grey bars below say how many images each step has.

    The arrow keys go from dot to dot, a click or Enter chooses one.
    """

    bin_reached = Signal(int)
    """The number of the step under the mouse or the keyboard."""
    bin_chosen = Signal(int)
    """The user wants to see the images of a step."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._after: Reliability | None = None
        self._before: Reliability | None = None
        self._current: int | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("keys", {"Left, Right": "Go from dot to dot", "Enter": "Show the images of the dot"})
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Reliability diagram")

    @property
    def current(self) -> int | None:
        """The step that the keyboard is at."""
        return self._current

    def show_reliability(self, before: Reliability, after: Reliability, what: str) -> None:
        """Draw both; `what` was said, for a screen reader: "the group"."""
        self._before, self._after, self._current = before, after, None
        rows = "; ".join(describe_bin(one) for one in after.bins if one.n_images)
        self.setAccessibleDescription(f"Of {what}, after temperature. {rows}")
        self.update()

    def place_of(self, number: int) -> QPointF | None:
        """Where the dot of a step is, None where it has no image."""
        return None if self._after is None else self._dot(self._after.bins[number])

    def sizeHint(self) -> QSize:
        return QSize(47 * GAP, 50 * GAP)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what is under the mouse."""
        number = self._near(event.position())
        self.setCursor(Qt.CursorShape.ArrowCursor if number is None else Qt.CursorShape.PointingHandCursor)
        if number is not None and number != self._current:
            self._reach(number)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the dot under the mouse."""
        number = self._near(event.position())
        if event.button() == Qt.MouseButton.LeftButton and number is not None:
            self._reach(number)
            self.bin_chosen.emit(number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left, right, Enter."""
        filled = [] if self._after is None else [n for n, one in enumerate(self._after.bins) if self._dot(one)]
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right) and filled:
            step = 1 if event.key() == Qt.Key.Key_Right else -1
            place = filled.index(self._current) + step if self._current in filled else 0
            self._reach(filled[min(len(filled) - 1, max(0, place))])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._current is not None:
            self.bin_chosen.emit(self._current)
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
        """Axes, diagonal, numbers of images, then both lines."""
        if self._after is None or self._before is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(scaled_font(_SMALL))
        self._paint_axes(painter)
        self._paint_strip(painter, self._after)
        self._paint_line(painter, self._before, is_after=False)
        self._paint_line(painter, self._after, is_after=True)
        if self._current is not None and (place := self._dot(self._after.bins[self._current])) is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colors().text), 2))
            painter.drawEllipse(place, _RADIUS + 3, _RADIUS + 3)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colors().accent), 1))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def _square(self) -> QRectF:
        """Where 0 to 1 is drawn, both ways."""
        metrics = QFontMetricsF(scaled_font(_SMALL))
        left, bottom = metrics.horizontalAdvance("0.0") + 4 * GAP, 2 * metrics.height() + GAP + _STRIP
        side = min(self.width() - left - 2 * GAP, self.height() - bottom - 2 * GAP)
        return QRectF(left, 2 * GAP, side, side)

    def _at(self, said: float, observed: float) -> QPointF:
        square = self._square()
        return QPointF(square.left() + said * square.width(), square.bottom() - observed * square.height())

    def _dot(self, one: ReliabilityBin) -> QPointF | None:
        if one.mean_probability is None or one.observed is None:
            return None
        return self._at(one.mean_probability, one.observed.value)

    def _near(self, place: QPointF) -> int | None:
        if self._after is None:
            return None
        dots = [(number, dot) for number, one in enumerate(self._after.bins) if (dot := self._dot(one)) is not None]
        far = [(((dot - place).x() ** 2 + (dot - place).y() ** 2) ** 0.5, number) for number, dot in dots]
        distance, number = min(far, default=(_NEAR, -1))
        return number if distance < _NEAR else None

    def _reach(self, number: int) -> None:
        self._current = number
        self.update()
        self.bin_reached.emit(number)

    def _paint_axes(self, painter: QPainter) -> None:
        c, square, height = colors(), self._square(), painter.fontMetrics().height()
        painter.setPen(QPen(QColor(c.border), 1))
        for tick in _TICKS:
            painter.drawLine(self._at(tick, 0), self._at(tick, 1))
            painter.drawLine(self._at(0, tick), self._at(1, tick))
        painter.setPen(QPen(QColor(c.control), 1, Qt.PenStyle.DashLine))
        painter.drawLine(square.bottomLeft(), square.topRight())
        painter.setPen(QColor(c.muted))
        centre = Qt.AlignmentFlag.AlignCenter
        for tick in _TICKS:
            below, left = self._at(tick, 0), self._at(0, tick)
            painter.drawText(QRectF(below.x() - 30, below.y() + _STRIP, 60, height), centre, f"{tick:.1f}")
            painter.drawText(
                QRectF(left.x() - 5 * GAP, left.y() - height, 4.5 * GAP, 2 * height),
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                f"{tick:.1f}",
            )
        foot = QRectF(square.left(), square.bottom() + _STRIP + height, square.width(), height)
        painter.drawText(foot, centre, "probability said")
        painter.save()
        painter.translate(height, square.center().y())
        painter.rotate(-90)
        painter.drawText(QRectF(-square.height() / 2, -height, square.height(), height), centre, "share observed")
        painter.restore()

    def _paint_strip(self, painter: QPainter, after: Reliability) -> None:
        square, most = self._square(), max((one.n_images for one in after.bins), default=0) or 1
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colors().control))
        for one in after.bins:
            height = (_STRIP - GAP) * one.n_images / most
            left, width = square.left() + one.low * square.width(), (one.high - one.low) * square.width()
            if one.n_images:
                painter.drawRect(QRectF(left + 1, square.bottom() + 2, width - 2, max(1.0, height)))

    def _paint_line(self, painter: QPainter, reliability: Reliability, *, is_after: bool) -> None:
        c = colors()
        color = QColor(c.val_line if is_after else c.train_line)
        filled = [(one, dot) for one in reliability.bins if (dot := self._dot(one)) is not None]
        painter.setPen(QPen(color, 1.5, Qt.PenStyle.SolidLine if is_after else Qt.PenStyle.DotLine))
        for (_, start), (_, end) in pairwise(filled):
            painter.drawLine(start, end)
        for one, dot in filled:
            painter.setPen(QPen(color, 1.5))
            painter.setBrush(color if is_after else QColor(c.surface))
            if is_after and one.observed is not None and one.mean_probability is not None:
                low, high = one.observed.low, one.observed.high
                painter.drawLine(self._at(one.mean_probability, low), self._at(one.mean_probability, high))
                painter.drawEllipse(dot, _RADIUS, _RADIUS)
            else:
                painter.drawRect(QRectF(dot.x() - 4, dot.y() - 4, 8, 8))


def describe_bin(one: ReliabilityBin) -> str:
    """One step as a sentence."""
    if one.mean_probability is None or one.observed is None:
        return f"No image has a probability of {one.low:.2f} to {one.high:.2f}."
    images = f"{count(one.n_images, 'image')} of {count(one.n_lesions, 'lesion')}"
    return (
        f"{images}: said {one.mean_probability:.2f} on average; it was so for {name_interval(one.observed)}"
        f"{', too few to tell' if one.observed.is_too_wide else ''}."
    )
