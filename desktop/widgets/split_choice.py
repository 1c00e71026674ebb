"""Asks which images are for training: as the data set says, by lesion, or as a table of the user's own says."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QVBoxLayout, QWidget

from desktop.theme import GAP
from desktop.widgets.settings_grid import describe, small_text
from engine.data_wording import SPLIT_CHOICE

_AUTO, _NEW, _FILE = "auto", "new", "file"
_HELP = "Which images the network learns from, which choose the best epoch, and which are kept for the test."
_LEAKING = "Train even if it leaks"
_LEAKING_HELP = (
    "A split with images of one lesion in two parts is refused. With this it is used all the same, "
    "and every output says that its numbers are no result."
)
_HINTS = {
    _AUTO: "The split that the data set brings, if it does not leak; otherwise 70/15/15 by lesion.",
    _NEW: "70/15/15 by lesion, whatever the data set brings.",
}


class SplitChoice(QWidget):
    """As the fields `split` and `allow_leaking_split` of a `TrainingConfig`."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._file: Path | None = None
        self._previous = 0
        self._dialog: QFileDialog | None = None
        self.choice = QComboBox()
        for name, title in ((_AUTO, "The data's own, or by lesion"), (_NEW, "By lesion"), (_FILE, "A table of mine…")):
            self.choice.addItem(title, name)
        self.choice.setMinimumHeight(3 * GAP)
        self.choice.setMinimumContentsLength(10)
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.hint = small_text("")
        self.hint.setMinimumHeight(3 * self.hint.fontMetrics().height())  # the longest: nothing jumps
        self.leaking = QCheckBox(_LEAKING)
        describe(self.choice, "Split", _HELP)
        describe(self.leaking, _LEAKING, _LEAKING_HELP)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP // 2)
        for widget in (self.choice, self.hint, self.leaking):
            layout.addWidget(widget)
        self.setFocusProxy(self.choice)
        self.choice.activated.connect(self._on_activated)
        self.leaking.toggled.connect(self._on_toggled)
        self._accept_choice()

    @property
    def value(self) -> str:
        """As `TrainingConfig.split`."""
        chosen = str(self.choice.currentData())
        return str(self._file) if chosen == _FILE else chosen

    @property
    def allows_leaking(self) -> bool:
        """As `TrainingConfig.allow_leaking_split`; a new split never leaks."""
        return self.leaking.isChecked() and self.choice.currentData() != _NEW

    @property
    def dialog(self) -> QFileDialog | None:
        """Where the table is chosen, while that is asked."""
        return self._dialog

    @Slot(int)
    def _on_activated(self, index: int) -> None:
        if self.choice.currentData() != _FILE:
            self._accept_choice()
            return
        dialog = QFileDialog(self, "Choose a split", str(self._file or Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter("Tables (*.csv *.tsv *.txt *.tab)")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._on_file_selected)
        dialog.rejected.connect(self._on_no_file)
        self._dialog = dialog
        dialog.open()

    @Slot(str)
    def _on_file_selected(self, name: str) -> None:
        self._file = Path(name)
        self._accept_choice()

    @Slot()
    def _on_no_file(self) -> None:
        self.choice.setCurrentIndex(self._previous)

    @Slot()
    def _on_toggled(self) -> None:
        self.changed.emit()

    def _accept_choice(self) -> None:
        self._previous = self.choice.currentIndex()
        chosen = self.choice.currentData()
        name = self._file.name if self._file else ""
        self.hint.setText(_HINTS.get(chosen, f"{name}. {SPLIT_CHOICE}"))
        self.leaking.setEnabled(chosen != _NEW)
        self.changed.emit()
