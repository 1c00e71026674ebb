"""A heading that folds what is under it away and back."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from desktop.theme import GAP


class Fold(QWidget):
    """Starts folded. Everything under it is hidden, and so out of the way of the Tab key, until it is opened."""

    def __init__(self, title: str, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._content = content
        self._button = QToolButton()
        self._button.setText(title)
        self._button.setAccessibleName(title)
        self._button.setAutoRaise(True)
        self._button.setArrowType(Qt.ArrowType.RightArrow)
        self._button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._button.clicked.connect(self._on_clicked)
        content.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self._button, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(content)

    @property
    def is_open(self) -> bool:
        """Whether the content is to be seen."""
        return not self._content.isHidden()

    def set_open(self, is_open: bool) -> None:
        """Unfold it, or fold it."""
        self._button.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        self._button.setAccessibleDescription("unfolded" if is_open else "folded")
        self._content.setVisible(is_open)

    @Slot()
    def _on_clicked(self) -> None:
        self.set_open(not self.is_open)
