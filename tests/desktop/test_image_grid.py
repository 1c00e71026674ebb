"""The grid of small pictures: quick with ten thousand images, and it knows what is in sight."""

import time
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.thumbnail_loader import ThumbnailLoader
from desktop.widgets.image_grid import ImageGrid, ImageGridModel
from tests.desktop.datasets import image
from tests.desktop.scripted_runner import ScriptedRunner
from tests.desktop.test_thumbnail_loader import jpeg

JPEG = jpeg()
IMAGES = [image(number) for number in range(10_015)]


@pytest.fixture
def scripted() -> ScriptedRunner:
    return ScriptedRunner()


@pytest.fixture
def grid(qtbot: QtBot, scripted: ScriptedRunner) -> ImageGrid:
    grid = ImageGrid(ThumbnailLoader(scripted, 128))  # type: ignore[arg-type]
    qtbot.addWidget(grid)
    grid.resize(736, 360)
    grid.show()
    return grid


def cpu_ms(work: Callable[[], object]) -> float:
    """What `work` costs with all that it leads to, in milliseconds of this process, however busy the machine is."""
    QApplication.processEvents()
    started = time.process_time()
    work()
    QApplication.processEvents()
    return 1000 * (time.process_time() - started)


def answer(scripted: ScriptedRunner) -> None:
    """One batch of pictures arrives."""
    scripted.jobs[-1].succeed((JPEG,) * len(scripted.jobs[-1].call.arguments["paths"]))


def answer_all(scripted: ScriptedRunner) -> None:
    while not scripted.jobs[-1].is_over:
        answer(scripted)


def test_the_model_keeps_qts_rules(qtbot: QtBot) -> None:
    """Qt's own tester finds nothing wrong, empty and filled."""
    model = ImageGridModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_images(IMAGES[:3])
    model.set_images(())
    assert tester.model() is model


def test_ten_thousand_images_do_not_stall(qtbot: QtBot, grid: ImageGrid, scripted: ScriptedRunner) -> None:
    """Showing them, scrolling from end to end with all pictures, and another width: no step costs 100 ms."""
    costs = {"show": cpu_ms(lambda: grid.set_images(IMAGES))}
    bar = grid.verticalScrollBar()
    for number in range(41):
        place = bar.maximum() * number // 40
        costs[f"scroll {number}"] = cpu_ms(lambda place=place: bar.setValue(place))  # type: ignore[misc]
    qtbot.waitUntil(lambda: bool(scripted.jobs))
    costs["a batch of pictures"] = cpu_ms(lambda: answer(scripted))
    costs["resize"] = cpu_ms(lambda: grid.resize(1000, 600))
    assert max(costs.values()) < 100, costs


def test_only_what_is_in_sight_is_asked_for(qtbot: QtBot, grid: ImageGrid, scripted: ScriptedRunner) -> None:
    """And what comes next; a jump over thousands asks for none of them."""
    grid.set_images(IMAGES)
    qtbot.waitUntil(lambda: bool(scripted.jobs))
    in_sight = grid.rows_in_sight()
    assert in_sight.start == 0
    assert 8 <= len(in_sight) <= 24
    answer_all(scripted)
    at_the_top = sum(len(job.call.arguments["paths"]) for job in scripted.jobs)
    assert len(in_sight) <= at_the_top < 60
    asked = len(scripted.jobs)
    grid.verticalScrollBar().setValue(grid.verticalScrollBar().maximum())
    assert grid.rows_in_sight().stop == len(IMAGES)
    qtbot.waitUntil(lambda: len(scripted.jobs) > asked)
    first = scripted.jobs[asked].call.arguments["paths"][0]
    assert first == IMAGES[grid.rows_in_sight().start].path


def test_a_hidden_grid_wants_nothing(qtbot: QtBot, grid: ImageGrid, scripted: ScriptedRunner) -> None:
    """Its pictures do not hold up the image that is opened."""
    grid.set_images(IMAGES)
    qtbot.waitUntil(lambda: bool(scripted.jobs))
    grid.hide()
    assert scripted.jobs[0].is_cancelling
    scripted.jobs[0].end_cancelled()
    assert len(scripted.jobs) == 1


def test_pictures_are_drawn_and_what_cannot_be_is_said(qtbot: QtBot, grid: ImageGrid, scripted: ScriptedRunner) -> None:
    """A picture shows; an image without a file is never asked for."""
    grid.set_images([image(1), image(2, path=None), image(3, is_used=False)])
    qtbot.waitUntil(lambda: bool(scripted.jobs))
    before = grid.grab().toImage()
    assert [path.stem for path in scripted.jobs[0].call.arguments["paths"]] == ["ISIC_0000001", "ISIC_0000003"]
    answer_all(scripted)
    assert grid.grab().toImage() != before


def test_a_click_or_enter_opens_an_image(qtbot: QtBot, grid: ImageGrid) -> None:
    """The arrow keys choose; a screen reader hears id, diagnosis, and whether it is used."""
    grid.set_images([*IMAGES[:5], image(5, is_used=False)])
    QApplication.processEvents()
    place = grid.visualRect(grid.images.index(2)).center()
    with qtbot.waitSignal(grid.image_opened) as opened:
        qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert opened.args == [2]
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    with qtbot.waitSignal(grid.image_opened) as opened:
        qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert opened.args == [3]
    words = grid.images.index(5).data(Qt.ItemDataRole.AccessibleTextRole)
    assert words == "ISIC_0000005: Melanocytic nevus (nv), left out"
