"""Lists the models on this computer with their cards in plain words, and puts one into use."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.jobs import JobRunner
from desktop.single_job import SingleJob
from desktop.state import AppState
from desktop.theme import GAP, mark_primary
from engine import calls, model_wording, wording
from engine.results import ModelCard

_SIZE = (90 * GAP, 60 * GAP)
_NONE = "There is no model yet. Train one, or open a model file that somebody gave you."
_READING = "Reading the model…"


class ModelsDialog(QDialog):
    """Open it without blocking (`open()`). The card of the chosen model is read when it is looked at."""

    model_chosen = Signal(object)
    """The `Path` of the model that is to answer from now on."""

    def __init__(self, state: AppState, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self.list = QListWidget()
        self.words = QLabel()
        self.use_button = mark_primary(QPushButton("Use this model"))
        self.close_button = QPushButton("Close")
        self.job = SingleJob(runner, self)
        self.setWindowTitle("Models")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._lay_out()
        self.job.succeeded.connect(self._on_read)
        self.job.failed.connect(self._on_failed)
        self.list.currentItemChanged.connect(self._on_chosen)
        self.list.itemDoubleClicked.connect(self._on_use_clicked)
        self.use_button.clicked.connect(self._on_use_clicked)
        self.close_button.clicked.connect(self.reject)
        self._fill()

    @property
    def model(self) -> Path | None:
        """The model that is looked at."""
        item = self.list.currentItem()
        return Path(item.data(Qt.ItemDataRole.UserRole)) if item is not None else None

    def done(self, result: int) -> None:
        """Close, and hear no more of the card that is being read."""
        self.job.let_go()
        super().done(result)

    def _fill(self) -> None:
        """The models of the runs, newest first; one in use from elsewhere on top. The one in use is chosen."""
        names = {run.model: wording.describe_run(run) for run in self._state.list_runs() if run.model is not None}
        used = self._state.model
        if used is not None and used not in names:
            names = {used: used.name, **names}
        for path, name in names.items():
            item = QListWidgetItem(f"{name} (in use)" if path == used else name)
            item.setData(Qt.ItemDataRole.UserRole, str(path))
            item.setToolTip(name)
            self.list.addItem(item)
        self.words.setText("" if names else _NONE)
        self.use_button.setEnabled(False)
        paths = list(names)
        if paths:
            self.list.setCurrentRow(paths.index(used) if used in names else 0)

    @Slot()
    def _on_chosen(self) -> None:
        model = self.model
        self.use_button.setEnabled(False)
        if model is not None:
            self.words.setText(_READING)
            self.job.start(calls.read_card(model), "Reading the model")

    @Slot(object)
    def _on_read(self, card: ModelCard) -> None:
        self.words.setText("\n\n".join(model_wording.describe_card(card)))
        self.use_button.setEnabled(self.model != self._state.model)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self.words.setText(f"{error} {getattr(error, 'hint', '')}".strip())

    @Slot()
    def _on_use_clicked(self) -> None:
        if self.model is not None and self.use_button.isEnabled():
            self.model_chosen.emit(self.model)
            self.accept()

    def _lay_out(self) -> None:
        self.resize(*_SIZE)
        self.list.setAccessibleName("Models on this computer")
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.words.setContentsMargins(GAP, GAP, GAP, GAP)
        card = QScrollArea()
        card.setWidget(self.words)
        card.setWidgetResizable(True)
        card.setAccessibleName("What the model says about itself")
        columns = QHBoxLayout()
        columns.setSpacing(2 * GAP)
        columns.addWidget(self.list, 2)
        columns.addWidget(card, 3)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(self.close_button)
        buttons.addWidget(self.use_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
        column.setSpacing(2 * GAP)
        column.addLayout(columns, 1)
        column.addLayout(buttons)
