"""A table of figures that is as tall as its rows: it scrolls with its page, never within itself."""

from collections.abc import Collection

from PySide6.QtCore import QAbstractTableModel, Qt, Slot
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView

from desktop import theme
from desktop.widgets.figure_delegate import FigureDelegate
from desktop.widgets.flat_header import FlatHeader


class FigureTable(QTableView):
    """The figures of `model`; whole rows are chosen, and the Tab key leaves it."""

    def __init__(
        self,
        model: QAbstractTableModel,
        name: str,
        *,
        header_lines: int,
        row_lines: int,
        wide: Collection[int] = (0,),
        narrowest: int = 0,
    ) -> None:
        """`wide` columns share what room the others leave; none is less than `narrowest` pixels wide."""
        super().__init__()
        self._row_lines, self._wide = row_lines, wide
        self.setModel(model)
        self.setItemDelegate(FigureDelegate(self))
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        columns, rows = FlatHeader(Qt.Orientation.Horizontal), self.verticalHeader()
        self.setHorizontalHeader(columns)
        columns.set_lines(header_lines)
        if narrowest:
            columns.setMinimumSectionSize(narrowest)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(theme.row_height(row_lines))
        rows.hide()
        model.modelReset.connect(self._fit)
        self._fit()

    @Slot()
    def _fit(self) -> None:
        model, columns = self.model(), self.horizontalHeader()
        for section in range(model.columnCount()):
            is_wide = section in self._wide
            mode = QHeaderView.ResizeMode.Stretch if is_wide else QHeaderView.ResizeMode.ResizeToContents
            columns.setSectionResizeMode(section, mode)
        self.setFixedHeight(columns.height() + model.rowCount() * theme.row_height(self._row_lines))
