"""The list of answered images: keyboard, choice of several, and what is left out."""

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QListView, QWidget

from desktop.widgets.prediction_delegate import PredictionDelegate
from desktop.widgets.prediction_filter import PredictionFilter
from desktop.widgets.prediction_model import ANSWER_ROLE, Answer, PredictionModel


class PredictionList(QListView):
    """The list itself. Arrow keys walk through it, Delete takes the chosen rows out; several can be chosen."""

    answer_selected = Signal(object)
    """`Answer` under the cursor, or None when the list is empty."""
    choice_changed = Signal()
    """Other rows are chosen, or rows came or went; see `chosen`."""
    copy_requested = Signal()
    """The user wants the chosen answers on the clipboard."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.answers = PredictionModel()
        self.rows = PredictionFilter(self)
        self.rows.setSourceModel(self.answers)
        self.setModel(self.rows)
        self.setItemDelegate(PredictionDelegate(self))
        self.setUniformItemSizes(True)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName("Images")
        self.setProperty("keys", {"Del": "Take the chosen images out of the list", "Ctrl+C": "Copy the chosen answers"})
        self.selectionModel().currentChanged.connect(self._on_current_changed)
        self.selectionModel().selectionChanged.connect(self.choice_changed)
        self.rows.dataChanged.connect(self._on_data_changed)
        self.rows.layoutChanged.connect(self._on_ordered)
        self.rows.rowsInserted.connect(self._on_rows_changed)
        self.rows.rowsRemoved.connect(self._on_rows_changed)

    @property
    def selected(self) -> Answer | None:
        """The answer under the cursor."""
        answer = self.currentIndex().data(ANSWER_ROLE)
        return answer if isinstance(answer, Answer) else None

    @property
    def chosen(self) -> tuple[Answer, ...]:
        """The answers in the chosen rows, from the top."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return tuple(self.rows.index(row, 0).data(ANSWER_ROLE) for row in rows)

    @property
    def shown(self) -> tuple[Answer, ...]:
        """The answers that are not filtered out, from the top."""
        return tuple(self.rows.index(row, 0).data(ANSWER_ROLE) for row in range(self.rows.rowCount()))

    def add(self, answers: list[Answer]) -> None:
        """Add answers; the first ones ever are selected, later ones leave the choice alone."""
        self.answers.add(answers)
        if not self.currentIndex().isValid():
            self.select(0)

    def select(self, row: int) -> None:
        """Put the cursor on the `row` that is shown."""
        self.setCurrentIndex(self.rows.index(row, 0))

    def select_answer(self, answer: Answer) -> None:
        """Put the cursor on `answer`, if it is shown."""
        if answer in self.shown:
            self.select(self.shown.index(answer))

    def clear(self) -> None:
        """Forget all answers."""
        self.answers.clear()
        self.answer_selected.emit(None)
        self.choice_changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete and Copy; everything else as in any list."""
        if event.key() == Qt.Key.Key_Delete:
            self._remove_chosen()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy_requested.emit()
        else:
            super().keyPressEvent(event)

    def _remove_chosen(self) -> None:
        """Take the chosen rows out; the cursor goes to the next one that is left."""
        indexes = self.selectionModel().selectedRows()
        if not indexes:
            return
        first = min(index.row() for index in indexes)
        self.answers.remove([self.rows.mapToSource(index).row() for index in indexes])
        if self.rows.rowCount():
            self.select(min(first, self.rows.rowCount() - 1))
        else:
            self.answer_selected.emit(None)

    @Slot(QModelIndex, QModelIndex)
    def _on_current_changed(self, current: QModelIndex, previous: QModelIndex) -> None:
        self.answer_selected.emit(self.selected)

    @Slot(QModelIndex, QModelIndex)
    def _on_data_changed(self, first: QModelIndex, last: QModelIndex) -> None:
        if first.row() <= self.currentIndex().row() <= last.row():
            self.answer_selected.emit(self.selected)

    @Slot()
    def _on_ordered(self) -> None:
        """Another order: the cursor stays in sight."""
        self.scrollTo(self.currentIndex())

    @Slot()
    def _on_rows_changed(self) -> None:
        """What the filter let through changed; nothing is left without a cursor."""
        if not self.currentIndex().isValid() and self.rows.rowCount():
            self.select(0)
        self.choice_changed.emit()
