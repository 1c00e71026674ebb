"""The small pictures of a grid: in batches, only what is in sight, and only so many."""

import io
from pathlib import Path

import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from desktop.thumbnail_loader import ThumbnailLoader
from engine.errors import ChildDiedError
from tests.desktop.scripted_runner import ScriptedRunner

KILOBYTES_64 = 128 * 128 * 4


def jpeg(side: int = 128) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (side, side), (200, 120, 90)).save(file, "JPEG")
    return file.getvalue()


def paths(first: int, last: int) -> list[Path]:
    return [Path(f"{number}.jpg") for number in range(first, last)]


@pytest.fixture
def scripted() -> ScriptedRunner:
    return ScriptedRunner()


@pytest.fixture
def loader(qtbot: QtBot, scripted: ScriptedRunner) -> ThumbnailLoader:
    return ThumbnailLoader(scripted, 128)  # type: ignore[arg-type]


def asked(scripted: ScriptedRunner) -> tuple[Path, ...]:
    return tuple(scripted.jobs[-1].call.arguments["paths"])


def answer(scripted: ScriptedRunner) -> None:
    scripted.jobs[-1].succeed(tuple(jpeg() for _ in asked(scripted)))


def test_pictures_come_in_batches_from_the_top(qtbot: QtBot, loader: ThumbnailLoader, scripted: ScriptedRunner) -> None:
    """One small job at a time, so that an image that is opened need not wait; none is asked for twice."""
    loader.want(paths(0, 60))
    assert len(scripted.jobs) == 1
    assert scripted.jobs[0].call.lane == "views"
    assert asked(scripted) == tuple(paths(0, 24))
    with qtbot.waitSignal(loader.arrived):
        answer(scripted)
    assert loader.pixmap(Path("0.jpg")) is not None
    assert asked(scripted) == tuple(paths(24, 48))
    answer(scripted)
    answer(scripted)
    loader.want(paths(0, 60))
    assert len(scripted.jobs) == 3


def test_what_was_scrolled_past_is_dropped(loader: ThumbnailLoader, scripted: ScriptedRunner) -> None:
    """A batch of which nothing is in sight any more is cancelled; the next one is of what is in sight now."""
    loader.want(paths(0, 60))
    loader.want(paths(500, 560))
    loader.want(paths(9000, 9040))
    assert scripted.jobs[0].is_cancelling
    scripted.jobs[0].end_cancelled()
    assert asked(scripted) == tuple(paths(9000, 9024))
    assert len(scripted.jobs) == 2


def test_a_batch_that_is_partly_in_sight_goes_on(loader: ThumbnailLoader, scripted: ScriptedRunner) -> None:
    """Scrolling by a row throws nothing away."""
    loader.want(paths(0, 40))
    loader.want(paths(5, 45))
    assert not scripted.jobs[0].is_cancelling


def test_memory_is_bounded(qtbot: QtBot, scripted: ScriptedRunner) -> None:
    """However far one scrolls; what is in sight is never given up, and what was is asked for again."""
    loader = ThumbnailLoader(scripted, 128, most_bytes=40 * KILOBYTES_64)  # type: ignore[arg-type]
    for first in range(0, 480, 24):
        loader.want(paths(first, first + 24))
        answer(scripted)
        assert loader.bytes_kept <= 40 * KILOBYTES_64
        assert all(loader.pixmap(path) is not None for path in paths(first, first + 24))
    assert loader.pixmap(Path("0.jpg")) is None
    loader.want(paths(0, 24))
    assert asked(scripted) == tuple(paths(0, 24))
    loader.clear()
    assert loader.bytes_kept == 0


def test_an_unreadable_image_is_asked_for_once(loader: ThumbnailLoader, scripted: ScriptedRunner) -> None:
    """Its picture is null for good, be it that the file is bad or that the child died of it."""
    loader.want(paths(0, 2))
    scripted.jobs[-1].succeed((jpeg(), b""))
    unreadable = loader.pixmap(Path("1.jpg"))
    assert unreadable is not None
    assert unreadable.isNull()
    loader.want(paths(2, 3))
    scripted.jobs[-1].fail(ChildDiedError("It ended.", "Try again."))
    loader.want(paths(0, 3))
    assert len(scripted.jobs) == 2
