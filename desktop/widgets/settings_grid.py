"""Lays out settings one under the other: label, field, and a sentence of help."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDoubleSpinBox, QGridLayout, QLabel, QSizePolicy, QSpinBox, QWidget

from desktop.theme import GAP


class SettingsGrid(QWidget):
    """Two columns, labels and fields; help stands in a tooltip, and where it matters under the field."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(GAP)
        self._grid.setVerticalSpacing(GAP // 2)
        self._grid.setColumnStretch(1, 1)

    def add(self, label: str, field: QWidget, help_text: str) -> None:
        """A row for `field`; its help is in the tooltip."""
        name = QLabel(label)
        name.setBuddy(field)
        name.setToolTip(help_text)
        row = self._grid.rowCount()
        self._grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignVCenter)
        self._grid.addWidget(field, row, 1)
        field.setMinimumHeight(3 * GAP)
        if isinstance(field, QSpinBox | QDoubleSpinBox):
            field.lineEdit().setTextMargins(GAP - 2, 0, 0, 0)  # a style sheet's padding does not reach in there
        field.setSizePolicy(QSizePolicy.Policy.Expanding, field.sizePolicy().verticalPolicy())
        describe(field, label, help_text)

    def add_with_help(self, label: str, field: QWidget, help_text: str) -> QLabel:
        """A row for `field` and one for its help; returns the latter, to change the text later."""
        self.add(label, field, help_text)
        hint = small_text(help_text)
        row = self._grid.rowCount()
        self._grid.addWidget(hint, row, 0, 1, 2)
        self._grid.setRowMinimumHeight(row + 1, GAP)
        return hint

    def add_wide(self, content: QWidget) -> None:
        """A row of its own for a field that carries its label in itself."""
        self._grid.addWidget(content, self._grid.rowCount(), 0, 1, 2)


def describe(field: QWidget, name: str, help_text: str) -> None:
    """Tell pointer and screen reader what `field` is and does."""
    field.setToolTip(help_text)
    field.setAccessibleName(name)
    field.setAccessibleDescription(help_text)


def small_text(text: str) -> QLabel:
    """A sentence of help in small print."""
    label = QLabel(text)
    label.setProperty("role", "small")
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
