"""Asks whether one network is trained, on one split, or one for each of several folds."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from desktop.theme import GAP
from desktop.widgets.settings_grid import describe, small_text

N_FOLDS = 5
_HELP = "How many networks are trained, and so how many images judge them."
_HINTS = {
    1: "One training. The images that judge it are few, above all of the rare classes.",
    N_FOLDS: "Five trainings, about five times as long; every image is answered once by a model that did not learn "
    "from it.",
}


class FoldsChoice(QWidget):
    """One split at first."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.choice = QComboBox()
        self.choice.addItem("One split", 1)
        self.choice.addItem(f"{N_FOLDS} folds", N_FOLDS)
        self.choice.setMinimumHeight(3 * GAP)
        self.hint = small_text(_HINTS[1])
        self.hint.setMinimumHeight(3 * self.hint.fontMetrics().height())  # the longest: nothing jumps
        describe(self.choice, "Split or folds", _HELP)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP // 2)
        layout.addWidget(self.choice)
        layout.addWidget(self.hint)
        self.setFocusProxy(self.choice)
        self.choice.currentIndexChanged.connect(self._on_changed)

    @property
    def n_folds(self) -> int:
        """How many networks are trained: 1 on one split."""
        return int(self.choice.currentData())

    @Slot()
    def choose_folds(self) -> None:
        """As if the user had chosen the folds."""
        self.choice.setCurrentIndex(self.choice.findData(N_FOLDS))

    @Slot()
    def _on_changed(self) -> None:
        self.hint.setText(_HINTS[self.n_folds])
        self.changed.emit()
