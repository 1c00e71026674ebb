"""The confusion matrix: which class the model named for images of each class, as counts or shares."""

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QRadioButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from desktop import theme
from desktop.widgets.flat_header import FlatHeader
from engine import evaluation_wording, wording
from engine.labels import CLASSES

Index = QModelIndex | QPersistentModelIndex
Confusion = tuple[tuple[int, ...], ...]

_SHARE_ROLE = Qt.ItemDataRole.UserRole
_NAME_WIDTH = 14 * theme.GAP
_HEADER_LINES = 5
_NAME_LINES = 3
_HOW_TO_READ = "Each row holds the images of one diagnosis, each column what the model named them."
_NO_CELL = "Choose a cell to see its images. The arrow keys read the cells one by one, Enter opens one."


class ConfusionModel(QAbstractTableModel):
    """The cells with their words; rows are true classes, columns named classes."""

    def __init__(self) -> None:
        super().__init__()
        self._confusion: Confusion = ((0,) * len(CLASSES),) * len(CLASSES)
        self._as_shares = False

    def set_confusion(self, confusion: Confusion) -> None:
        """Show `confusion`."""
        self.beginResetModel()
        self._confusion = confusion
        self.endResetModel()

    def count(self, index: Index) -> int:
        """How many images a cell has."""
        return self._confusion[index.row()][index.column()]

    def set_as_shares(self, as_shares: bool) -> None:
        """Show shares of each row in place of counts."""
        self._as_shares = as_shares
        last = len(CLASSES) - 1
        self.dataChanged.emit(self.index(0, 0), self.index(last, last))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(CLASSES)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(CLASSES)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row, column = index.row(), index.column()
        total, number = sum(self._confusion[row]), self._confusion[row][column]
        if role == Qt.ItemDataRole.DisplayRole:
            if not self._as_shares:
                return f"{number:,}"
            return f"{number / total:.2f}" if total else wording.NO_FIGURE
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return evaluation_wording.describe_cell(self._confusion, row, column)
        return (number / total if total else 0.0) if role == _SHARE_ROLE else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        name = wording.name_class(CLASSES[section].code)
        is_row = orientation == Qt.Orientation.Vertical
        if role == Qt.ItemDataRole.DisplayRole:
            return name
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"Images of {name}" if is_row else f"Images named {name}"
        return None


class ConfusionDelegate(QStyledItemDelegate):
    """Paints a cell: the larger its share of the row, the fuller its colour; right answers have a frame."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        ground = cell_color(float(index.data(_SHARE_ROLE)))
        rect = QRect(option.rect)
        colors = theme.colors()
        painter.save()
        painter.fillRect(rect, ground)
        if index.row() == index.column():
            painter.setPen(QPen(QColor(colors.control), 1))
            painter.drawRect(rect.adjusted(1, 1, -2, -2))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(colors.text), 2))
            painter.drawRect(rect.adjusted(2, 2, -2, -2))
        painter.setPen(text_color(ground))
        painter.setFont(option.font)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, str(index.data()))
        painter.restore()


def cell_color(share: float) -> QColor:
    """The ground of a cell that holds `share` (0..1) of its row."""
    empty, full = QColor(theme.colors().surface), QColor(theme.colors().accent)
    pairs = zip(_channels(empty), _channels(full), strict=True)
    return QColor.fromRgbF(*(low + (high - low) * share for low, high in pairs))


def text_color(ground: QColor) -> QColor:
    """Black or white, whichever is easier to read on `ground`."""
    return QColor("#000000") if _luminance(ground) > 0.179 else QColor("#FFFFFF")


def _luminance(color: QColor) -> float:
    """Relative luminance after WCAG 2: 0 for black, 1 for white."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4) for part in _channels(color)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(color: QColor) -> tuple[float, float, float]:
    return color.redF(), color.greenF(), color.blueF()


class ConfusionMatrix(QWidget):
    """The matrix with its switch between counts and shares and a sentence about the cell under the cursor."""

    cell_selected = Signal(int, int)
    """True class and named class, by logit order: clicked, or reached with the arrow keys."""
    cell_opened = Signal(int, int)
    """The user wants to see the images of a cell that has some: clicked, or Enter."""

    def __init__(self) -> None:
        super().__init__()
        self._model = ConfusionModel()
        self._counts, self._shares = QRadioButton("Counts"), QRadioButton("Shares of each row")
        self._counts.setToolTip("How many images stand in each cell.")
        self._shares.setToolTip("Which share of the images of a true class stands in each cell of its row.")
        self._sentence = QLabel(_NO_CELL)
        self._sentence.setWordWrap(True)
        self._sentence.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.table = self._build_table()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GAP)
        layout.addLayout(self._build_switch())
        layout.addWidget(self.table)
        layout.addWidget(self._sentence)

    def set_confusion(self, confusion: Confusion) -> None:
        """Show `confusion`: images by true class (rows) and named class (columns)."""
        self._model.set_confusion(confusion)
        self._sentence.setText(_NO_CELL)

    @property
    def stops(self) -> tuple[QWidget, ...]:
        """Where the Tab key stops, in order."""
        return self._counts, self._shares, self.table

    @property
    def sentence(self) -> str:
        """What is said below the matrix now."""
        return self._sentence.text()

    def _build_switch(self) -> QHBoxLayout:
        self._counts.setChecked(True)
        group = QButtonGroup(self)
        row = QHBoxLayout()
        for button in (self._counts, self._shares):
            group.addButton(button)
            row.addWidget(button)
        row.addSpacing(theme.GAP)
        how_to_read = QLabel(_HOW_TO_READ)
        how_to_read.setProperty("role", "small")
        how_to_read.setWordWrap(True)
        row.addWidget(how_to_read, 1)
        self._shares.toggled.connect(self._model.set_as_shares)
        return row

    def _build_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self._model)
        table.setItemDelegate(ConfusionDelegate(table))
        table.setAccessibleName("Confusion matrix")
        table.setAccessibleDescription(_HOW_TO_READ)
        table.setFrameShape(QFrame.Shape.NoFrame)
        table.setShowGrid(False)
        for corner in table.findChildren(QAbstractButton):
            corner.setFixedSize(0, 0)
        table.setTabKeyNavigation(False)
        table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._shape_headers(table)
        table.selectionModel().currentChanged.connect(self._on_current_changed)
        table.clicked.connect(self._on_opened)
        table.activated.connect(self._on_opened)
        return table

    def _shape_headers(self, table: QTableView) -> None:
        columns, rows = FlatHeader(Qt.Orientation.Horizontal), FlatHeader(Qt.Orientation.Vertical)
        table.setHorizontalHeader(columns)
        table.setVerticalHeader(rows)
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        columns.set_lines(_HEADER_LINES)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        letters = rows.fontMetrics()
        height = max(theme.row_height(2), _NAME_LINES * letters.lineSpacing() + theme.GAP // 2)
        rows.setDefaultSectionSize(height)
        rows.setFixedWidth(max(_NAME_WIDTH, 20 * letters.averageCharWidth()))
        table.setFixedHeight(columns.height() + len(CLASSES) * height)

    def sizeHint(self) -> QSize:
        return QSize(90 * theme.GAP, super().sizeHint().height())

    @Slot(QModelIndex, QModelIndex)
    def _on_current_changed(self, current: QModelIndex, previous: QModelIndex) -> None:
        if current.isValid():
            self._sentence.setText(str(current.data(Qt.ItemDataRole.ToolTipRole)))
            self.cell_selected.emit(current.row(), current.column())

    @Slot(QModelIndex)
    def _on_opened(self, index: QModelIndex) -> None:
        self._sentence.setText(str(index.data(Qt.ItemDataRole.ToolTipRole)))
        if self.isVisible() and self._model.count(index):  # a double click is a click before
            self.cell_opened.emit(index.row(), index.column())
