"""Brings small pictures of the images that are in sight, a few at a time, and keeps only so many of them."""

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QPixmap

from desktop.jobs import Job, JobRunner
from engine import calls

_BATCH = 24  # a tenth of a second of photographs that nobody looked at before
_MOST_BYTES = 32 * 2**20


class ThumbnailLoader(QObject):
    """Asks for one batch after the other; what is out of sight before its turn comes is never asked for."""

    arrived = Signal()
    """`pixmap` knows more than before."""

    def __init__(self, runner: JobRunner, side: int, most_bytes: int = _MOST_BYTES, parent: QObject | None = None):
        """Pictures of at most `side` pixels a side; their pixels take at most `most_bytes`."""
        super().__init__(parent)
        self._runner, self._side, self._most_bytes = runner, side, most_bytes
        self._pixmaps: OrderedDict[Path, QPixmap] = OrderedDict()
        self._bytes = 0
        self._wanted: tuple[Path, ...] = ()
        self._asked: tuple[Path, ...] = ()
        self._job: Job | None = None

    @property
    def bytes_kept(self) -> int:
        """What the kept pictures take, in bytes."""
        return self._bytes

    def pixmap(self, path: Path) -> QPixmap | None:
        """The picture of `path`: None while it is not here, a null pixmap if the image cannot be read."""
        pixmap = self._pixmaps.get(path)
        if pixmap is not None:
            self._pixmaps.move_to_end(path)
        return pixmap

    def want(self, paths: Sequence[Path]) -> None:
        """Bring the pictures of `paths`, the first ones first; what was wanted before no longer is."""
        self._wanted = tuple(paths)
        if self._job is None:
            self._ask()
        elif not set(self._asked) & set(self._wanted):
            self._job.cancel()

    def clear(self) -> None:
        """Forget everything: other images are shown from now on."""
        self._pixmaps.clear()
        self._bytes = 0
        self.want(())

    def _ask(self) -> None:
        missing = [path for path in self._wanted if path not in self._pixmaps]
        if not missing:
            return
        self._asked = tuple(missing[:_BATCH])
        self._job = self._runner.start(calls.thumbnails(self._asked, self._side), "Making thumbnails")
        self._job.succeeded.connect(self._on_made)
        self._job.failed.connect(self._on_failed)
        self._job.cancelled.connect(self._on_cancelled)

    @Slot(object)
    def _on_made(self, pictures: tuple[bytes, ...]) -> None:
        self._settle(pictures)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self._settle(tuple(b"" for _ in self._asked))  # in the log already; asked again it would fail again

    @Slot()
    def _on_cancelled(self) -> None:
        self._job = None
        self._ask()

    def _settle(self, pictures: Sequence[bytes]) -> None:
        self._job = None
        for path, picture in zip(self._asked, pictures, strict=True):
            pixmap = QPixmap()
            if picture:
                pixmap.loadFromData(picture, "JPG")
            self._keep(path, pixmap)
        self.arrived.emit()
        self._ask()

    def _keep(self, path: Path, pixmap: QPixmap) -> None:
        """Put it on top; those that were not looked at for longest give way, never one that is in sight."""
        self._bytes += _size(pixmap) - (_size(self._pixmaps.pop(path)) if path in self._pixmaps else 0)
        self._pixmaps[path] = pixmap
        in_sight = set(self._wanted)
        for old in tuple(self._pixmaps):
            if self._bytes <= self._most_bytes:
                break
            if old not in in_sight:
                self._bytes -= _size(self._pixmaps.pop(old))


def _size(pixmap: QPixmap) -> int:
    return pixmap.width() * pixmap.height() * pixmap.depth() // 8
