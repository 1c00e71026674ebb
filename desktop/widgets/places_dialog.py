"""Says where the program keeps things, and lets the user choose another folder for the next start."""

import os
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QFileDialog, QLabel, QWidget

from desktop.errors import ErrorPanel
from desktop.outside import open_outside
from desktop.theme import GAP
from desktop.widgets.help_dialog import HelpDialog
from engine import home_choice, places
from engine.errors import DiskError

_OUTSIDE = (
    "The environment variable LESION_LAB_HOME decides this; what is chosen here holds once it is not set any more."
)
_UNMOVED = (
    "Nothing is moved: to keep your runs and models, copy the folder there yourself before the next start, or come "
    "back to the old place at any time."
)


class PlacesDialog(HelpDialog):
    """Runs, models, cache and logs, and what holds from the next start on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Where things are kept", QSize(76 * GAP, 44 * GAP), parent)
        self.body.setSpacing(2 * GAP)
        self.words, self.next_words = QLabel(), QLabel()
        for label in (self.words, self.next_words):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self.body.addWidget(label)
        self.error_panel = ErrorPanel()
        self.body.addWidget(self.error_panel)
        self.body.addStretch(1)
        self.open_button = self.add_button("Open the folder")
        self.choose_button = self.add_button("Keep things in…")
        self.standard_button = self.add_button("Use the standard folder")
        self.open_button.clicked.connect(self._on_open_clicked)
        self.choose_button.clicked.connect(self._on_choose_clicked)
        self.standard_button.clicked.connect(self._on_standard_clicked)
        self.dialog: QFileDialog | None = None
        """Where the folder is asked for, while it is."""
        self._show()

    def _show(self) -> None:
        self.words.setText(
            f"Runs, models and settings: {places.home_dir()}\n\n"
            f"Cache, which can be made again: {places.cache_dir()}\n\nLogs: {places.log_dir()}"
        )
        chosen = home_choice.chosen()
        self.standard_button.setVisible(chosen is not None)
        self.next_words.setText(self._describe_next(chosen))

    def _describe_next(self, chosen: Path | None) -> str:
        if home_choice.is_set_from_outside():
            return _OUTSIDE
        is_now = os.environ.get("LESION_LAB_HOME")
        if chosen is not None and is_now != str(chosen):
            return f"From the next start on everything is kept in {chosen}. {_UNMOVED}"
        if chosen is None and is_now:
            return f"From the next start on everything is kept in the system's own places again. {_UNMOVED}"
        return "All of it can be kept in another folder, on another disk for example."

    @Slot()
    def _on_open_clicked(self) -> None:
        open_outside(places.home_dir())

    @Slot()
    def _on_choose_clicked(self) -> None:
        self.dialog = QFileDialog(self, "Keep Lesion Lab's things in", str(places.home_dir()))
        self.dialog.setFileMode(QFileDialog.FileMode.Directory)
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog.fileSelected.connect(self._on_folder_chosen)
        self.dialog.open()

    @Slot(str)
    def _on_folder_chosen(self, folder: str) -> None:
        self._choose(Path(folder))

    @Slot()
    def _on_standard_clicked(self) -> None:
        self._choose(None)

    def _choose(self, folder: Path | None) -> None:
        self.error_panel.clear()
        try:
            if folder is not None:
                home_choice.check_folder(folder)
            home_choice.choose(folder)
        except DiskError as error:
            self.error_panel.show_error(error)
        self._show()
