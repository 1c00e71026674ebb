"""What the list of answered images holds: answers in the order of their arrival, and what is said of each in a row."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QPixmap

from engine import wording
from engine.labels import CLASSES, INDEX
from engine.prediction_results import Prediction

Index = QModelIndex | QPersistentModelIndex

ANSWER_ROLE = Qt.ItemDataRole.UserRole
"""Of the data that is a row's `Answer`."""
_Key = tuple[Path, tuple[Path, ...]]  # an image, or the first image of a lesion with all of its images
_PIXMAPS_KEPT = 300


@dataclass(frozen=True)
class Answer:
    """A prediction and who made it."""

    prediction: Prediction
    model: Path
    model_name: str
    is_demo: bool = False
    """The model was trained on demo data."""


class PredictionModel(QAbstractListModel):
    """Answers in the order of their arrival; an image, or a lesion, that is asked about again keeps its row."""

    def __init__(self) -> None:
        super().__init__()
        self._answers: list[Answer] = []
        self._rows: dict[_Key, int] = {}
        self._pixmaps: dict[Path, QPixmap] = {}

    @property
    def answers(self) -> tuple[Answer, ...]:
        """All of them, from the top."""
        return tuple(self._answers)

    def add(self, answers: list[Answer]) -> None:
        """Add new answers at the end, or put them in place of earlier ones about the same image."""
        new: dict[_Key, Answer] = {}
        for answer in answers:
            key = _key(answer.prediction)
            if key in self._rows:
                self._replace(self._rows[key], answer)
            else:
                new[key] = answer
        if not new:
            return
        first = len(self._answers)
        self.beginInsertRows(QModelIndex(), first, first + len(new) - 1)
        for row, (key, answer) in enumerate(new.items(), start=first):
            self._rows[key] = row
            self._answers.append(answer)
        self.endInsertRows()

    def remove(self, rows: Collection[int]) -> None:
        """Take the answers in `rows` out."""
        for row in sorted(rows, reverse=True):
            self.beginRemoveRows(QModelIndex(), row, row)
            self._pixmaps.pop(self._answers.pop(row).prediction.path, None)
            self.endRemoveRows()
        self._rows = {_key(answer.prediction): row for row, answer in enumerate(self._answers)}

    def clear(self) -> None:
        """Forget all answers."""
        self.beginResetModel()
        self._answers.clear()
        self._rows.clear()
        self._pixmaps.clear()
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._answers)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        answer = self._answers[index.row()]
        prediction = answer.prediction
        if role == Qt.ItemDataRole.DisplayRole:
            return row_name(prediction)
        if role == Qt.ItemDataRole.DecorationRole:
            return self._pixmap(prediction)
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{prediction.path}\n{answer_line(prediction)}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{row_name(prediction)}: {answer_line(prediction)}"
        return answer if role == ANSWER_ROLE else None

    def _replace(self, row: int, answer: Answer) -> None:
        self._answers[row] = answer
        self._pixmaps.pop(answer.prediction.path, None)
        self.dataChanged.emit(self.index(row), self.index(row))

    def _pixmap(self, prediction: Prediction) -> QPixmap:
        """The thumbnail, decoded when it is first seen; only so many are kept."""
        pixmap = self._pixmaps.get(prediction.path)
        if pixmap is None:
            pixmap = QPixmap()
            if prediction.thumbnail:
                pixmap.loadFromData(prediction.thumbnail, "PNG")
            if len(self._pixmaps) >= _PIXMAPS_KEPT:
                del self._pixmaps[next(iter(self._pixmaps))]
            self._pixmaps[prediction.path] = pixmap
        return pixmap


def _key(prediction: Prediction) -> _Key:
    return prediction.path, prediction.fused_from


def row_name(prediction: Prediction) -> str:
    """The file's name; for a lesion of several images how many they are."""
    if not prediction.fused_from:
        return wording.name_file(prediction.path)
    lesion = f"Lesion {prediction.lesion_id}" if prediction.lesion_id else "One lesion"
    return f"{lesion}, {wording.count(len(prediction.fused_from), 'image')}"


def answer_line(prediction: Prediction) -> str:
    """The answer in a few words: "Melanoma 0.64", or why there is none."""
    if prediction.code is None:
        return prediction.error or "No answer."
    if not prediction.is_named:
        return _refused(prediction)
    probability = wording.name_share(prediction.probabilities[INDEX[prediction.code]])
    return f"{CLASSES[INDEX[prediction.code]].name} {probability}{mark(prediction)}"


def _refused(prediction: Prediction) -> str:
    reasons = prediction.gate.reasons if prediction.gate is not None else ()
    return " ".join(("Refused.", *reasons))


def mark(prediction: Prediction) -> str:
    """What is added to the answer of an image that the gate refused; empty for all others."""
    return " (refused, shown anyway)" if prediction.is_refused else ""
