"""Lists the models on this computer with their cards in plain words, and puts one into use."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
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
from desktop.widgets.save_dialog import ask_where
from engine import calls, imported, model_wording, starter, wording
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
        self.import_button, self.export_button = QPushButton("Import .pth…"), QPushButton("Export as .pth…")
        self.import_button.setToolTip("Weights of a plain ResNet50, as the notebook saves them.")
        self.export_button.setToolTip("The weights alone for other programs, with the card beside them.")
        self.close_button = QPushButton("Close")
        self.dialog: QFileDialog | None = None
        """Where a file is asked for, while it is."""
        self.job, self.importing, self.exporting = (SingleJob(runner, self) for _ in range(3))
        self.setWindowTitle("Models")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._lay_out()
        self.job.succeeded.connect(self._on_read)
        self.job.failed.connect(self._on_failed)
        self.list.currentItemChanged.connect(self._on_chosen)
        self.list.itemDoubleClicked.connect(self._on_use_clicked)
        self.use_button.clicked.connect(self._on_use_clicked)
        self.import_button.clicked.connect(self._on_import_clicked)
        self.export_button.clicked.connect(self._on_export_clicked)
        self.importing.succeeded.connect(self._on_imported)
        self.exporting.succeeded.connect(self._on_exported)
        for job in (self.importing, self.exporting):
            job.failed.connect(self._on_failed)
        self.close_button.clicked.connect(self.reject)
        self._fill()

    @property
    def model(self) -> Path | None:
        """The model that is looked at."""
        item = self.list.currentItem()
        return Path(item.data(Qt.ItemDataRole.UserRole)) if item is not None else None

    def done(self, result: int) -> None:
        """Close, and stop what is being read or written."""
        for job in (self.job, self.importing, self.exporting):
            job.let_go()
        super().done(result)

    def _fill(self, chosen: Path | None = None) -> None:
        """Runs, newest first, imported ones, the starter; one from elsewhere on top. Chooses `chosen` or that."""
        names = {run.model: wording.describe_run(run) for run in self._state.list_runs() if run.model is not None}
        names |= {one.path: f"{one.name}; imported" for one in imported.list_imported()}
        model = starter.starter_model()
        if model is not None:
            names[model] = f"{starter.NAME}; comes with the program"
        used = self._state.model
        if used is not None and used not in names:
            names = {used: used.name, **names}
        self.list.clear()
        for path, name in names.items():
            item = QListWidgetItem(f"{name} (in use)" if path == used else name)
            item.setData(Qt.ItemDataRole.UserRole, str(path))
            item.setToolTip(name)
            self.list.addItem(item)
        self.words.setText("" if names else _NONE)
        self.use_button.setEnabled(False)
        self.export_button.setEnabled(False)
        paths = list(names)
        if paths:
            wanted = used if chosen is None else chosen
            self.list.setCurrentRow(paths.index(wanted) if wanted in names else 0)

    @Slot()
    def _on_chosen(self) -> None:
        model = self.model
        self.use_button.setEnabled(False)
        self.export_button.setEnabled(False)
        if model is not None:
            self.words.setText(_READING)
            self.job.start(calls.read_card(model), "Reading the model")

    @Slot(object)
    def _on_read(self, card: ModelCard) -> None:
        self.words.setText("\n\n".join(model_wording.describe_card(card)))
        self.use_button.setEnabled(self.model != self._state.model)
        self.export_button.setEnabled(True)

    @Slot()
    def _on_import_clicked(self) -> None:
        self.dialog = QFileDialog(self, "Import weights", "", "PyTorch weights (*.pth *.pt)")
        self.dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog.fileSelected.connect(self._on_import_file_selected)
        self.dialog.open()

    @Slot(str)
    def _on_import_file_selected(self, name: str) -> None:
        self.words.setText("Importing the weights…")
        self.importing.start(calls.import_weights(Path(name)), "Importing weights")

    @Slot(object)
    def _on_imported(self, model: Path) -> None:
        self._fill(model)

    @Slot()
    def _on_export_clicked(self) -> None:
        if self.model is not None:
            self.dialog = ask_where(self, "Export the weights", Path.home() / "model.pth", "PyTorch weights")
            self.dialog.fileSelected.connect(self._on_export_file_selected)

    @Slot(str)
    def _on_export_file_selected(self, name: str) -> None:
        if self.model is not None:
            self.exporting.start(calls.export_weights(self.model, Path(name)), "Exporting weights")

    @Slot(object)
    def _on_exported(self, path: Path) -> None:
        self.words.setText(f"The weights are in {path.name}, and the model's card is beside them.")

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
        buttons.addWidget(self.import_button)
        buttons.addWidget(self.export_button)
        buttons.addStretch()
        buttons.addWidget(self.close_button)
        buttons.addWidget(self.use_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
        column.setSpacing(2 * GAP)
        column.addLayout(columns, 1)
        column.addLayout(buttons)
