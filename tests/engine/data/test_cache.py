"""engine/data/cache.py."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from engine import places
from engine.config import Preprocessing
from engine.data import cache
from engine.data.cache import open_cache
from engine.data.checks import open_checked
from engine.data.images import read_image, to_pixels
from engine.data.readers import Dataset
from engine.errors import Cancelled, DataError, DiskError
from engine.events import Control, Event, ProgressDone, StatusChanged

MakeData = Callable[[Sequence[tuple[str, str, str]]], Path]
SMALL = Preprocessing(image_size=32)
ROWS = [(f"L{number}", f"I{number:02d}", "nv") for number in range(40)]


@pytest.fixture
def dataset(make_data: MakeData) -> Dataset:
    return open_checked(make_data(ROWS))


def _folders() -> list[str]:
    return sorted(path.name for path in (places.cache_dir() / "pixels").iterdir())


def test_each_row_holds_the_pixels_of_its_image(dataset: Dataset) -> None:
    """The cache gives the very pixels that a prediction makes of the same file."""
    made = open_cache(dataset, SMALL)
    assert made.pixels.shape == (40, 32, 32, 3)
    assert set(made.positions) == set(dataset.rows["image_id"])
    for image_id, path in zip(dataset.rows["image_id"], dataset.rows["path"], strict=True):
        assert np.array_equal(made.pixels[made.positions[image_id]], to_pixels(read_image(Path(path)), SMALL))


def test_the_pixels_cannot_be_changed(dataset: Dataset) -> None:
    """A cache is shared by runs, so none may write into it."""
    pixels = open_cache(dataset, SMALL).pixels
    assert isinstance(pixels, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        pixels[0] = 0


def test_it_is_made_once_and_said_so(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first time says what it does and how far it is; the second time decodes nothing."""
    events: list[Event] = []
    first = open_cache(dataset, SMALL, on_event=events.append)
    assert isinstance(events[0], StatusChanged)
    assert "40 images" in events[0].text
    last = events[-1]
    assert isinstance(last, ProgressDone)
    assert (last.done, last.total) == (40, 40)

    def fail(*_: object) -> None:
        raise AssertionError("decoded again")

    monkeypatch.setattr(cache, "_decode", fail)
    events.clear()
    assert np.array_equal(open_cache(dataset, SMALL, on_event=events.append).pixels, first.pixels)
    assert not events


def test_it_is_named_by_content_size_and_geometry(dataset: Dataset, tmp_path: Path) -> None:
    """The same images in another folder share it; another size, geometry or image does not."""
    open_cache(dataset, SMALL)
    copy = tmp_path / "copy"
    shutil.copytree(dataset.path, copy)
    open_cache(open_checked(copy), SMALL)
    assert len(_folders()) == 1
    open_cache(dataset, Preprocessing(image_size=48))
    open_cache(dataset, Preprocessing(image_size=32, geometry="squash"))
    next(copy.rglob("I00.jpg")).unlink()
    assert open_cache(open_checked(copy), SMALL).pixels.shape[0] == 39
    assert len(_folders()) == 4


def test_two_ids_with_the_same_file_share_a_row(make_data: MakeData) -> None:
    """An image that is there twice is kept once."""
    folder = make_data(ROWS[:3])
    images = folder / "HAM10000_images_part_1"
    shutil.copy(images / "I00.jpg", images / "I01.jpg")
    made = open_cache(open_checked(folder), SMALL)
    assert made.pixels.shape[0] == 2
    assert made.positions["I00"] == made.positions["I01"]


def test_an_image_that_changed_since_its_check_is_an_error(dataset: Dataset) -> None:
    """The cache never holds pixels of a file that its name does not stand for, and leaves nothing behind."""
    first, second = dataset.rows["path"][:2]
    shutil.copy(first, second)
    with pytest.raises(DataError, match=r"I01\.jpg changed"):
        open_cache(dataset, SMALL)
    assert _folders() == []


def test_a_cancelled_build_leaves_nothing(dataset: Dataset) -> None:
    """Cancel is heard between images."""
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        open_cache(dataset, SMALL, control=control)
    assert _folders() == []


def test_a_disk_without_room_is_said_before_anything_is_written(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk is a sentence and a hint."""
    monkeypatch.setattr(cache.shutil, "disk_usage", lambda _: SimpleNamespace(free=10_000))
    with pytest.raises(DiskError, match="the disk has only") as caught:
        open_cache(dataset, SMALL)
    assert "Free some space" in caught.value.hint
    assert _folders() == []


def test_a_disk_that_fills_up_meanwhile_is_an_error_and_not_a_crash(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written so far is removed."""

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(cache.os, "fsync", full)
    with pytest.raises(DiskError, match="The disk is full"):
        open_cache(dataset, SMALL)
    assert _folders() == []


def test_a_damaged_cache_is_made_again(dataset: Dataset) -> None:
    """A file that somebody cut or emptied is not trusted."""
    pixels = open_cache(dataset, SMALL).pixels.copy()
    [folder] = (places.cache_dir() / "pixels").iterdir()
    for content in (b"", b"\x93NUMPY", (folder / "pixels.npy").read_bytes()[:5000]):
        (folder / "pixels.npy").write_bytes(content)
        assert np.array_equal(open_cache(dataset, SMALL).pixels, pixels)


def test_leftovers_of_killed_builds_go_after_a_day(dataset: Dataset) -> None:
    """A build that may still run is left alone."""
    caches = places.cache_dir() / "pixels"
    for name, hours in (("old", 25), ("new", 1)):
        folder = caches / f".building-{name}"
        folder.mkdir(parents=True)
        (folder / "pixels.npy").write_bytes(b"x")
        for path in (folder / "pixels.npy", folder):
            os.utime(path, (time.time() - hours * 3600,) * 2)
    open_cache(dataset, SMALL)
    assert [name for name in _folders() if name.startswith(".")] == [".building-new"]


_BUILD = """
import sys, time
from pathlib import Path
from engine.config import Preprocessing
from engine.data import cache
from engine.data.checks import open_checked

dataset = open_checked(Path(sys.argv[1]))
decode = cache._decode
def slowly(*arguments):
    time.sleep(float(sys.argv[2]))
    return decode(*arguments)
cache._decode = slowly
print("ready", flush=True)
sys.stdin.readline()
made = cache.open_cache(dataset, Preprocessing(image_size=32))
print(int(made.pixels.sum()), made.pixels.filename, flush=True)
"""


def _start_builder(folder: Path, seconds_per_image: float) -> subprocess.Popen[str]:
    """A process that has checked the images and builds when it is told to."""
    command = [sys.executable, "-c", _BUILD, str(folder), str(seconds_per_image)]
    builder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert builder.stdout is not None
    assert builder.stdout.readline() == "ready\n"
    return builder


def test_two_processes_may_build_at_once(dataset: Dataset) -> None:
    """Both get the pixels, from the same file, and nothing else stays."""
    builders = [_start_builder(dataset.path, 0.02) for _ in range(2)]
    for builder in builders:
        assert builder.stdin is not None
        builder.stdin.write("go\n")
        builder.stdin.flush()
    answers = {builder.communicate(timeout=60)[0] for builder in builders}
    assert [builder.returncode for builder in builders] == [0, 0]
    assert len(answers) == 1
    made = open_cache(dataset, SMALL)
    assert answers == {f"{int(made.pixels.sum())} {made.pixels.filename}\n"}  # type: ignore[attr-defined]
    assert len(_folders()) == 1


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")
def test_a_killed_build_leaves_no_broken_cache(dataset: Dataset) -> None:
    """Killed in the middle, a build leaves nothing that passes for a cache; the next one does it whole."""
    builder = _start_builder(dataset.path, 0.5)
    assert builder.stdin is not None
    builder.stdin.write("go\n")
    builder.stdin.flush()
    deadline = time.monotonic() + 30
    while not list((places.cache_dir() / "pixels").glob(".building-*/pixels.npy")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    builder.send_signal(signal.SIGKILL)
    builder.communicate(timeout=30)
    assert all(name.startswith(".building-") for name in _folders())
    made = open_cache(dataset, SMALL)
    assert made.pixels.shape == (40, 32, 32, 3)
    assert (made.pixels.reshape(40, -1).max(axis=1) > 0).all()
