"""What the window remembers from one start to the next: size, folders, last model and last run."""

import json
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from engine import places

_MOST_RECENT = 5


class Settings:
    """Typed access to `window.ini` in the program's home folder. What cannot be read counts as never set."""

    def __init__(self) -> None:
        self._store = QSettings(str(places.home_dir() / "window.ini"), QSettings.Format.IniFormat)

    @property
    def geometry(self) -> QByteArray | None:
        """The window's size and place, as Qt saved it."""
        value = self._store.value("geometry")
        return value if isinstance(value, QByteArray) else None

    @geometry.setter
    def geometry(self, value: QByteArray) -> None:
        self._store.setValue("geometry", value)

    @property
    def recent_folders(self) -> tuple[Path, ...]:
        """Folders (archives, tables) of data sets that were opened, newest first, at most five; none that is gone."""
        try:
            names = json.loads(str(self._store.value("recent_folders", "[]")))
        except ValueError:
            return ()
        paths = [Path(name) for name in names if isinstance(name, str)] if isinstance(names, list) else []
        return tuple(path for path in paths if path.exists())

    def add_recent_folder(self, folder: Path) -> None:
        """Put `folder` in front of the recent ones; it is also the last folder."""
        self._set_recent([folder, *(one for one in self.recent_folders if one != folder)])
        self.last_folder = folder

    def _set_recent(self, folders: Sequence[Path]) -> None:
        self._store.setValue("recent_folders", json.dumps([str(one) for one in folders[:_MOST_RECENT]]))

    @property
    def last_folder(self) -> Path | None:
        """The folder of the data set that was open last, None if it is gone."""
        path = self._path("last_folder")
        return path if path is not None and path.exists() else None

    @last_folder.setter
    def last_folder(self, path: Path | None) -> None:
        self._store.setValue("last_folder", str(path or ""))

    @property
    def download_folder(self) -> Path | None:
        """Where a download of HAM10000 was begun and not finished, None if it is gone."""
        path = self._path("download_folder")
        return path if path is not None and path.is_dir() else None

    @download_folder.setter
    def download_folder(self, path: Path | None) -> None:
        self._store.setValue("download_folder", str(path or ""))

    @property
    def last_model(self) -> Path | None:
        """The model file that was in use last, None if it is gone."""
        path = self._path("last_model")
        return path if path is not None and path.is_file() else None

    @last_model.setter
    def last_model(self, path: Path | None) -> None:
        self._store.setValue("last_model", str(path or ""))

    @property
    def last_run(self) -> Path | None:
        """The run that was selected last, None if it is gone."""
        path = self._path("last_run")
        return path if path is not None and path.is_dir() else None

    @last_run.setter
    def last_run(self, path: Path | None) -> None:
        self._store.setValue("last_run", str(path or ""))

    @property
    def has_seen_welcome(self) -> bool:
        """Whether the welcome of the first start was shown."""
        return str(self._store.value("has_seen_welcome", "")) == "true"

    @has_seen_welcome.setter
    def has_seen_welcome(self, value: bool) -> None:
        self._store.setValue("has_seen_welcome", "true" if value else "false")

    def save(self) -> None:
        """Write to the disk now."""
        self._store.sync()

    def _path(self, key: str) -> Path | None:
        value = self._store.value(key)
        return Path(value) if isinstance(value, str) and value else None
