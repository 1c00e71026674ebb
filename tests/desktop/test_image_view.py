"""The large image."""

from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from desktop.widgets.image_view import ImageView
from tests.desktop.samples import png


def shown(qtbot: QtBot) -> ImageView:
    view = ImageView()
    qtbot.addWidget(view)
    view.resize(400, 400)
    view.show()
    return view


def test_image_keeps_its_shape(qtbot: QtBot) -> None:
    """A wide image fills the width, stands in the middle, and is not stretched."""
    view = shown(qtbot)
    view.set_image(png(600, 300, "#FF0000"), "mole.jpg")
    picture = view.grab().toImage()
    red = QColor("#FF0000")
    assert picture.pixelColor(200, 200) == picture.pixelColor(5, 200) == red
    assert picture.pixelColor(200, 110) == red
    assert picture.pixelColor(200, 90) != red
    assert view.accessibleName() == "Image mole.jpg"


def test_words_take_the_place_of_the_image(qtbot: QtBot) -> None:
    """Words replace an image and are what a screen reader gets."""
    view = shown(qtbot)
    view.set_image(png(60, 30), "mole.jpg")
    view.set_words("No image yet")
    assert not view.has_image
    assert view.words == view.accessibleName() == "No image yet"


def test_broken_bytes_show_no_image(qtbot: QtBot) -> None:
    """Bytes that are no PNG leave the view without an image and without an error."""
    view = shown(qtbot)
    view.set_image(b"not a picture", "mole.jpg")
    assert not view.has_image
    assert view.grab().width() == 400
