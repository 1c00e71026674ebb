"""An evaluation cut by what the data set's table tells: by sex, age, site, how it was diagnosed, and source."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QPointF, QRect, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QRadioButton,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desktop import theme
from desktop.widgets.answer_choice import of_slice
from desktop.widgets.figure_delegate import FigureDelegate, describe_figure, show_figure
from desktop.widgets.figure_table import FigureTable
from desktop.widgets.section import make_label
from engine.comparison_wording import SLICE_TITLES, SLICES, describe_slice, name_slice
from engine.evaluation_results import Interval, Slice, Slicing
from engine.evaluation_wording import TOO_FEW
from engine.labels import CLASSES
from engine.wording import count

Index = QModelIndex | QPersistentModelIndex

_NONE = "The data set's table tells nothing about sex, age, site, diagnosis or source of these images."
_INTERVAL_ROLE = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, kw_only=True)
class _Column:
    title: str
    meaning: str
    figure: Callable[[Slice], Interval | None]


_COLUMNS = (
    _Column(
        title="Balanced\naccuracy",
        meaning="Share of images named right within each class that occurs, averaged over these classes.",
        figure=lambda one: one.balanced_accuracy,
    ),
    _Column(
        title="Group\nsensitivity",
        meaning="Share of the group's lesions at or above the operating point.",
        figure=lambda one: one.group_sensitivity,
    ),
    _Column(
        title="Group\nspecificity",
        meaning="Share of the other lesions below the operating point.",
        figure=lambda one: one.group_specificity,
    ),
)
_VALUE, _CASES, _FOREST, _FIRST = 0, 1, 2, 3
_TITLES = ("", "Images\nlesions, classes", "Balanced accuracy\non a scale of 0 to 1")
_MEANINGS = (
    "The value that the images of the row share.",
    "How many images and lesions the row holds, and how many of the seven classes occur among them.",
    "Balanced accuracy with its 95 % interval as a line; the thin upright line is the whole part.",
)


class SlicesModel(QAbstractTableModel):
    """A row for each value of a column."""

    def __init__(self) -> None:
        super().__init__()
        self._slicing = Slicing(column="sex", slices=())
        self.whole: Interval | None = None
        """Balanced accuracy of all images, which the slices are held against."""

    @property
    def slicing(self) -> Slicing:
        """What is shown."""
        return self._slicing

    def set_slicing(self, slicing: Slicing) -> None:
        """Show `slicing`."""
        self.beginResetModel()
        self._slicing = slicing
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._slicing.slices)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else _FIRST + len(_COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        one, column = self._slicing.slices[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._show(one, column)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            if column < _FIRST:
                return describe_slice(self._slicing, one)
            asked = _COLUMNS[column - _FIRST]
            return f"{describe_figure(asked.figure(one))}. {asked.meaning}"
        if role == Qt.ItemDataRole.ForegroundRole and one.is_too_few:
            return QColor(theme.colors().muted)
        return (one.balanced_accuracy, self.whole) if role == _INTERVAL_ROLE and column == _FOREST else None

    def _show(self, one: Slice, column: int) -> str:
        if column == _VALUE:
            words = name_slice(self._slicing.column, one.value)
            return f"{words}\n{TOO_FEW}" if one.is_too_few else words
        if column == _CASES:
            of_classes = "all classes" if one.n_classes == len(CLASSES) else count(one.n_classes, "class", "classes")
            return f"{one.n_images:,}\n{count(one.n_lesions, 'lesion')}\n{of_classes}"
        return "" if column == _FOREST else show_figure(_COLUMNS[column - _FIRST].figure(one))

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return _TITLES[section] if section < _FIRST else _COLUMNS[section - _FIRST].title
        if role == Qt.ItemDataRole.ToolTipRole:
            return _MEANINGS[section] if section < _FIRST else _COLUMNS[section - _FIRST].meaning
        return None


class SliceDelegate(FigureDelegate):
    """Figures as in the table of classes; in one column the interval is drawn, the whole part as a line through it."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one cell."""
        super().paint(painter, option, index)
        drawn = index.data(_INTERVAL_ROLE)
        if drawn is None:
            return
        figure, whole = drawn
        colors, rect = theme.colors(), QRect(option.rect).adjusted(theme.GAP, 0, -theme.GAP, 0)
        color = index.data(Qt.ItemDataRole.ForegroundRole) or QColor(colors.accent)
        middle = rect.center().y()

        def across(share: float) -> float:
            return rect.left() + share * rect.width()

        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colors.border), 1))
        painter.drawLine(QPointF(rect.left(), middle), QPointF(rect.right(), middle))
        if whole is not None:
            painter.setPen(QPen(QColor(colors.control), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(across(whole.value), rect.top()), QPointF(across(whole.value), rect.bottom()))
        painter.setPen(QPen(color, 2))
        painter.drawLine(QPointF(across(figure.low), middle), QPointF(across(figure.high), middle))
        painter.setBrush(color)
        painter.drawEllipse(QPointF(across(figure.value), middle), 4, 4)
        painter.restore()


class SlicesView(QWidget):
    """A choice of columns above the table of the chosen one. Where it `opens_images`, a row asks for its images."""

    images_asked = Signal(object)
    """An `AnswerChoice`: the images of a slice."""

    def __init__(self, parent: QWidget | None = None, *, opens_images: bool = True) -> None:
        super().__init__(parent)
        self._advice = " Choose a row to see its images." if opens_images else ""
        self._slicings: tuple[Slicing, ...] = ()
        self.buttons = {column: QRadioButton(title) for column, title in SLICE_TITLES.items()}
        self.model = SlicesModel()
        self.table = FigureTable(self.model, "Results", header_lines=2, row_lines=3, wide=(_VALUE, _FOREST))
        self.table.setItemDelegate(SliceDelegate(self.table))
        self.table.clicked.connect(self._on_row_chosen)
        self.table.activated.connect(self._on_row_chosen)
        self.words = make_label("small")
        group = QButtonGroup(self)
        switch = QHBoxLayout()
        switch.setSpacing(theme.GAP)
        for button in self.buttons.values():
            group.addButton(button)
            switch.addWidget(button)
            button.setToolTip(f"Figures for each value of the column “{button.text().lower()}” of the data's table.")
            button.clicked.connect(self._on_column_chosen)
        switch.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        column.addLayout(switch)
        column.addWidget(self.words)
        column.addWidget(self.table)

    @property
    def stops(self) -> tuple[QWidget, ...]:
        """Where the Tab key stops, in order."""
        return (*self.buttons.values(), self.table)

    def show_slices(self, slicings: tuple[Slicing, ...], whole: Interval) -> None:
        """Show `slicings`, with the column that was looked at before where there is one; `whole` is of all images."""
        self._slicings, self.model.whole = slicings, whole
        known = {one.column for one in slicings}
        for column, button in self.buttons.items():
            button.setVisible(column in known)
        chosen = next((column for column, button in self.buttons.items() if button.isChecked()), None)
        if slicings and chosen not in known:
            self.buttons[slicings[0].column].setChecked(True)
        self.words.setText(f"{SLICES}{self._advice}" if slicings else _NONE)
        self.table.setVisible(bool(slicings))
        self._on_column_chosen()

    @Slot()
    def _on_column_chosen(self) -> None:
        for slicing in self._slicings:
            if self.buttons[slicing.column].isChecked():
                self.model.set_slicing(slicing)
                self.table.setAccessibleName(f"Results by {SLICE_TITLES[slicing.column].lower()}")

    @Slot(QModelIndex)
    def _on_row_chosen(self, index: QModelIndex) -> None:
        if self.isVisible():  # a double click is a click before
            slicing = self.model.slicing
            self.images_asked.emit(of_slice(slicing.column, slicing.slices[index.row()].value))
