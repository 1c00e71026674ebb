"""The classes of one answer, ranked: a bar and a number for each, at equal priors."""

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from desktop import theme
from engine import wording
from engine.labels import CLASSES, LesionClass

_BAR = 6
_NONE = "No answer yet"


class ProbabilityBars(QWidget):
    """Seven rows, the most probable class first; dashes where there is no answer."""

    def __init__(self) -> None:
        super().__init__()
        self._probabilities: tuple[float, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Probabilities by class")
        self.setAccessibleDescription(_NONE)

    def set_probabilities(self, probabilities: tuple[float, ...]) -> None:
        """Show one probability (0..1) for each class in logit order, or none at all for an empty tuple."""
        self._probabilities = probabilities
        self.setAccessibleDescription("; ".join(self.lines()) if probabilities else _NONE)
        self.update()

    def lines(self) -> tuple[str, ...]:
        """What the rows say, from the top: "Melanoma (mel) 0.64"."""
        return tuple(f"{wording.name_class(one.code)} {_number(share)}" for one, share in self._ranked())

    def sizeHint(self) -> QSize:
        return QSize(38 * theme.GAP, len(CLASSES) * self._row_height())

    def minimumSizeHint(self) -> QSize:
        return QSize(26 * theme.GAP, len(CLASSES) * self._row_height())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            row = event.pos().y() // self._row_height()
            if 0 <= row < len(CLASSES):
                QToolTip.showText(event.globalPos(), self._ranked()[row][0].description, self)
                return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        height = self._row_height()
        for row, (lesion_class, share) in enumerate(self._ranked()):
            rect = QRect(0, row * height, self.width(), height)
            self._paint_row(painter, rect, lesion_class, share, is_first=row == 0 and share is not None)

    def _paint_row(
        self, painter: QPainter, rect: QRect, lesion_class: LesionClass, share: float | None, *, is_first: bool
    ) -> None:
        colors = theme.colors()
        painter.setFont(theme.scaled_font(1.0, bold=is_first))
        metrics = painter.fontMetrics()
        line = QRect(rect.left(), rect.top(), rect.width(), metrics.lineSpacing())
        number = _number(share)
        room = line.width() - metrics.horizontalAdvance(number) - theme.GAP
        code = f" ({lesion_class.code})"
        room -= metrics.horizontalAdvance(code)
        name = metrics.elidedText(lesion_class.name, Qt.TextElideMode.ElideRight, room) + code
        painter.setPen(QColor(colors.text if share is not None else colors.muted))
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft, name)
        painter.drawText(line, Qt.AlignmentFlag.AlignRight, number)
        bar = QRectF(rect.left(), line.bottom() + 2, rect.width(), _BAR)
        painter.fillPath(_rounded(bar), QColor(colors.track))
        if share:
            painter.save()
            painter.setClipPath(_rounded(bar))
            bar.setWidth(max(bar.width() * share, 1.0))
            painter.fillRect(bar, QColor(lesion_class.color))
            painter.restore()

    def _ranked(self) -> list[tuple[LesionClass, float | None]]:
        if not self._probabilities:
            return [(lesion_class, None) for lesion_class in CLASSES]
        pairs = list(zip(CLASSES, self._probabilities, strict=True))
        return [(one, share) for one, share in sorted(pairs, key=lambda pair: -pair[1])]

    def _row_height(self) -> int:
        return self.fontMetrics().lineSpacing() + _BAR + theme.GAP


def _number(share: float | None) -> str:
    return wording.NO_FIGURE if share is None else wording.name_share(share)


def _rounded(rect: QRectF) -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(rect, _BAR / 2, _BAR / 2)
    return path
