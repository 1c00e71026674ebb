"""The large image behind the chosen row."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.preview_loader import PreviewLoader
from desktop.widgets.image_view import ImageView
from engine.errors import DataError
from tests.desktop.samples import png, prediction, refusal
from tests.desktop.scripted_runner import ScriptedRunner


@pytest.fixture
def scripted() -> ScriptedRunner:
    return ScriptedRunner()


@pytest.fixture
def view(qtbot: QtBot) -> ImageView:
    view = ImageView()
    qtbot.addWidget(view)
    return view


@pytest.fixture
def loader(scripted: ScriptedRunner, view: ImageView) -> PreviewLoader:
    return PreviewLoader(scripted, view)  # type: ignore[arg-type]


def test_thumbnail_stands_in_for_the_image(
    loader: PreviewLoader, view: ImageView, scripted: ScriptedRunner, qtbot: QtBot
) -> None:
    """Something is to be seen at once; the image follows, opened by the engine."""
    loader.show(prediction(Path("a.jpg")))
    assert view.has_image
    qtbot.waitUntil(lambda: bool(scripted.jobs))
    assert scripted.jobs[0].call.lane == "views"
    scripted.jobs[0].succeed(png(600, 450))
    assert view.has_image
    assert view.accessibleName() == "Image a.jpg"


def test_running_down_the_list_asks_once(loader: PreviewLoader, scripted: ScriptedRunner, qtbot: QtBot) -> None:
    """Only the image where the user stops is opened."""
    for number in range(20):
        loader.show(prediction(Path(f"{number}.jpg")))
    qtbot.waitUntil(lambda: bool(scripted.jobs))
    qtbot.wait(100)
    assert [job.call.arguments["path"] for job in scripted.jobs] == [Path("19.jpg")]


def test_late_image_of_another_row_never_shows(
    loader: PreviewLoader, view: ImageView, scripted: ScriptedRunner, qtbot: QtBot
) -> None:
    """An image that arrives after another row was chosen is thrown away."""
    loader.show(prediction(Path("a.jpg")))
    qtbot.waitUntil(lambda: bool(scripted.jobs))
    loader.show(refusal(Path("b.png")))
    assert scripted.jobs[0].is_cancelling
    scripted.jobs[0].succeed(png(600, 450))
    assert view.words == "This image could not be read"


def test_image_that_is_gone_stays_a_thumbnail(
    loader: PreviewLoader, view: ImageView, scripted: ScriptedRunner, qtbot: QtBot
) -> None:
    """If the file was deleted meanwhile, its answer and thumbnail stay."""
    loader.show(prediction(Path("a.jpg")))
    qtbot.waitUntil(lambda: bool(scripted.jobs))
    scripted.jobs[0].fail(DataError("a.jpg is not there.", "It may have been moved."))
    assert view.has_image
    loader.show(None)
    assert view.words == "No image yet"
