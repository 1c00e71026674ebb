"""Brings images and models in: dropped, pasted or chosen in a dialog; a model that was dropped is asked about first."""

from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.image_intake import (
    MODEL_SUFFIX,
    WEIGHTS_SUFFIXES,
    Intake,
    PictureFolder,
    is_weights,
    look_into,
    refuse_address,
    sort_paths,
)
from desktop.state import AppState
from desktop.widgets.model_question import ModelQuestion
from engine.errors import ConfigError, EngineError

_IMAGE_FILTER = "Images (*.jpg *.jpeg *.png *.JPG *.JPEG *.PNG)"
_MODEL_FILTER = f"Models and weights ({' '.join(f'*{suffix}' for suffix in (MODEL_SUFFIX, *WEIGHTS_SUFFIXES))})"


class ImageOpener(QObject):
    """Where a model and images come together, the model is settled first."""

    opened = Signal(object)
    """tuple[Path, ...]: models, images and folders that the user wants."""
    failed = Signal(object)
    """There was nothing of use; an error that says what to do."""

    def __init__(self, state: AppState, owner: QWidget) -> None:
        super().__init__(owner)
        self._state, self._owner = state, owner
        self._pictures = PictureFolder()
        self._folder = Path.home()
        self._dialog: QFileDialog | None = None
        self._waiting = Intake()
        self.question: ModelQuestion | None = None
        """What is asked about a dropped model, while it is asked."""

    @Slot(QMimeData)
    def take(self, data: QMimeData) -> None:
        """Take what was dropped."""
        intake = look_into(data)
        if intake.picture is not None:
            try:
                self.opened.emit((self._pictures.save(intake.picture),))
            except EngineError as error:
                self.failed.emit(error)
        elif intake.web_address:
            self.failed.emit(refuse_address(intake.web_address))
        elif not intake.is_empty:
            self._take_files(intake)

    @Slot(object)
    def take_paths(self, paths: tuple[Path, ...]) -> None:
        """Take files that were dropped or are to be opened."""
        self._take_files(sort_paths(paths))

    @Slot()
    def paste(self) -> None:
        """Take what is on the clipboard."""
        data = QGuiApplication.clipboard().mimeData()
        if look_into(data).is_empty:
            hint = "Copy image files in the file manager, or an image in another program, then paste here."
            self.failed.emit(ConfigError("There is no image on the clipboard.", hint))
        else:
            self.take(data)

    @Slot()
    def choose_images(self) -> None:
        """Let the user choose image files."""
        self._open_dialog("Choose images", QFileDialog.FileMode.ExistingFiles, _IMAGE_FILTER)

    @Slot()
    def choose_folder(self) -> None:
        """Let the user choose a folder of images."""
        self._open_dialog("Choose a folder of images", QFileDialog.FileMode.Directory, "")

    @Slot()
    def choose_model(self) -> None:
        """Let the user choose a model file."""
        self._open_dialog("Open a model file", QFileDialog.FileMode.ExistingFile, _MODEL_FILTER)

    def _take_files(self, intake: Intake) -> None:
        """A first model needs no question; one beside another does, and weights, and several at once."""
        is_new = self._state.model is not None and self._state.model not in intake.models
        if not (is_new and intake.models) and len(intake.models) < 2 and not any(map(is_weights, intake.models)):
            self.opened.emit((*intake.models[:1], *intake.images))
            return
        self._waiting = intake
        if self.question is not None:  # the later drop is what is wanted
            self.question.done(0)
            self._waiting = intake
        self.question = ModelQuestion(intake.models[0], len(intake.models), self._owner)
        self.question.accepted.connect(self._on_accepted)
        self.question.rejected.connect(self._on_rejected)
        self.question.open()

    @Slot()
    def _on_accepted(self) -> None:
        self._settle((*self._waiting.models[:1], *self._waiting.images))

    @Slot()
    def _on_rejected(self) -> None:
        self._settle(self._waiting.images)

    def _settle(self, paths: tuple[Path, ...]) -> None:
        self.question, self._waiting = None, Intake()
        if paths:
            self.opened.emit(paths)

    def _open_dialog(self, title: str, mode: QFileDialog.FileMode, name_filter: str) -> None:
        self._dialog = QFileDialog(self._owner, title, str(self._folder), name_filter)
        self._dialog.setFileMode(mode)
        self._dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._dialog.filesSelected.connect(self._on_files_selected)
        self._dialog.open()

    @Slot(list)
    def _on_files_selected(self, names: list[str]) -> None:
        paths = tuple(Path(name) for name in names)
        self._folder = paths[0].parent
        if any(map(is_weights, paths)):
            self.take_paths(paths)  # it is asked about
        else:
            self.opened.emit(paths)
