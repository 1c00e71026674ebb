"""Brings the chosen image into view: its thumbnail at once, the image itself as soon as the engine has opened it."""

from PySide6.QtCore import QObject, QTimer, Slot

from desktop.jobs import Job, JobRunner
from desktop.widgets.image_view import ImageView
from engine import calls
from engine.results import Prediction

_SIDE = 1024
_DELAY_MS = 60  # long enough to run down the list without asking for every image


class PreviewLoader(QObject):
    """Only the image that was asked for last is brought; one that cannot be opened any more stays a thumbnail."""

    def __init__(self, runner: JobRunner, view: ImageView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner, self._view = runner, view
        self._wanted: Prediction | None = None
        self._job: Job | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_DELAY_MS)
        self._timer.timeout.connect(self._on_due)

    def show(self, prediction: Prediction | None) -> None:
        """Show the image of `prediction`, or say that there is none."""
        self._timer.stop()
        self._let_go()
        self._wanted = prediction
        if prediction is None:
            self._view.set_words("No image yet")
        elif prediction.code is None:
            self._view.set_words("This image could not be read")
        else:
            self._view.set_image(prediction.thumbnail, prediction.path.name)
            self._timer.start()

    @Slot()
    def _on_due(self) -> None:
        if self._wanted is not None:
            self._job = self._runner.start(calls.preview(self._wanted.path, _SIDE), "Opening the image")
            self._job.succeeded.connect(self._on_opened)

    @Slot(object)
    def _on_opened(self, png: bytes) -> None:
        self._job = None
        if self._wanted is not None:
            self._view.set_image(png, self._wanted.path.name)

    def _let_go(self) -> None:
        job, self._job = self._job, None
        if job is not None and not job.is_over:
            job.succeeded.disconnect(self._on_opened)
            job.cancel()
