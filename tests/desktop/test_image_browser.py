"""The images of a data set: listed when somebody looks, filtered, and one of them large."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.widgets.image_browser import ImageBrowser
from engine.data_results import ImageRow
from engine.errors import DataError
from engine.events import ImagesListed
from tests.desktop.datasets import image
from tests.desktop.scripted_runner import ScriptedJob, ScriptedRunner

IMAGES = tuple(image(number) for number in range(70))


def deliver(job: ScriptedJob, images: tuple[ImageRow, ...]) -> None:
    """As the engine lists them: some at a time, then how many."""
    for start in range(0, len(images), 30):
        job.report(ImagesListed(images=images[start : start + 30]))
    job.succeed(len(images))


@pytest.fixture
def scripted() -> ScriptedRunner:
    return ScriptedRunner()


@pytest.fixture
def browser(qtbot: QtBot, scripted: ScriptedRunner) -> ImageBrowser:
    browser = ImageBrowser(scripted)  # type: ignore[arg-type]
    qtbot.addWidget(browser)
    browser.resize(736, 400)
    return browser


@pytest.fixture
def listed(browser: ImageBrowser, scripted: ScriptedRunner) -> ImageBrowser:
    browser.show()
    browser.show_folder(Path("/data"))
    deliver(scripted.latest("list_images"), IMAGES)
    return browser


def test_nothing_is_listed_before_somebody_looks(browser: ImageBrowser, scripted: ScriptedRunner) -> None:
    """Who only trains does not wait for it; coming back does not list again."""
    browser.show_folder(Path("/data"))
    assert not scripted.jobs
    browser.show()
    assert browser.words.text() == "Listing the images…"
    job = scripted.latest("list_images")
    assert job.call.arguments == {"path": Path("/data")}
    assert job.call.lane == "views"
    deliver(job, IMAGES)
    assert browser.number.text() == "70 images"
    browser.hide()
    browser.show()
    assert scripted.names().count("list_images") == 1


def test_a_choice_shows_fewer_images_and_how_many(listed: ImageBrowser) -> None:
    """With none left it says so."""
    listed.filters.classes.setCurrentText("Melanoma (mel)")
    assert listed.number.text() == "10 of 70 images"
    assert {one.dx for one in listed.grid.images.images} == {"mel"}
    listed.filters.search.setText("no such id")
    listed.filters.changed.emit()
    assert listed.words.isVisible()
    assert listed.words.text() == "No image fits. Choose less above."
    listed.filters.search.clear()
    listed.filters.changed.emit()
    assert listed.grid.isVisible()


def test_an_opened_image_turns_among_the_chosen_ones(listed: ImageBrowser) -> None:
    """And the grid's cursor stands on the last one when the user comes back."""
    listed.filters.classes.setCurrentText("Melanoma (mel)")
    listed.grid.image_opened.emit(1)
    assert listed.viewer.isVisible()
    assert listed.viewer.image is IMAGES[11]
    assert listed.viewer.facts["Lesion"].endswith("2 images")
    listed.viewer.next_button.click()
    assert listed.viewer.image is IMAGES[18]
    listed.viewer.back_button.click()
    assert listed.grid.isVisible()
    assert listed.grid.currentIndex().row() == 2


def test_another_data_set_takes_the_place_of_the_first(listed: ImageBrowser, scripted: ScriptedRunner) -> None:
    """Nothing of the first is left, not even an image that is shown large or a list on its way."""
    listed.grid.image_opened.emit(1)
    listed.show_folder(Path("/other"))
    assert listed.viewer.image is None
    assert not listed.grid.images.images
    late = scripted.latest("list_images")
    listed.show_folder(Path("/third"))
    assert late.is_cancelling
    deliver(late, IMAGES)
    assert not listed.grid.images.images
    deliver(scripted.latest("list_images"), IMAGES[:3])
    assert listed.number.text() == "3 images"


def test_a_folder_that_vanished_is_an_error_of_the_page(
    qtbot: QtBot, browser: ImageBrowser, scripted: ScriptedRunner
) -> None:
    """The page says what and what to do; coming back tries again."""
    browser.show()
    browser.show_folder(Path("/data"))
    error = DataError("The folder is gone.", "Choose another.")
    with qtbot.waitSignal(browser.failed) as failed:
        scripted.latest("list_images").fail(error)
    assert failed.args == [error]
    assert browser.words.text() == "The images could not be listed."
    browser.hide()
    browser.show()
    assert scripted.names().count("list_images") == 2


def test_an_image_is_found_by_its_id_before_and_after_the_listing(
    browser: ImageBrowser, scripted: ScriptedRunner
) -> None:
    """As when a finding is opened before anybody has looked at the images."""
    browser.show_folder(Path("/data"))
    browser.look_for(IMAGES[5].image_id)
    browser.show()
    deliver(scripted.latest("list_images"), IMAGES)
    assert browser.number.text() == "1 of 70 images"
    browser.filters.classes.setCurrentText("Melanoma (mel)")
    browser.look_for(IMAGES[6].image_id)
    assert browser.grid.images.images == (IMAGES[6],)
