"""The Help menu: guide, keys, licences, About, where things lie, and diagnostics for those who look for a fault."""

import contextlib
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDialog, QFileDialog, QMainWindow, QMenu, QMessageBox, QPushButton

from desktop import facts
from desktop.errors import describe_error
from desktop.jobs import JobRunner
from desktop.outside import open_outside
from desktop.single_job import SingleJob
from desktop.state import AppState
from desktop.widgets.about_dialog import AboutDialog
from desktop.widgets.guide_dialog import GuideDialog
from desktop.widgets.licences_dialog import LicencesDialog
from desktop.widgets.places_dialog import PlacesDialog
from desktop.widgets.save_dialog import ask_where
from desktop.widgets.shortcuts_dialog import ShortcutsDialog
from engine import calls, places

_LOOK_THROUGH = (
    "It holds versions, settings and the ends of the logs, but no image, no table, no path of yours and no name. "
    "You may look through it before you pass it on; nothing is sent by itself."
)


class HelpMenu(QMenu):
    """Hangs on `button`; on macOS in the menu bar too, where people look for it. Its keys work in the whole window."""

    welcome_requested = Signal()
    """Somebody wants to see the welcome of the first start again."""

    def __init__(self, window: QMainWindow, button: QPushButton, state: AppState, runner: JobRunner) -> None:
        super().__init__("Help", window)
        self._window, self._state, self._runner = window, state, runner
        self.dialog: QDialog | None = None
        """What was opened last."""
        self._guide: GuideDialog | None = None
        self.guide_action = self._add("User guide", self._on_guide, QKeySequence(Qt.Key.Key_F1))
        self.keys_action = self._add("Keyboard shortcuts", self._on_keys, QKeySequence("Ctrl+/"))
        self.welcome_action = self._add("Welcome", self.welcome_requested.emit)
        self.addSeparator()
        self.places_action = self._add("Where things are kept…", self._on_places)
        self.log_action = self._add("Show log folder", self._on_log)
        self.diagnostics_action = self._add("Save diagnostics…", self._on_diagnostics)
        self.addSeparator()
        self.licences_action = self._add("Licences", self._on_licences)
        self.about_action = self._add("About Lesion Lab", self._on_about)
        self.about_action.setMenuRole(QAction.MenuRole.AboutRole)
        self._saving = SingleJob(runner, self)
        self._saving.succeeded.connect(self._on_saved)
        self._saving.failed.connect(self._on_failed)
        button.setMenu(self)
        if sys.platform == "darwin":
            window.menuBar().addMenu(self)

    def _add(self, text: str, slot: Callable[[], None], keys: QKeySequence | None = None) -> QAction:
        action = QAction(text, self._window)
        if keys is not None:
            action.setShortcut(keys)
        action.triggered.connect(slot)
        self.addAction(action)
        self._window.addAction(action)
        return action

    def _open(self, dialog: QDialog) -> None:
        self.dialog = dialog
        dialog.open()

    @Slot()
    def _on_guide(self) -> None:
        if self._guide is None:
            self._guide = GuideDialog(self._window)
            self._guide.finished.connect(self._on_guide_closed)
        self.dialog = self._guide
        self._guide.show()  # beside the window: one reads and does
        self._guide.raise_()
        self._guide.activateWindow()

    @Slot()
    def _on_guide_closed(self) -> None:
        self._guide = None

    @Slot()
    def _on_keys(self) -> None:
        self._open(ShortcutsDialog(self._window))

    @Slot()
    def _on_places(self) -> None:
        self._open(PlacesDialog(self._window))

    @Slot()
    def _on_licences(self) -> None:
        self._open(LicencesDialog(self._runner, self._window))

    @Slot()
    def _on_about(self) -> None:
        self._open(AboutDialog(self._state, self._window))

    @Slot()
    def _on_log(self) -> None:
        with contextlib.suppress(OSError):
            places.log_dir().mkdir(parents=True, exist_ok=True)
        open_outside(places.log_dir())

    @Slot()
    def _on_diagnostics(self) -> None:
        proposed = Path.home() / f"lesion-lab-diagnostics-{date.today():%Y-%m-%d}.zip"
        dialog: QFileDialog = ask_where(self._window, "Save diagnostics", proposed, "Archive")
        dialog.fileSelected.connect(self._on_file_chosen)
        self.dialog = dialog

    @Slot(str)
    def _on_file_chosen(self, path: str) -> None:
        self._saving.start(calls.save_diagnostics(Path(path), facts.gather(self._state)), "Saving diagnostics")

    @Slot(object)
    def _on_saved(self, path: Path) -> None:
        self._say(QMessageBox.Icon.Information, f"Saved as {path.name} in {path.parent}.", _LOOK_THROUGH)

    @Slot(object)
    def _on_failed(self, error: object) -> None:
        sentence, hint, _ = describe_error(error)
        self._say(QMessageBox.Icon.Warning, sentence, hint)

    def _say(self, icon: QMessageBox.Icon, sentence: str, more: str) -> None:
        box = QMessageBox(icon, "Diagnostics", sentence, QMessageBox.StandardButton.Ok, self._window)
        box.setInformativeText(more)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._open(box)
