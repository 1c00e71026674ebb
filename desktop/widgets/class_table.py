"""The table of an evaluation: how well each class is told from the rest, and how sure that is."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QColor

from desktop import theme
from desktop.format import percent
from desktop.widgets.figure_delegate import describe_figure, is_vague, show_figure
from desktop.widgets.figure_table import FigureTable
from engine import wording
from engine.evaluation_results import ClassScore, Interval
from engine.labels import CLASSES, INDEX

Index = QModelIndex | QPersistentModelIndex

_AT_PREVALENCE = "It holds where the class is as common as in this part."


@dataclass(frozen=True, kw_only=True)
class _Column:
    title: str
    meaning: str
    figure: Callable[[ClassScore], Interval | None]


_FIGURES: tuple[_Column, ...] = (
    _Column(
        title="Sensitivity",
        meaning="Share of the class's images that the model named so.",
        figure=lambda score: score.sensitivity,
    ),
    _Column(
        title="Specificity",
        meaning="Share of the other images that the model did not name so.",
        figure=lambda score: score.specificity,
    ),
    _Column(
        title="PPV",
        meaning="Positive predictive value, or precision: share of the images named so that are of the class. "
        + _AT_PREVALENCE,
        figure=lambda score: score.precision,
    ),
    _Column(
        title="NPV",
        meaning="Negative predictive value: share of the images not named so that are not of the class. "
        + _AT_PREVALENCE,
        figure=lambda score: score.npv,
    ),
    _Column(title="F1", meaning=f"Between PPV and sensitivity. {_AT_PREVALENCE}", figure=lambda score: score.f1),
    _Column(
        title="AUC",
        meaning="How often an image of the class gets a higher probability for it than an image of another class.",
        figure=lambda score: score.auc,
    ),
    _Column(
        title="Average\nprecision",
        meaning=f"Precision averaged over all thresholds. {_AT_PREVALENCE}",
        figure=lambda score: score.average_precision,
    ),
)
_CLASS, _CASES, _FIRST = 0, 1, 2
_CHOOSE = " Choose a row to see the images of the class."
_TITLES = ("Class", "Images\nlesions, share")
_MEANINGS = (
    "The diagnosis in plain words, with its code.",
    "Images and lesions of the class in this part, and their share of all images. Images of one lesion are alike, so "
    "lesions are what counts.",
)


class ClassModel(QAbstractTableModel):
    """A row for each class."""

    def __init__(self, *, opens_images: bool = True) -> None:
        super().__init__()
        self._meanings = (_MEANINGS[_CLASS] + (_CHOOSE if opens_images else ""), _MEANINGS[_CASES])
        self._scores: tuple[ClassScore, ...] = ()

    def set_scores(self, scores: tuple[ClassScore, ...]) -> None:
        """Show `scores`."""
        self.beginResetModel()
        self._scores = scores
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._scores)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else _FIRST + len(_FIGURES)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        score, column = self._scores[index.row()], index.column()
        lesion_class = CLASSES[INDEX[score.code]]
        if role == Qt.ItemDataRole.DisplayRole:
            return _show(score, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return lesion_class.description if column == _CLASS else self._say(score, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return wording.name_class(score.code) if column == _CLASS else self._say(score, column)
        if role == Qt.ItemDataRole.DecorationRole and column == _CLASS:
            return QColor(lesion_class.color)
        if role == Qt.ItemDataRole.ForegroundRole and column >= _FIRST:
            return QColor(theme.colors().muted) if is_vague(_FIGURES[column - _FIRST].figure(score)) else None
        return None

    def _say(self, score: ClassScore, column: int) -> str:
        if column == _CASES:
            images, lesions = wording.count(score.n_images, "image"), wording.count(score.n_lesions, "lesion")
            return f"{images} of {lesions}, {percent(score.prevalence)} of the images of this part"
        one = _FIGURES[column - _FIRST]
        title = one.title.replace("\n", " ").lower() if one.title[1].islower() else one.title
        return f"{wording.name_class(score.code)}, {title}: {describe_figure(one.figure(score))}. {one.meaning}"

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _TITLES[section] if section < _FIRST else _FIGURES[section - _FIRST].title
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.ToolTipRole:
            return self._meanings[section] if section < _FIRST else _FIGURES[section - _FIRST].meaning
        if role == Qt.ItemDataRole.TextAlignmentRole and section == _CLASS:
            return Qt.AlignmentFlag.AlignLeft
        return None


def _show(score: ClassScore, column: int) -> str:
    if column == _CLASS:
        return wording.name_class(score.code)
    if column == _CASES:
        return f"{score.n_images:,}\n{wording.count(score.n_lesions, 'lesion')}\n{percent(score.prevalence)}"
    return show_figure(_FIGURES[column - _FIRST].figure(score))


class ClassTable(FigureTable):
    """The table, as tall as its seven rows. Where it `opens_images`, choosing a row shows the images of its class."""

    class_chosen = Signal(str)
    """The code of the class whose images the user wants to see: clicked, or Enter."""

    def __init__(self, *, opens_images: bool = True) -> None:
        self._model = ClassModel(opens_images=opens_images)
        super().__init__(self._model, "Results by class", header_lines=2, row_lines=3, narrowest=5 * theme.GAP)
        self.clicked.connect(self._on_chosen)
        self.activated.connect(self._on_chosen)

    def set_scores(self, scores: tuple[ClassScore, ...]) -> None:
        """Show one row for each of `scores`."""
        self._model.set_scores(scores)

    @Slot(QModelIndex)
    def _on_chosen(self, index: QModelIndex) -> None:
        if self.isVisible():  # a double click is a click before
            self.class_chosen.emit(CLASSES[index.row()].code)
