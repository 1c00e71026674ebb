"""Finds out what is dropped or pasted: files, a model, a picture without a file, or only the address of one."""

import shutil
import tempfile
import weakref
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData
from PySide6.QtGui import QImage

from engine import atomic
from engine.errors import ConfigError

MODEL_SUFFIX = ".safetensors"
WEIGHTS_SUFFIXES = (".pth", ".pt")
"""Of plain weights, which are imported before they can answer."""
_WEB = ("http", "https")


@dataclass(frozen=True)
class Intake:
    """What can be done with it: at most one of `picture` and `web_address` is there, and neither beside files."""

    models: tuple[Path, ...] = ()
    """Model files, and weights to be imported."""
    images: tuple[Path, ...] = ()
    """Files of any other kind, and folders; they may be gone."""
    picture: QImage | None = None
    """A picture that has no file on this computer."""
    web_address: str = ""

    @property
    def is_empty(self) -> bool:
        """There is nothing in it that an image could be made of."""
        return not (self.models or self.images or self.web_address) and self.picture is None


def look_into(data: QMimeData) -> Intake:
    """What `data` holds: files of this computer first, then a picture, then an address on the web."""
    paths = tuple(Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile())
    if paths:
        return sort_paths(paths)
    if data.hasImage():
        picture = data.imageData()
        if isinstance(picture, QImage) and not picture.isNull():
            return Intake(picture=picture)
    addresses = [url.toString() for url in data.urls() if url.scheme() in _WEB]
    if not addresses and data.hasText():
        text = data.text().strip()
        addresses = [text] if text.startswith(tuple(f"{scheme}://" for scheme in _WEB)) else []
    return Intake(web_address=addresses[0] if addresses else "")


def sort_paths(paths: tuple[Path, ...]) -> Intake:
    """Files and folders, models and images told apart."""
    models = tuple(path for path in paths if path.suffix.lower() == MODEL_SUFFIX or is_weights(path))
    return Intake(models=models, images=tuple(path for path in paths if path not in models))


def is_weights(path: Path) -> bool:
    """Whether it is named as a file of plain weights."""
    return path.suffix.lower() in WEIGHTS_SUFFIXES


def may_take(data: QMimeData) -> bool:
    """Whether it is worth letting go of it here; quick, while it is dragged around."""
    return data.hasUrls() or data.hasImage() or bool(look_into(data).web_address)


def refuse_address(address: str) -> ConfigError:
    """Why a picture on the web is not fetched, and what to do."""
    hint = f"Save the image first, then drop the file here. Nothing is fetched from {_host(address)}."
    return ConfigError("This is the address of an image, not the image.", hint)


class PictureFolder:
    """Keeps pictures without a file for as long as the program runs, in a folder that only this user can read."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._n_saved = 0

    def save(self, picture: QImage) -> Path:
        """Write `picture` as "Pasted image 1.png" and return the file. Raises `DiskError`."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="lesion-lab-pasted-"))
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)  # also when the program ends
        content = QByteArray()
        buffer = QBuffer(content)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        picture.save(buffer, "PNG")  # type: ignore[call-overload]  # the stub wants bytes, Qt a str
        self._n_saved += 1
        path = self._folder / f"Pasted image {self._n_saved}.png"
        atomic.write_bytes(path, bytes(content.data()))
        return path


def _host(address: str) -> str:
    return address.split("://", 1)[-1].split("/", 1)[0].split("?", 1)[0] or "the web"
