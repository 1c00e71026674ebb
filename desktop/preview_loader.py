"""Brings the chosen image into view: its thumbnail at once, the image itself as soon as the engine has opened it."""

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QPixmap

from desktop.jobs import Job, JobRunner
from desktop.widgets.image_view import ImageView
from engine import calls
from engine.prediction_results import Prediction

_SIDE = 1024
_DELAY_MS = 60  # long enough to run down the list without asking for every image


class PreviewLoader(QObject):
    """Only the image that was asked for last is brought; one that cannot be opened any more stays a thumbnail."""

    def __init__(self, runner: JobRunner, view: ImageView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner, self._view = runner, view
        self._wanted: Path | None = None
        self._job: Job | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_DELAY_MS)
        self._timer.timeout.connect(self._on_due)

    def show(self, prediction: Prediction | None) -> None:
        """Show the image of `prediction`, or say that there is none."""
        if prediction is None:
            self.show_words("No image yet")
        elif prediction.code is None:
            self.show_words("This image could not be read")
        else:
            thumbnail = QPixmap()
            thumbnail.loadFromData(prediction.thumbnail, "PNG")
            self.show_file(prediction.path, thumbnail)

    def show_file(self, path: Path, thumbnail: QPixmap | None) -> None:
        """Show the image in the file `path`, and its `thumbnail`, if there is one, until it is here."""
        self._forget()
        self._wanted = path
        if thumbnail is None or thumbnail.isNull():
            self._view.set_words("Opening the image…")
        else:
            self._view.set_pixmap(thumbnail, path.name)
        self._timer.start()

    def show_words(self, words: str) -> None:
        """Show no image, but say why."""
        self._forget()
        self._view.set_words(words)

    @Slot()
    def _on_due(self) -> None:
        if self._wanted is not None:
            self._job = self._runner.start(calls.preview(self._wanted, _SIDE), "Opening the image")
            self._job.succeeded.connect(self._on_opened)
            self._job.failed.connect(self._on_failed)

    @Slot(object)
    def _on_opened(self, png: bytes) -> None:
        self._job = None
        if self._wanted is not None:
            self._view.set_image(png, self._wanted.name)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self._job = None
        if not self._view.has_image:
            self._view.set_words(str(error))

    def _forget(self) -> None:
        """Want nothing any more, and hear nothing of what is under way."""
        self._timer.stop()
        self._wanted = None
        job, self._job = self._job, None
        if job is not None and not job.is_over:
            job.succeeded.disconnect(self._on_opened)
            job.failed.disconnect(self._on_failed)
            job.cancel()
