"""What the window remembers."""

from pathlib import Path

from PySide6.QtCore import QByteArray
from pytestqt.qtbot import QtBot

from desktop.settings import Settings


def test_all_is_remembered_from_one_start_to_the_next(qtbot: QtBot, home: Path, tmp_path: Path) -> None:
    """Size, folders, model and run, in a file of the program's own home."""
    folder, model = tmp_path / "data, with a comma; & co", tmp_path / "model.safetensors"
    folder.mkdir()
    model.write_bytes(b"")
    first = Settings()
    first.geometry = QByteArray(b"\x00\x01")
    first.add_recent_folder(folder)
    first.last_model, first.last_run = model, tmp_path
    first.save()
    assert (home / "window.ini").is_file()
    second = Settings()
    assert second.geometry == QByteArray(b"\x00\x01")
    assert second.recent_folders == (folder,)
    assert (second.last_folder, second.last_model, second.last_run) == (folder, model, tmp_path)


def test_nothing_is_remembered_of_what_is_gone(settings: Settings, tmp_path: Path) -> None:
    """A folder on a disk that is not there is not offered."""
    folder = tmp_path / "gone"
    folder.mkdir()
    settings.add_recent_folder(folder)
    settings.last_model = folder / "model.safetensors"
    settings.last_run = folder
    folder.rmdir()
    assert settings.recent_folders == ()
    assert settings.last_folder is settings.last_model is settings.last_run is None


def test_recent_folders_are_five_newest_first_and_none_twice(settings: Settings, tmp_path: Path) -> None:
    """A list to choose from, not a history."""
    folders = [tmp_path / str(number) for number in range(7)]
    for folder in folders:
        folder.mkdir()
        settings.add_recent_folder(folder)
    settings.add_recent_folder(folders[3])
    assert settings.recent_folders == (folders[3], folders[6], folders[5], folders[4], folders[2])
    assert settings.last_folder == folders[3]


def test_a_spoilt_file_is_like_none(qtbot: QtBot, home: Path) -> None:
    """Whatever stands in the file, the window opens."""
    for spoilt in (b"\x00\xff\xfe", b"[General]\nrecent_folders=[1, {]\ngeometry=7\nlast_model=@Invalid()\n"):
        (home / "window.ini").write_bytes(spoilt)
        settings = Settings()
        assert settings.geometry is None
        assert settings.recent_folders == ()
        assert settings.last_model is None


def test_a_first_start_remembers_nothing(settings: Settings) -> None:
    """And says so by None."""
    assert settings.geometry is None
    assert settings.last_folder is settings.last_model is settings.last_run is None
