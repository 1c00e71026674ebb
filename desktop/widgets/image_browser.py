"""The images of a data set: a grid that can be filtered, and one of them large."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QPixmap, QShowEvent
from PySide6.QtWidgets import QLabel, QStackedWidget, QVBoxLayout, QWidget

from desktop.format import count, count_of
from desktop.jobs import Job, JobRunner
from desktop.theme import GAP, set_role
from desktop.thumbnail_loader import ThumbnailLoader
from desktop.widgets.image_filter import FilterBar
from desktop.widgets.image_grid import PICTURE, ImageGrid
from desktop.widgets.image_viewer import ImageViewer
from engine import calls
from engine.data_results import ImageRow
from engine.events import Event, ImagesListed

_NONE_FITS = "No image fits. Choose less above."


class ImageBrowser(QWidget):
    """Lists the images when it is first looked at, not before."""

    failed = Signal(object)
    """The images could not be listed: an error for the page."""

    def __init__(self, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._folder: Path | None = None
        self._job: Job | None = None
        self._arrived: list[ImageRow] = []
        self._wanted = ""
        self._images: tuple[ImageRow, ...] = ()
        self._lesions: dict[str, list[ImageRow]] = {}
        self._thumbnails = ThumbnailLoader(runner, round(PICTURE.width() * self.devicePixelRatioF()), parent=self)
        self.filters = FilterBar()
        self.grid = ImageGrid(self._thumbnails)
        self.viewer = ImageViewer(runner, self._thumbnails)
        self.words = QLabel()
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        set_role(self.words, "muted")
        self.number = QLabel()
        set_role(self.number, "muted")
        self._below = QStackedWidget()
        self._below.addWidget(self.grid)
        self._below.addWidget(self.words)
        self._all = QWidget()
        self._stack = QStackedWidget()
        self._stack.addWidget(self._all)
        self._stack.addWidget(self.viewer)
        self._lay_out()
        self.filters.changed.connect(self._on_filter_changed)
        self.grid.image_opened.connect(self._on_image_opened)
        self.viewer.left.connect(self._on_viewer_left)
        self.viewer.moved.connect(self.grid.select)

    def show_folder(self, folder: Path | None) -> None:
        """Show the images of the checked data set in `folder`; None forgets those that are shown."""
        self._let_go()
        self._folder, self._wanted = folder, ""
        self._thumbnails.clear()
        self.viewer.clear()
        self._stack.setCurrentWidget(self._all)
        self._set_images(())
        self._say("")
        if self.isVisible():
            self._list()

    def look_for(self, name: str) -> None:
        """Show the images whose id or lesion has `name` in it; once they are listed, if they are not yet."""
        self._wanted = name
        self._stack.setCurrentWidget(self._all)
        if self._images:
            self.filters.look_for(name)

    def picture(self, image: ImageRow) -> QPixmap | None:
        """The small picture of `image`, null if it cannot be read; None while it is not here."""
        return self._thumbnails.pixmap(image.path) if image.path is not None else QPixmap()

    def showEvent(self, event: QShowEvent) -> None:
        """List the images of a new folder."""
        super().showEvent(event)
        self._list()

    def _list(self) -> None:
        if self._folder is None or self._images or self._job is not None:
            return
        self._say("Listing the images…")
        self._job = self._runner.start(calls.list_images(self._folder), "Listing the images")
        self._arrived.clear()
        self._job.reported.connect(self._on_reported)
        self._job.succeeded.connect(self._on_listed)
        self._job.failed.connect(self._on_failed)

    def _let_go(self) -> None:
        job, self._job = self._job, None
        if job is not None and not job.is_over:
            job.reported.disconnect(self._on_reported)
            job.succeeded.disconnect(self._on_listed)
            job.failed.disconnect(self._on_failed)
            job.cancel()

    def _set_images(self, images: tuple[ImageRow, ...]) -> None:
        self._images, self._lesions = images, {}
        for image in images:
            if image.lesion_id:
                self._lesions.setdefault(image.lesion_id, []).append(image)
        self.filters.setEnabled(bool(images))
        self.filters.set_images(images)
        self._show_chosen()

    def _show_chosen(self) -> None:
        wanted = self.filters.filter
        chosen = [image for image in self._images if wanted.accepts(image)]
        self.grid.set_images(chosen)
        total = count_of(len(self._images), "image")
        self.number.setText(total if len(chosen) == len(self._images) else f"{count(len(chosen))} of {total}")
        if chosen:
            self._below.setCurrentWidget(self.grid)
        else:
            self._say(_NONE_FITS)

    def _say(self, words: str) -> None:
        self.words.setText(words)
        self._below.setCurrentWidget(self.words)
        self.number.setVisible(bool(self._images))

    @Slot(object)
    def _on_reported(self, event: Event) -> None:
        if isinstance(event, ImagesListed):
            self._arrived += event.images

    @Slot()
    def _on_listed(self) -> None:
        self._job = None
        self._set_images(tuple(self._arrived))
        if self._wanted:
            self.filters.look_for(self._wanted)
        self.number.show()

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self._job = None
        self._say("The images could not be listed.")
        self.failed.emit(error)

    @Slot()
    def _on_filter_changed(self) -> None:
        self._show_chosen()

    @Slot(int)
    def _on_image_opened(self, position: int) -> None:
        self._stack.setCurrentWidget(self.viewer)
        self.viewer.show_among(self.grid.images.images, position, self._lesions)

    @Slot()
    def _on_viewer_left(self) -> None:
        self.viewer.clear()
        self._stack.setCurrentWidget(self._all)
        self.grid.setFocus()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self._all)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.filters)
        column.addWidget(self._below, 1)
        column.addWidget(self.number)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
