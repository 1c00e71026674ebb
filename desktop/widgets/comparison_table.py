"""The table of a comparison: each figure of both runs, the difference with its interval, and what that means."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from desktop import theme
from desktop.widgets.figure_table import FigureTable
from engine.comparison_results import Comparison, Difference
from engine.comparison_wording import describe_difference
from engine.labels import CLASSES, INDEX
from engine.wording import NO_FIGURE, name_class

Index = QModelIndex | QPersistentModelIndex

_TITLES = ("Figure", "This run", "Other run", "Difference\nin points", "")
_MEANINGS = (
    "What is measured; point at a name to read what it means.",
    "The run that is looked at, with its 95 % interval.",
    "The run that it is compared with, on the same images.",
    "How much better the other run is, in points of a hundred, with the 95 % interval of the difference.",
    "The difference and its interval, drawn; at the upright line both are equal.",
)


@dataclass(frozen=True, kw_only=True)
class _Row:
    name: str
    difference: Difference
    less_is_better: bool = False
    color: str | None = None


class ComparisonModel(QAbstractTableModel):
    """A row for each figure that both runs have."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: Sequence[_Row] = ()
        self._name = ""

    def set_comparison(self, comparison: Comparison, name_b: str) -> None:
        """Show `comparison`; `name_b` is the other run."""
        self.beginResetModel()
        self._name = name_b
        self._rows = (
            _Row(name="Balanced accuracy, by image", difference=comparison.balanced_accuracy),
            _Row(name="Balanced accuracy, by lesion", difference=comparison.balanced_accuracy_by_lesion),
            _Row(name="Accuracy", difference=comparison.accuracy),
            _Row(name="Mean AUC of the classes", difference=comparison.macro_auc),
            _Row(name="AUC of the group", difference=comparison.group_auc),
            _Row(name="Log loss (less is better)", difference=comparison.log_loss, less_is_better=True),
            *(
                _Row(
                    name=f"Sensitivity, {name_class(one.code)}",
                    difference=one.sensitivity,
                    color=CLASSES[INDEX[one.code]].color,
                )
                for one in comparison.classes
            ),
        )
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(_TITLES)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return _show(row, column)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            words = describe_difference(row.difference, self._name, less_is_better=row.less_is_better)
            return f"{row.name}: {words}"
        if role == Qt.ItemDataRole.ForegroundRole and column > 0 and not row.difference.is_clear:
            return QColor(theme.colors().muted)
        if role == Qt.ItemDataRole.DecorationRole and column == 0 and row.color is not None:
            return QColor(row.color)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _TITLES[section]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.ToolTipRole:
            return _MEANINGS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section == 0:
            return Qt.AlignmentFlag.AlignLeft
        return None


class ComparisonTable(FigureTable):
    """The table, as tall as its rows."""

    def __init__(self) -> None:
        self._model = ComparisonModel()
        super().__init__(self._model, "Differences between the two runs", header_lines=2, row_lines=2)

    def show_comparison(self, comparison: Comparison, name_b: str) -> None:
        """Show `comparison` in place of another."""
        self._model.set_comparison(comparison, name_b)


def _show(row: _Row, column: int) -> str:
    difference = row.difference
    if column == 0:
        return row.name
    if column in (1, 2):
        value = difference.a if column == 1 else difference.b
        return NO_FIGURE if value is None else f"{value:.2f}"
    found = difference.difference
    if found is None:
        return NO_FIGURE
    if column == 3:
        return f"{100 * found.value:+.1f}\n{100 * found.low:+.1f} to {100 * found.high:+.1f}"
    if not difference.is_clear:
        return "no clear\ndifference"
    return "other run\nis better" if (found.value > 0) is not row.less_is_better else "this run\nis better"
