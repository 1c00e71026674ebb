"""Offers to score the shown model on images from elsewhere, and lists what was scored so before."""

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QPushButton, QWidget

from desktop.theme import GAP

_HINT = (
    "Score this model on labelled images that it has not met: HAM10000's layout, the ISIC challenges', or a folder "
    "for each class. Images of its training are left out, and the result stands on its own."
)


class ExternalChoice(QWidget):
    """A button, and beside it the earlier results where there are several."""

    data_chosen = Signal(object)
    """The folder of other images that is to be scored, a `Path`."""
    result_chosen = Signal(object)
    """The folder of an earlier result that is to be shown, a `Path`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._results: tuple[Path, ...] = ()
        self._dialog: QFileDialog | None = None
        self.results = QComboBox()
        self.results.setAccessibleName("Which external data")
        self.results.setToolTip("Which of the earlier results on images from elsewhere to look at.")
        self.results.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.results.setMinimumContentsLength(12)
        self.button = QPushButton("Score on other images…")
        self.button.setToolTip(_HINT)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * GAP)
        row.addWidget(self.results)
        row.addWidget(self.button)
        self.button.clicked.connect(self._on_clicked)
        self.results.activated.connect(self._on_activated)

    @property
    def dialog(self) -> QFileDialog | None:
        """Where the images are chosen, while that is asked."""
        return self._dialog

    def show_results(self, results: Sequence[Path], shown: Path | None) -> None:
        """List the folders `results`, with `shown` as the one that is looked at; one alone needs no list."""
        self._results = tuple(results)
        with QSignalBlocker(self.results):
            self.results.clear()
            for path in self._results:
                self.results.addItem(_name(path))
            if shown in self._results:
                self.results.setCurrentIndex(self._results.index(shown))
        self.results.setVisible(shown is not None and len(self._results) > 1)

    @Slot()
    def _on_clicked(self) -> None:
        self._dialog = QFileDialog(self, "Choose a folder of labelled images", str(Path.home()))
        self._dialog.setFileMode(QFileDialog.FileMode.Directory)
        self._dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._dialog.fileSelected.connect(self._on_selected)
        self._dialog.open()

    @Slot(str)
    def _on_selected(self, name: str) -> None:
        self.data_chosen.emit(Path(name))

    @Slot(int)
    def _on_activated(self, row: int) -> None:
        if 0 <= row < len(self._results):
            self.result_chosen.emit(self._results[row])


def _name(folder: Path) -> str:
    """ "my_clinic, 23 Nov 10:15", from the name of the folder of a result."""
    found = re.match(r"(\d{4}-\d{2}-\d{2}_\d{6})_.*_on_(.+)", folder.name)
    if found is None:
        return folder.name
    return f"{found.group(2)}, {datetime.strptime(found.group(1), '%Y-%m-%d_%H%M%S'):%d %b %H:%M}"
