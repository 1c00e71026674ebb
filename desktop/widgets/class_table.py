"""The table of an evaluation: how well each class is told from the rest, and how sure that is."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView

from desktop import theme
from desktop.widgets.flat_header import FlatHeader
from engine import wording
from engine.evaluation_results import ClassScore, Interval
from engine.evaluation_wording import TOO_FEW, describe_sensitivity
from engine.labels import CLASSES, INDEX

Index = QModelIndex | QPersistentModelIndex

_ROW_HEIGHT = 5 * theme.GAP


@dataclass(frozen=True, kw_only=True)
class _Column:
    title: str
    meaning: str
    text: Callable[[ClassScore], str]


def _figure(figure: Interval | None) -> str:
    return wording.NO_FIGURE if figure is None else f"{figure.value:.2f}"


def _sensitivity(score: ClassScore) -> str:
    return describe_sensitivity(score).replace(f", {TOO_FEW}", f"\n{TOO_FEW}")


_COLUMNS: tuple[_Column, ...] = (
    _Column(
        title="Class",
        meaning="The diagnosis in plain words, with its code.",
        text=lambda score: wording.name_class(score.code),
    ),
    _Column(title="Images", meaning="Images of the class in this part.", text=lambda score: f"{score.n_images:,}"),
    _Column(
        title="Lesions",
        meaning="Lesions of the class in this part. Images of one lesion are alike, so lesions are what counts.",
        text=lambda score: f"{score.n_lesions:,}",
    ),
    _Column(
        title="Sensitivity (95 %)",
        meaning="Share of the class's images that the model named so, with its 95 % interval over lesions.",
        text=_sensitivity,
    ),
    _Column(
        title="Specificity",
        meaning="Share of the other images that the model did not name so.",
        text=lambda score: _figure(score.specificity),
    ),
    _Column(
        title="Precision",
        meaning="Share of the images named so that are of the class, as common as the classes are in this part.",
        text=lambda score: _figure(score.precision),
    ),
    _Column(
        title="AUC",
        meaning="How often an image of the class gets a higher probability for it than an image of another class.",
        text=lambda score: _figure(score.auc),
    ),
    _Column(
        title="Average\nprecision",
        meaning="Precision averaged over all thresholds.",
        text=lambda score: _figure(score.average_precision),
    ),
)
_SENSITIVITY = 3


class ClassModel(QAbstractTableModel):
    """A row for each class."""

    def __init__(self) -> None:
        super().__init__()
        self._scores: tuple[ClassScore, ...] = ()

    def set_scores(self, scores: tuple[ClassScore, ...]) -> None:
        """Show `scores`."""
        self.beginResetModel()
        self._scores = scores
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._scores)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(_COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        score, column = self._scores[index.row()], index.column()
        lesion_class = CLASSES[INDEX[score.code]]
        if role == Qt.ItemDataRole.DisplayRole:
            return _COLUMNS[column].text(score)
        if role == Qt.ItemDataRole.ToolTipRole:
            return lesion_class.description if column == 0 else _COLUMNS[column].meaning
        if role == Qt.ItemDataRole.DecorationRole and column == 0:
            return QColor(lesion_class.color)
        if role == Qt.ItemDataRole.ForegroundRole and column == _SENSITIVITY:
            is_vague = score.sensitivity is None or score.sensitivity.is_too_wide
            return QColor(theme.colors().muted) if is_vague else None
        if role == Qt.ItemDataRole.TextAlignmentRole and column > 0:
            return Qt.AlignmentFlag.AlignCenter
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _COLUMNS[section].title
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.ToolTipRole:
            return _COLUMNS[section].meaning
        if role == Qt.ItemDataRole.TextAlignmentRole and section == 0:
            return Qt.AlignmentFlag.AlignLeft
        return None


class ClassTable(QTableView):
    """The table, as tall as its seven rows."""

    def __init__(self) -> None:
        super().__init__()
        self._model = ClassModel()
        self.setModel(self._model)
        self.setAccessibleName("Results by class")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(True)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._shape_headers()

    def set_scores(self, scores: tuple[ClassScore, ...]) -> None:
        """Show one row for each of `scores`."""
        self._model.set_scores(scores)
        columns = self.horizontalHeader()
        for section in range(len(_COLUMNS)):
            mode = QHeaderView.ResizeMode.Stretch if section == 0 else QHeaderView.ResizeMode.ResizeToContents
            columns.setSectionResizeMode(section, mode)

    def _shape_headers(self) -> None:
        columns, rows = FlatHeader(Qt.Orientation.Horizontal), self.verticalHeader()
        self.setHorizontalHeader(columns)
        columns.set_lines(2)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(_ROW_HEIGHT)
        rows.hide()
        self.setFixedHeight(columns.height() + len(CLASSES) * _ROW_HEIGHT)
