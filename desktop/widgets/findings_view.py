"""The findings about a data set: grouped by kind with a count, each group opens into its list of names."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeView, QWidget

from desktop.format import count_of
from desktop.widgets.flat_header import FlatHeader
from engine.data_wording import name_finding
from engine.results import Finding

Index = QModelIndex | QPersistentModelIndex
_MEANINGS = (
    "What the check found, with how many; open it to see the names.",
    "What it means for the images, and what the program does about it.",
)


class FindingsModel(QAbstractItemModel):
    """Two levels: kinds, and the findings of a kind. Rows are made only when they are looked at."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._groups: list[tuple[str, list[Finding]]] = []

    def set_findings(self, findings: Sequence[Finding]) -> None:
        """Show `findings`; warnings come before mere information."""
        groups: dict[str, list[Finding]] = {}
        for finding in sorted(findings, key=lambda one: one.severity != "warning"):
            groups.setdefault(finding.kind, []).append(finding)
        self.beginResetModel()
        self._groups = list(groups.items())
        self.endResetModel()

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008 - Qt's signature
        """The kind at `row`, or the finding at `row` of the kind `parent`."""
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, parent.row() + 1 if parent.isValid() else 0)

    def parent(self, index: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        """The kind of a finding."""
        group = index.internalId() if index.isValid() else 0
        return self.createIndex(group - 1, 0, 0) if group else QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many kinds, or findings of a kind."""
        if not parent.isValid():
            return len(self._groups)
        return 0 if parent.internalId() or parent.column() else len(self._groups[parent.row()][1])

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """What it is about, and what is the matter."""
        return 2

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The columns' titles."""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft
        if role == Qt.ItemDataRole.ToolTipRole:
            return _MEANINGS[section]
        return ("Found", "What it means")[section] if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The words of a row."""
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        group = index.internalId()
        if group:
            finding = self._groups[group - 1][1][index.row()]
            return finding.subject if index.column() == 0 else f"{finding.message} {finding.action}"
        kind, findings = self._groups[index.row()]
        if index.column() == 0:
            return f"{name_finding(kind)}: {len(findings):,}"
        return findings[0].action if len({one.action for one in findings}) == 1 else ""


class FindingsView(QTreeView):
    """A list that stays quick with tens of thousands of findings. Copy takes the selected rows as text."""

    subject_chosen = Signal(str)
    """What a finding is about (`Finding.subject`) was opened, with a double click or Enter."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = FindingsModel(self)
        self.setModel(self._model)
        self.setHeader(FlatHeader(Qt.Orientation.Horizontal))
        self.setProperty("role", "findings")
        self.setProperty("keys", {"Ctrl+C": "Copy the selected findings", "Enter": "Show the image of a finding"})
        self.setAccessibleName("Findings")
        self.setUniformRowHeights(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setTabKeyNavigation(False)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        self.header().setStretchLastSection(True)
        self.activated.connect(self._on_activated)

    def sizeHint(self) -> QSize:
        """Room for some rows; it takes what there is."""
        return QSize(super().sizeHint().width(), self.header().sizeHint().height() + 5 * self.sizeHintForRow(0))

    def minimumSizeHint(self) -> QSize:
        """As little as `sizeHint`."""
        return QSize(super().minimumSizeHint().width(), self.sizeHint().height())

    def set_findings(self, findings: Sequence[Finding]) -> None:
        """Show `findings`, all groups closed."""
        self._model.set_findings(findings)
        widest = max(
            (self.fontMetrics().horizontalAdvance(_widest(self._model, row)) for row in self._rows()), default=0
        )
        self.setColumnWidth(0, max(widest, 160) + 2 * self.indentation() + 16)
        self.setAccessibleDescription(count_of(len(findings), "finding"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt copies one cell; this copies all selected rows."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_selected()
        else:
            super().keyPressEvent(event)

    def copy_selected(self) -> None:
        """Put the selected rows on the clipboard, a line each, columns set apart by a tab."""
        rows = sorted(self.selectionModel().selectedRows(0), key=_place)
        lines = [f"{row.data()}\t{row.siblingAtColumn(1).data()}" for row in rows]
        if lines:
            QGuiApplication.clipboard().setText("\n".join(lines))

    @Slot(QModelIndex)
    def _on_activated(self, index: QModelIndex) -> None:
        if index.parent().isValid():
            self.subject_chosen.emit(str(index.siblingAtColumn(0).data()))

    def _rows(self) -> range:
        return range(self._model.rowCount())


def _place(index: QModelIndex) -> tuple[int, int]:
    """For sorting as shown: kinds in order, each before its findings."""
    parent = index.parent()
    return (parent.row(), index.row()) if parent.isValid() else (index.row(), -1)


def _widest(model: FindingsModel, row: int) -> str:
    return str(model.index(row, 0).data())
