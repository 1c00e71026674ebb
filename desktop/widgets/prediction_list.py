"""The list of answered images: thumbnail, file name, and the answer or the reason why there is none."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop import theme
from engine import wording
from engine.labels import CLASSES, INDEX
from engine.prediction_results import Prediction

Index = QModelIndex | QPersistentModelIndex

_Key = tuple[Path, tuple[Path, ...]]
"""An image, or the first image of a lesion with all of its images."""
_THUMBNAIL = 6 * theme.GAP
_PADDING = theme.GAP
ANSWER_ROLE = Qt.ItemDataRole.UserRole
_PIXMAPS_KEPT = 300


@dataclass(frozen=True)
class Answer:
    """A prediction and who made it."""

    prediction: Prediction
    model: Path
    model_name: str


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
    return f"{CLASSES[INDEX[prediction.code]].name} {probability}{_mark(prediction)}"


def _refused(prediction: Prediction) -> str:
    reasons = prediction.gate.reasons if prediction.gate is not None else ()
    return " ".join(("Refused.", *reasons))


def _mark(prediction: Prediction) -> str:
    return " (refused, shown anyway)" if prediction.is_refused else ""


class PredictionDelegate(QStyledItemDelegate):
    """Paints a row: the thumbnail at the left, two lines of words beside it."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(20 * theme.GAP, _THUMBNAIL + 2 * _PADDING)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colors = theme.colors()
        rect = QRect(option.rect)
        prediction = index.data(ANSWER_ROLE).prediction
        painter.save()
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if is_selected:
            painter.fillRect(rect, QColor(colors.selection))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(colors.accent))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        picture = QRect(rect.left() + _PADDING, rect.top() + _PADDING, _THUMBNAIL, _THUMBNAIL)
        self._paint_picture(painter, picture, index.data(Qt.ItemDataRole.DecorationRole))
        words = rect.adjusted(_THUMBNAIL + 2 * _PADDING, _PADDING, -_PADDING, -_PADDING)
        painter.setFont(option.font)
        metrics = painter.fontMetrics()
        elide = metrics.elidedText
        upper = QRect(words.left(), words.top(), words.width(), words.height() // 2)
        lower = upper.translated(0, words.height() // 2)
        painter.setPen(QColor(colors.text))
        name = elide(str(index.data()), Qt.TextElideMode.ElideMiddle, words.width())
        painter.drawText(upper, Qt.AlignmentFlag.AlignVCenter, name)
        painter.setPen(QColor(colors.text if is_selected else colors.muted))
        line = elide(_short(prediction), Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(lower, Qt.AlignmentFlag.AlignVCenter, line)
        painter.restore()

    def _paint_picture(self, painter: QPainter, area: QRect, pixmap: QPixmap) -> None:
        painter.fillRect(area, QColor(theme.colors().track))
        if pixmap.isNull():
            painter.setPen(QColor(theme.colors().muted))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, "!")
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        size = pixmap.size().scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio)
        target = QRect(0, 0, size.width(), size.height())
        target.moveCenter(area.center())
        painter.drawPixmap(target, pixmap)


def _short(prediction: Prediction) -> str:
    """`answer_line` with the code and the number first: a narrow list must not cut them off."""
    if prediction.code is None or not prediction.is_named:
        return answer_line(prediction)
    probability = wording.name_share(prediction.probabilities[INDEX[prediction.code]])
    return f"{prediction.code} {probability}{_mark(prediction)}  {CLASSES[INDEX[prediction.code]].name}"


class PredictionList(QListView):
    """The list itself, with the arrow keys; the selected answer is told by `answer_selected`."""

    answer_selected = Signal(object)
    """`Answer`, or None when the list is empty."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.answers = PredictionModel()
        self.setModel(self.answers)
        self.setItemDelegate(PredictionDelegate(self))
        self.setUniformItemSizes(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName("Images")
        self.selectionModel().currentChanged.connect(self._on_current_changed)
        self.answers.dataChanged.connect(self._on_data_changed)

    @property
    def selected(self) -> Answer | None:
        """The answer under the cursor."""
        answer = self.currentIndex().data(ANSWER_ROLE)
        return answer if isinstance(answer, Answer) else None

    def add(self, answers: list[Answer]) -> None:
        """Add answers; the first ones ever are selected, later ones leave the choice alone."""
        self.answers.add(answers)
        if not self.currentIndex().isValid():
            self.select(0)

    def select(self, row: int) -> None:
        """Put the cursor on `row`."""
        self.setCurrentIndex(self.answers.index(row))

    def clear(self) -> None:
        """Forget all answers."""
        self.answers.clear()
        self.answer_selected.emit(None)

    @Slot(QModelIndex, QModelIndex)
    def _on_current_changed(self, current: QModelIndex, previous: QModelIndex) -> None:
        self.answer_selected.emit(self.selected)

    @Slot(QModelIndex, QModelIndex)
    def _on_data_changed(self, first: QModelIndex, last: QModelIndex) -> None:
        if first.row() <= self.currentIndex().row() <= last.row():
            self.answer_selected.emit(self.selected)
