"""The table of a whole part: each figure by image and by lesion, and the group as a yes-or-no question."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from desktop import theme
from desktop.widgets.figure_delegate import show_figure
from desktop.widgets.figure_table import FigureTable
from engine.comparison_results import PooledEvaluation
from engine.comparison_wording import explain_missing_group, explain_missing_loss
from engine.evaluation_results import BinaryScore, Evaluation, Interval, Scores
from engine.evaluation_wording import TOO_FEW, name_interval
from engine.metric_wording import COLUMNS, METRICS
from engine.wording import name_share

Index = QModelIndex | QPersistentModelIndex

_TITLES = ("Figure", "By image", "By lesion")
_MEANINGS = (
    "What is measured; point at a name to read what it means.",
    "Every image counts once. The second line is the 95 % interval.",
    "Every lesion counts once, with the mean answer for its images. The second line is the 95 % interval.",
)


@dataclass(frozen=True, kw_only=True)
class _Row:
    title: str
    meaning: str
    figure: Callable[[Scores], Interval | None]
    missing: Callable[[Scores], str]
    is_share: bool = True


def _of_scores(name: str, *, is_share: bool = True) -> _Row:
    """A row for the figure `name` of `Scores`."""
    title, meaning = METRICS[name]
    words = title if is_share else f"{title} (less is better)"
    return _Row(
        title=words,
        meaning=meaning,
        figure=lambda scores: getattr(scores, name),
        missing=lambda _: explain_missing_loss(),
        is_share=is_share,
    )


def _of_group(name: str, key: str) -> _Row:
    title, meaning = METRICS[key]
    return _Row(
        title=title,
        meaning=meaning,
        figure=lambda scores: getattr(scores.group, name),
        missing=lambda _: "This part does not hold both lesions of the group and others.",
    )


def _of_question(name: str, threshold: float | None) -> _Row:
    """A row for the figure `name` of the group at the model's operating point."""
    title = COLUMNS[name][0] if COLUMNS[name][0].isupper() else COLUMNS[name][0].lower()
    at = "without an operating point" if threshold is None else f"at {name_share(threshold)}"

    def answered(scores: Scores) -> BinaryScore | None:
        return scores.group.at_threshold

    return _Row(
        title=f"Group {at}: {title}",
        meaning="“In the group” means: its probability is at or above the model's operating point.",
        figure=lambda scores: getattr(answered(scores), name, None),
        missing=lambda scores: explain_missing_group(answered(scores), name),
    )


class OverallModel(QAbstractTableModel):
    """A row for each figure."""

    def __init__(self) -> None:
        super().__init__()
        self._levels: tuple[Scores, ...] = ()
        self._rows: Sequence[_Row] = ()

    def set_evaluation(self, evaluation: Evaluation | PooledEvaluation) -> None:
        """Show `evaluation`."""
        threshold = evaluation.by_image.group.threshold
        self.beginResetModel()
        self._levels = (evaluation.by_image, evaluation.by_lesion)
        self._rows = (
            *(_of_scores(name) for name in ("balanced_accuracy", "accuracy", "macro_auc")),
            _of_group("auc", "group_auc"),
            _of_group("average_precision", "group_average_precision"),
            *(_of_question(name, threshold) for name in ("sensitivity", "specificity", "precision", "npv")),
            _of_scores("log_loss", is_share=False),
            _of_scores("brier", is_share=False),
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
        is_asked = role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole)
        if column == 0:
            return row.title if role == Qt.ItemDataRole.DisplayRole else row.meaning if is_asked else None
        scores = self._levels[column - 1]
        figure = row.figure(scores)
        is_vague = figure is None or (row.is_share and figure.is_too_wide)
        if role == Qt.ItemDataRole.DisplayRole:
            text = show_figure(figure)
            return text if row.is_share else "\n".join(text.split("\n")[:2])  # of a loss no width says "too few"
        if is_asked:
            doubt = f", {TOO_FEW}" if is_vague else ""
            said = row.missing(scores) if figure is None else f"{name_interval(figure)}{doubt}."
            return f"{row.title}: {said} {row.meaning}"
        return QColor(theme.colors().muted) if role == Qt.ItemDataRole.ForegroundRole and is_vague else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _TITLES[section]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.ToolTipRole:
            return _MEANINGS[section]
        return Qt.AlignmentFlag.AlignLeft if role == Qt.ItemDataRole.TextAlignmentRole and section == 0 else None


class OverallTable(FigureTable):
    """The table, as tall as its rows."""

    def __init__(self) -> None:
        self._model = OverallModel()
        super().__init__(
            self._model, "Figures of the whole part", header_lines=1, row_lines=2, narrowest=12 * theme.GAP
        )

    def show_evaluation(self, evaluation: Evaluation | PooledEvaluation) -> None:
        """Show `evaluation` in place of another."""
        self._model.set_evaluation(evaluation)
