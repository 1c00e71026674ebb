"""Scrolls a form up and down where there is too little room, and is never narrower than the form."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget


class FormArea(QScrollArea):
    """As wide as its form and a scroll bar need, in any size of type; the Tab key passes it by."""

    def __init__(self, form: QWidget, least_width: int, parent: QWidget | None = None) -> None:
        """`least_width` is in pixels, for forms that need less."""
        super().__init__(parent)
        self._form, self._least_width = form, least_width
        self.setWidget(form)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        """The width there is to be; any height will do."""
        return QSize(self._width(), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """The same width."""
        return QSize(self._width(), super().minimumSizeHint().height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Where the form asks for other room, so does this."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def _width(self) -> int:
        needed = self._form.minimumSizeHint().width() + self.verticalScrollBar().sizeHint().width()
        return max(self._least_width, needed)
