"""Says which model answers, and offers others: those of the runs, or a file from anywhere."""

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QWidget

from desktop.state import AppState
from desktop.theme import GAP
from desktop.widgets.elided_label import ElidedLabel
from engine import starter, wording
from engine.results import ModelCard

_LIST = ":list:"  # no path is called so


class ModelChoice(QWidget):
    """One line; follows the shared state by itself."""

    model_chosen = Signal(object)
    """The `Path` of a run's model."""
    list_requested = Signal()
    """The user wants to see all models with their cards."""
    file_requested = Signal()
    """The user wants to look for a model file."""

    def __init__(self, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._words = ElidedLabel()
        self.menu = QMenu(self)
        self.button = QPushButton("Choose model")
        self.button.setMenu(self.menu)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addWidget(self._words, 1)
        row.addWidget(self.button)
        self.menu.aboutToShow.connect(self.fill_menu)
        self.menu.triggered.connect(self._on_triggered)
        state.model_changed.connect(self._show)
        self._show()

    @property
    def words(self) -> str:
        """What is said about the model in use."""
        return self._words.text()

    @Slot()
    def fill_menu(self) -> None:
        """List the models there are now."""
        self.menu.clear()
        for run in self._state.list_runs():
            if run.fold is not None:  # one of several folds: good for judging a recipe, not "the" model
                continue
            action = QAction(wording.describe_run(run).replace("&", "&&"), self.menu)
            action.setData(str(run.model))
            action.setCheckable(True)
            action.setChecked(run.model == self._state.model)
            self.menu.addAction(action)
        model = starter.starter_model()
        if model is not None:
            self._add_starter(model)
        self.menu.addSeparator()
        self.menu.addAction("All models and their cards…").setData(_LIST)
        self.menu.addAction("Open a model file…").setData("")

    def _add_starter(self, model: Path) -> None:
        action = self.menu.addAction(f"{starter.NAME}, comes with the program")
        action.setData(str(model))
        action.setToolTip(starter.DESCRIPTION)
        action.setCheckable(True)
        action.setChecked(model == self._state.model)

    @Slot(QAction)
    def _on_triggered(self, action: QAction) -> None:
        if action.data() == _LIST:
            self.list_requested.emit()
        elif action.data():
            self.model_chosen.emit(Path(action.data()))
        else:
            self.file_requested.emit()

    @Slot()
    def _show(self) -> None:
        model, card = self._state.model, self._state.model_card
        if model is None:
            self._words.setText("No model is chosen")
        elif card is None:
            self._words.setText(f"Model: {model.name}")
        else:
            self._words.setText(describe_model(card, is_starter=starter.is_starter(model)))


def describe_model(card: ModelCard, *, is_starter: bool = False) -> str:
    """A model in one line: its name, what it reached, and whether its training came to an end."""
    parts = [f"{starter.NAME}: {card.name}" if is_starter else f"Model: {card.name}"]
    reached = card.validation.get("balanced_accuracy")
    unseen = None if card.held_out is None else card.held_out.figures.get("balanced_accuracy")
    if unseen is not None:  # no choice was made by it, so that it goes before the validation part
        parts.append(f"balanced accuracy {unseen[0]:.2f} on lesions that it never saw")
    elif reached is not None:
        parts.append(f"balanced accuracy {reached:.2f} on validation")
    if not card.is_finished:
        parts.append("training was interrupted")
    return "; ".join(parts)
