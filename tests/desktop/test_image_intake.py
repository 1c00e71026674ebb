"""What is dropped or pasted, and pictures that have no file."""

import gc
import stat
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from desktop.image_intake import Intake, PictureFolder, look_into, may_take, refuse_address


def picture(color: str = "tan") -> QImage:
    image = QImage(12, 8, QImage.Format.Format_RGB32)
    image.fill(QColor(color))
    return image


def test_files_folders_and_models_are_told_apart(tmp_path: Path) -> None:
    """Model files on one side, everything else of this computer on the other, in order."""
    paths = [tmp_path / name for name in ("b.JPG", "new.SafeTensors", "folder", "a.png")]
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    assert look_into(data) == Intake(models=(paths[1],), images=(paths[0], *paths[2:]))


def test_files_go_before_the_picture_of_them(qtbot: QtBot, tmp_path: Path) -> None:
    """A file manager that adds a picture of the file still means the file."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.png"))])
    data.setImageData(picture())
    assert look_into(data) == Intake(images=(tmp_path / "a.png",))


def test_a_picture_from_a_browser_is_taken_before_its_address(qtbot: QtBot) -> None:
    """Dragged from a page, the pixels are worth more than where they came from."""
    data = QMimeData()
    data.setUrls([QUrl("https://example.org/mole.jpg")])
    data.setImageData(picture())
    intake = look_into(data)
    assert intake.picture is not None
    assert intake.picture.size() == picture().size()
    assert intake.web_address == ""
    assert may_take(data)


@pytest.mark.parametrize("as_text", [False, True])
def test_a_bare_address_says_to_save_the_image_first(as_text: bool) -> None:
    """Nothing is fetched: the program stays off the net."""
    data = QMimeData()
    if as_text:
        data.setText("  https://example.org/mole.jpg\n")
    else:
        data.setUrls([QUrl("https://example.org/mole.jpg")])
    assert may_take(data)
    intake = look_into(data)
    assert intake == Intake(web_address="https://example.org/mole.jpg")
    error = refuse_address(intake.web_address)
    assert str(error) == "This is the address of an image, not the image."
    assert error.hint == "Save the image first, then drop the file here. Nothing is fetched from example.org."


@pytest.mark.parametrize("text", ["", "words", "mail https://example.org/a.jpg to me", "ftp://example.org/a.jpg"])
def test_words_are_nothing(text: str) -> None:
    """Neither image nor address: not taken."""
    data = QMimeData()
    data.setText(text)
    assert look_into(data).is_empty
    assert not may_take(data)


def test_pictures_are_kept_in_a_private_folder_and_removed(qtbot: QtBot) -> None:
    """Numbered PNG files that only this user can read; gone with the program."""
    folder = PictureFolder()
    first, second = folder.save(picture("tan")), folder.save(picture("brown"))
    assert (first.name, second.name) == ("Pasted image 1.png", "Pasted image 2.png")
    assert QImage(str(second)).pixelColor(3, 3) == QColor("brown")
    if sys.platform != "win32":
        assert stat.S_IMODE(first.parent.stat().st_mode) == 0o700
    del folder
    gc.collect()
    assert not first.parent.exists()
