"""Asks, before the window opens, what to do where the program's own folder is gone, full or read-only."""

import contextlib
from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox

from engine import home_choice
from engine.errors import DiskError

_NOBODY_LOOKS = ("offscreen", "minimal")


def settle_home() -> bool:
    """See that the home can be used, by another one if the user names it; False where the user would rather quit.

    Raises `DiskError` where nobody can be asked.
    """
    while True:
        try:
            home_choice.check_writable()
            return True
        except DiskError as error:
            if QGuiApplication.platformName() in _NOBODY_LOOKS:
                raise
            if not HomeQuestion(error).settle():
                return False


class HomeQuestion:
    """Says what is wrong with the home, and offers the ways out."""

    def __init__(self, error: DiskError) -> None:
        self.box = QMessageBox(QMessageBox.Icon.Warning, "Lesion Lab", error.message)
        self.box.setInformativeText(error.hint)
        role = QMessageBox.ButtonRole
        self.again_button = self.box.addButton("Try again", role.AcceptRole)
        self.choose_button = self.box.addButton("Choose another folder…", role.ActionRole)
        self.standard_button = self.box.addButton("Use the standard folder", role.ActionRole)
        self.standard_button.setVisible(home_choice.chosen() is not None)
        self.quit_button = self.box.addButton("Quit", role.RejectRole)
        self.box.setDefaultButton(self.again_button)
        self.box.setEscapeButton(self.quit_button)

    def settle(self) -> bool:
        """Ask, and do as told; False to quit."""
        self.box.exec()
        clicked = self.box.clickedButton()
        if clicked is self.choose_button:
            folder = QFileDialog.getExistingDirectory(None, "Keep Lesion Lab's things in")
            if folder:
                _keep_in(Path(folder))
        elif clicked is self.standard_button:
            _keep_in(None)
        return clicked is not self.quit_button


def _keep_in(folder: Path | None) -> None:
    home_choice.use_now(folder)
    with contextlib.suppress(DiskError):  # then it holds for this start alone, and is asked again
        home_choice.choose(folder)
