"""One image large, with what the table tells and the others of its lesion."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.thumbnail_loader import ThumbnailLoader
from desktop.widgets.image_viewer import ImageViewer
from engine.data_results import ImageRow
from engine.errors import DataError
from tests.desktop.datasets import image
from tests.desktop.samples import png
from tests.desktop.scripted_runner import ScriptedRunner
from tests.desktop.test_thumbnail_loader import jpeg

IMAGES = [image(number) for number in range(6)]
LESIONS: dict[str, list[ImageRow]] = {}
for one in IMAGES:
    LESIONS.setdefault(one.lesion_id, []).append(one)


@pytest.fixture
def scripted() -> ScriptedRunner:
    return ScriptedRunner()


@pytest.fixture
def viewer(qtbot: QtBot, scripted: ScriptedRunner) -> ImageViewer:
    viewer = ImageViewer(scripted, ThumbnailLoader(scripted, 128))  # type: ignore[arg-type]
    qtbot.addWidget(viewer)
    viewer.resize(736, 300)
    viewer.show()
    viewer.activateWindow()
    return viewer


def press(qtbot: QtBot, widget: QWidget, key: Qt.Key) -> None:
    qtbot.keyClick(widget, key)


def test_an_image_is_shown_with_its_row(qtbot: QtBot, viewer: ImageViewer, scripted: ScriptedRunner) -> None:
    """Where it stands, what it is in plain words, and the large picture from the engine."""
    viewer.show_among(IMAGES, 4, LESIONS)
    assert viewer.title.text() == "ISIC_0000004"
    assert viewer.place.text() == "5 of 6"
    assert viewer.facts["Diagnosis"] == "Melanoma (mel)"
    assert viewer.facts["Lesion"] == "HAM_0000002, 2 images"
    assert viewer.facts["Made by"] == "histopathology"
    qtbot.waitUntil(lambda: "preview" in scripted.names())
    scripted.latest("preview").succeed(png(600, 450))
    assert viewer.view.image_size.width() == 600


def test_arrow_keys_turn_the_pages_and_stop_at_the_ends(qtbot: QtBot, viewer: ImageViewer) -> None:
    """Also while a button has the focus."""
    viewer.show_among(IMAGES, 4, LESIONS)
    qtbot.waitUntil(viewer.isActiveWindow)
    press(qtbot, viewer.view, Qt.Key.Key_Right)
    assert viewer.image is IMAGES[5]
    assert not viewer.next_button.isEnabled()
    press(qtbot, viewer.view, Qt.Key.Key_Right)
    assert viewer.image is IMAGES[5]
    viewer.previous_button.setFocus()
    for _ in range(7):
        press(qtbot, viewer.previous_button, Qt.Key.Key_Left)
    assert viewer.image is IMAGES[0]
    assert not viewer.previous_button.isEnabled()


def test_escape_goes_back(qtbot: QtBot, viewer: ImageViewer) -> None:
    """As the button does."""
    viewer.show_among(IMAGES, 0, LESIONS)
    qtbot.waitUntil(viewer.isActiveWindow)
    with qtbot.waitSignal(viewer.left):
        press(qtbot, viewer.view, Qt.Key.Key_Escape)
    with qtbot.waitSignal(viewer.left):
        viewer.back_button.click()


def test_the_others_of_the_lesion_are_a_click_away(qtbot: QtBot, viewer: ImageViewer, scripted: ScriptedRunner) -> None:
    """With their pictures; one that the filter hides is shown too, and says so."""
    viewer.show_among(IMAGES[:3], 2, LESIONS)
    assert [button.accessibleName() for button in viewer.others] == ["Show ISIC_0000003"]
    assert viewer.others[0].icon().isNull()
    job = scripted.latest("make_thumbnails")
    assert job.call.arguments["paths"] == (IMAGES[3].path,)
    job.succeed((jpeg(),))
    assert not viewer.others[0].icon().isNull()
    viewer.others[0].click()
    assert viewer.image is IMAGES[3]
    assert viewer.place.text() == "not among the chosen images"
    viewer.others[0].click()
    assert viewer.place.text() == "3 of 3"


def test_what_cannot_be_shown_is_said(qtbot: QtBot, viewer: ImageViewer, scripted: ScriptedRunner) -> None:
    """No file, or one that cannot be read: words in the image's place, and the row beside it."""
    lost, bad = image(1, path=None, is_used=False, kinds=("missing",)), image(2, path=Path("bad.jpg"))
    viewer.show_among([lost, bad], 0, {})
    assert viewer.view.words == "There is no file for this image."
    assert viewer.facts["Findings"] == "missing images"
    assert not viewer.others
    viewer.next_button.click()
    qtbot.waitUntil(lambda: "preview" in scripted.names())
    scripted.latest("preview").fail(DataError("bad.jpg is cut off.", "Get it again."))
    assert viewer.view.words == "bad.jpg is cut off."
